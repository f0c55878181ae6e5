"""What is made of sentences as people say them."""

import pytest
from msgspec.structs import replace

from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear, Understanding
from kiosk.screen.walker import bank


@pytest.fixture(scope="module")
def understand():
    return Understanding(bank()).understand


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("我的卡丢了", "card_loss"),
        ("姑娘，我密码忘了，怎么办啊？", "pin_reset"),
        ("养老金 到 了 没有", "pension_paid"),
        ("银行卡丢了", "card_loss"),
    ],
)
def test_a_sentence_that_holds_a_sample_is_answered(understand, said, service):
    assert understand(said) == Answer(service)


def test_the_longer_match_counts_and_not_a_part_of_it():
    passbook = replace(bank().find("passbook"), samples=("存折",))
    pack = replace(bank(), service=(bank().find("card_loss"), passbook))
    assert Understanding(pack).understand("我存折丢了") == Answer("card_loss")
    assert Understanding(pack).understand("存折") == Answer("passbook")


def test_two_wishes_are_offered_and_never_more_than_three(understand):
    assert understand("我要打存折还要取钱") == Offer(("cash", "passbook"))
    many = understand("取钱转账查余额打流水存定期")
    assert isinstance(many, Offer) and len(many.services) == 3


@pytest.mark.parametrize(
    "said", ["人工", "转人工", "转 人工", "我要找人", "叫个人来", "工作人员在哪", "我卡丢了，找人工"]
)
def test_who_asks_for_a_human_gets_one(understand, said):
    assert understand(said) == HandOver(Reason.ASKED)


@pytest.mark.parametrize("said", ["人工智能是什么", "工人", "冻豆腐", "我找人民币", "今天天气好", "", "喝茶"])
def test_what_is_no_wish_is_not_answered(understand, said):
    assert understand(said) == Unclear()


@pytest.mark.parametrize("said", ["我被骗了", "我头晕", "有人盗刷我的卡", "骗子让我取钱", "人工，我胸口疼"])
def test_danger_comes_before_everything_else(understand, said):
    assert understand(said) == HandOver(Reason.URGENT)


def test_without_content_a_human_can_still_be_asked_for():
    understand = Understanding(None).understand
    assert understand("我要人工") == HandOver(Reason.ASKED)
    assert understand("取钱") == Unclear()
