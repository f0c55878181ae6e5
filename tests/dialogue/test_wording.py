"""What is the same for the classifier."""

import pytest

from kiosk.dialogue.wording import bare, features


def sounds(text):
    return [feature for feature in features(text) if feature.startswith(" ")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("牛奶", "流来"), ("知道", "字道"), ("心情", "星琴"), ("飞机", "灰机"), ("银行", "营杭"), ("是十", "四丝")],
)
def test_what_elderly_speakers_and_recognisers_mix_up_sounds_the_same(one, other):
    assert sounds(one) == sounds(other)


def test_other_words_sound_otherwise():
    assert sounds("取钱") != sounds("存钱")


def test_spaces_and_punctuation_are_nothing():
    assert bare(" 转 人工，谢谢！") == "转人工谢谢"
    assert features("转 人工") == features("转人工。")


def test_a_hesitation_is_nothing_unless_it_is_all():
    assert features("嗯取钱") == features("取钱")
    assert features("嗯")


def test_two_characters_go_together_over_others_but_not_over_a_whole_story():
    assert "钱…没" in features("钱一下子没了")
    assert "钱…没" not in features("钱昨天还在今天没了")
