"""What is made of sentences as people say them."""

import pytest

from kiosk.dialogue.decision import MAX_OFFER, Answer, HandOver, Offer, Reason, Unclear, Understanding
from kiosk.dialogue.pack import load_pack
from kiosk.dialogue.trained import open_understanding
from kiosk.screen.walker import bank

# None of these is a sentence of the packs, nor of those that the classifier is made of or measured with.


@pytest.fixture(scope="module")
def understand():
    return open_understanding("bank", bank()).understand


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("我那张银行卡找不着了想挂失", "card_loss"),
        ("姑娘，我密码忘了，怎么办啊？", "pin_reset"),
        ("养老金 到 账 了 没有", "pension_paid"),
        ("我想取点钱买菜", "cash"),
        ("厕所在哪块儿啊", "facility"),
    ],
)
def test_a_plain_wish_is_answered(understand, said, service):
    assert understand(said) == Answer(service)


@pytest.mark.parametrize(
    ("heard", "service"),
    [("我的鹰行卡掉了", "card_loss"), ("我密码望了", "pin_reset"), ("养老今到了没有", "pension_paid")],
)
def test_what_the_recogniser_writes_as_a_homophone_is_understood(understand, heard, service):
    decision = understand(heard)
    assert decision == Answer(service) or (isinstance(decision, Offer) and service in decision.services)


def test_two_wishes_are_offered_and_never_more_than_three(understand):
    both = understand("我要打存折还要取钱")
    assert isinstance(both, Offer) and {"cash", "passbook"} <= set(both.services)
    many = understand("取钱转账查余额打流水存定期")
    assert isinstance(many, Offer) and len(many.services) <= MAX_OFFER


def test_a_wish_at_the_end_of_a_story_is_found(understand):
    story = "我儿子在外地打工一年回来一趟，上个礼拜他打电话来，说要我把这个月的退休金给他转过去"
    decision = understand(story)
    assert decision == Answer("transfer") or (isinstance(decision, Offer) and "transfer" in decision.services)


@pytest.mark.parametrize(
    "said", ["人工", "转人工", "转 人工", "我要找人", "叫个人来", "工作人员在哪", "我卡丢了，找人工"]
)
def test_who_asks_for_a_human_gets_one(understand, said):
    assert understand(said) == HandOver(Reason.ASKED, "human")


def test_who_is_angry_at_the_machine_gets_a_human(understand):
    decision = understand("什么破机器气死我了一点用都没有")
    assert decision == HandOver(Reason.ASKED, "human") or isinstance(decision, Unclear)


@pytest.mark.parametrize(
    "said", ["人工智能是什么", "工人", "冻豆腐", "今天天气好", "", "，。", "喝茶", "哈哈哈哈"]
)
def test_what_is_no_wish_is_not_answered_and_calls_nobody(understand, said):
    assert not isinstance(understand(said), Answer | HandOver)


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("我被骗了", "urgent_fraud"),
        ("我头晕得站不住", "urgent_health"),
        ("有人盗刷我的卡", "urgent_freeze"),
        ("骗子让我取钱给他", "urgent_fraud"),
        ("人工，我胸口疼", "urgent_health"),
    ],
)
def test_danger_comes_before_everything_else(understand, said, service):
    assert understand(said) == HandOver(Reason.URGENT, service)


@pytest.mark.parametrize(("card", "decision"), [(0.1, Unclear()), (0.2, Offer(("cash",)))])
def test_cards_that_are_hardly_likelier_than_any_other_are_not_shown(card, decision):
    """Something is wanted, but most of it is what has no card."""

    class Says:
        def likelihoods(self, _said: object) -> dict[str, float]:
            return {"human": 0.3, "repeat": 0.15, "cash": card, "none": 0.55 - card}

    assert Understanding(bank(), Says()).understand("那个啥") == decision  # type: ignore[arg-type]


def test_without_a_classifier_only_what_the_pack_says_word_for_word_is_understood():
    understand = Understanding(bank()).understand
    assert understand("银行卡丢了") == Answer("card_loss")
    assert understand("我被骗了") == HandOver(Reason.URGENT, "urgent_fraud")
    assert understand("我那张银行卡找不着了") == Unclear()
    assert understand("我要人工") == HandOver(Reason.ASKED, "human")


def test_without_content_a_human_can_still_be_asked_for():
    understand = Understanding(None).understand
    assert understand("我要人工") == HandOver(Reason.ASKED)
    assert understand("取钱") == Unclear()


@pytest.mark.parametrize(
    "said", ["那口老井是人工打的，水甜得很", "不找人，我就问一声几点", "那回他当众喊人家外号，没人理他"]
)
def test_words_of_a_call_in_a_story_call_nobody(understand, said):
    decision = understand(said)
    assert not isinstance(decision, HandOver)


def test_what_else_was_heard_has_a_say_where_the_text_is_not_understood(understand):
    text, others = "吃过了一晚娘进", ("取我的养老金", "取养老金", "领养老金")
    assert understand(text) == Unclear()
    with_others = understand(text, others)
    assert isinstance(with_others, Offer) and {"cash", "pension_paid"} & set(with_others.services)


def test_what_else_was_heard_takes_nothing_back_that_is_a_sample_word_for_word(understand):
    assert understand("我被骗了", ("我北边了", "我被骗啦")) == HandOver(Reason.URGENT, "urgent_fraud")
    assert understand("银行卡丢了", ("今天天气好",)) == Answer("card_loss")


@pytest.mark.parametrize("hall", ["bank", "telecom", "gov"])
def test_every_sample_of_a_pack_leads_to_its_service(hall):
    pack = load_pack(hall)
    understand = open_understanding(hall, pack).understand
    for service in pack.service:
        for sample in service.samples:
            decision = understand(sample)
            assert getattr(decision, "service", "") == service.id, sample


@pytest.mark.parametrize("hall", ["bank", "telecom", "gov"])
def test_nothing_that_a_pack_calls_no_wish_is_answered(hall):
    pack = load_pack(hall)
    understand = open_understanding(hall, pack).understand
    answered = [never.text for never in pack.never if isinstance(understand(never.text), Answer)]
    assert not answered


@pytest.mark.parametrize("text", ["别说了我要找人", "快来个人", "我要人工"])
def test_who_only_asks_for_a_person_is_not_in_danger(understand, text):
    assert understand(text) == HandOver(Reason.ASKED, "human")


@pytest.mark.parametrize("text", ["我钱被骗走了快叫个人来", "我胸口疼喘不上气快来人啊"])
def test_who_asks_for_a_person_and_is_in_danger_is_urgent(understand, text):
    decision = understand(text)
    assert isinstance(decision, HandOver) and decision.reason is Reason.URGENT
