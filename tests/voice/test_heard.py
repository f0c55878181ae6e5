"""Two recognisers, one result; sentences cut into known words; numbers as they are written; clear requests."""

import pytest

from kiosk.voice.clear import Clear
from kiosk.voice.heard import Reading, Word, combine
from kiosk.voice.segment import segment
from kiosk.voice.written import written

MARGINS = {"社保卡丢了": 1.5, "挂失": 1.5, "人工": 5.0, "存折丢了": 1.5}.get


def reading(text, score):
    words = text.split()
    return Reading(tuple(Word(word, at, at + 1) for at, word in enumerate(words)), score)


def test_the_hall_model_wins_where_it_explains_the_sound_as_well():
    heard = combine([reading("社 宝 卡 丢 了", 100)], [reading("社保 卡 丢 了", 101)], MARGINS)
    assert heard.text == "社保卡丢了"
    assert heard.hall
    assert "社宝卡丢了" in heard.alternatives


def test_speech_that_lies_outside_the_hall_is_left_as_it_was_heard():
    heard = combine([reading("今天 天气 很 好", 100)], [reading("挂失 卡", 60)], MARGINS)
    assert heard.text == "今天天气很好"
    assert not heard.hall
    assert "挂失卡" not in heard.alternatives


def test_what_most_readings_agree_on_is_taken_before_the_likeliest_one():
    free = [reading("将 卡 钓 了", 10.0), reading("银行 卡 掉 了", 9.9), reading("银行 卡 掉 啦", 9.8)]
    assert combine(free, [], MARGINS).text == "银行卡掉了"
    sure = [reading("挂失", 20.0), *free]
    assert combine(sure, [], MARGINS).text == "挂失"


def test_a_whole_sentence_of_the_hall_wins_over_a_mixture_with_a_little_more():
    hall = [reading("存折 丢 了 人", 101.0), reading("存折 丢 了", 100.0)]
    assert combine([reading("存着 丢 了", 99)], hall, MARGINS).text == "存折丢了"


def test_a_mixture_of_hall_sentences_must_be_better_than_free_decoding():
    hall, free = [reading("人 存折", 100.0)], [reading("任 存折", 99.5)]
    assert not combine(free, hall, MARGINS).hall
    assert combine(free, [reading("人 存折", 105.0)], MARGINS).hall


def test_each_sentence_of_the_hall_may_fall_behind_by_its_own_margin():
    free = [reading("银 供", 100.0)]
    assert combine(free, [reading("人工", 96.0)], MARGINS).text == "人工"
    assert combine(free, [reading("挂失", 96.0)], MARGINS).text == "银供"


def test_only_the_hall_model_heard_something():
    assert combine([], [reading("人工", 50)], MARGINS).text == "人工"


def test_nothing_was_heard():
    heard = combine([], [], MARGINS)
    assert (heard.text, heard.confidence, heard.words) == ("", 0.0, ())


def test_a_word_that_all_readings_share_is_surer_than_one_that_they_do_not():
    heard = combine([reading("我 挂失", 10.0), reading("我 花市", 9.9)], [], MARGINS)
    assert heard.words[0].confidence == pytest.approx(1.0)
    assert heard.words[1].confidence < 0.6
    assert sum(heard.shares) == pytest.approx(1.0)


def test_a_sentence_is_cut_into_as_few_words_as_the_model_allows():
    known = {"社保", "卡", "社保卡丢", "丢", "了", "丢了", "保", "社"}
    assert segment("社保卡丢了", {"社保", "卡", "丢", "了", "丢了"}.__contains__) == ("社保", "卡", "丢了")
    assert segment("社保卡丢了", known.__contains__) == ("社保卡丢", "了")
    assert segment("医保", known.__contains__) is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("取三千五百块", "取3500块"),
        ("九月一日", "9月1日"),
        ("二零二六年三月五号", "2026年3月5号"),
        ("一三八零零一三八零零零", "13800138000"),
        ("百分之二十", "20%"),
        ("三百二十八万一千一百三十八点四八", "3281138.48"),
        ("十二点二十", "12点20"),
        ("三点半", "3点半"),
        ("九点零五分", "9点05分"),
        ("三点五块", "3.5块"),
        ("九五年", "95年"),
        ("我等了两三天了", "我等了两三天了"),
        ("八九岁", "八九岁"),
        ("三四个小时", "三四个小时"),
        ("五六年", "五六年"),
        ("七八楼", "七八楼"),
        ("三五天", "三五天"),
        ("一二三四五六", "123456"),
        ("我家有四口人", "我家有4口人"),
        ("两千块", "2000块"),
        ("换一首歌", "换一首歌"),
        ("等一下", "等一下"),
        ("万一丢了", "万一丢了"),
        ("千万别告诉别人", "千万别告诉别人"),
        ("星期三", "星期三"),
        ("快一点", "快一点"),
        ("三三两两", "三三两两"),
        ("十分感谢", "十分感谢"),
        ("银行卡丢了", "银行卡丢了"),
    ],
)
def test_numbers_are_shown_as_they_are_written(said, shown):
    assert written(said) == shown


@pytest.mark.parametrize("text", ["挂失", "我要挂失", "社保卡丢了", "社宝卡丢了怎么办", "转人工", "我想挂失一下"])
def test_a_request_that_is_whole_is_clear(text):
    assert Clear(["挂失", "社保卡丢了"])(text)


@pytest.mark.parametrize("text", ["", "我", "我想", "我的那个", "社保卡", "请问", "挂失之前我还想"])
def test_a_request_that_may_go_on_is_not(text):
    assert not Clear(["挂失", "社保卡丢了"])(text)
