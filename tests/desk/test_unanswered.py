"""What the supervisor is shown of the sentences, and told of one that cannot be taught."""

from kiosk.content.likeness import Sentence
from kiosk.content.nearest import Near
from kiosk.desk import unanswered
from kiosk.desk.misses import MissRow
from kiosk.desk.unanswered import groups, review
from kiosk.dialogue.pack import FOLDERS, load_pack
from kiosk.messages import Did

BANK = load_pack("bank", FOLDERS[1:])


def row(text: str, kiosk: str = "k1", did: Did = Did.ASKED_AGAIN, refused: tuple[str, ...] = (), at: int = 1):
    return MissRow(kiosk, text, did, refused, at)


def test_a_group_says_how_often_where_when_and_what_the_machine_did() -> None:
    rows = [
        row("公积金怎么提", at=5),
        row("今天真热", at=9),
        row("公积金怎么提", "k2", Did.HANDED_OVER, ("cash", "transfer"), at=7),
        row("公积金咋提", "k2", refused=("cash",), at=3),
    ]
    (first, second), more = groups(rows, lambda _text: [Near("cash", 0.5)])
    assert (first.count, first.sentences, first.kiosks, first.last_ms, more) == (3, 2, ("k1", "k2"), 7, 0)
    most, other = first.said
    assert (most.text, most.count, most.asked_again, most.handed_over) == ("公积金怎么提", 2, 1, 1)
    assert (most.refused, other.refused) == (("cash", "transfer"), ("cash",))
    assert first.nearest == (Near("cash", 0.5),)
    assert second.count == 1


def test_without_the_pack_nothing_is_suggested() -> None:
    (group,), _ = groups([row("公积金怎么提")], None)
    assert group.nearest == ()


def test_only_so_many_groups_and_sentences_are_on_a_page() -> None:
    characters = [chr(ord("一") + number) for number in range(4 * (unanswered.MOST_GROUPS + 3))]
    odd = [row("".join(characters[at : at + 4])) for at in range(0, len(characters), 4)]
    shown, more = groups(odd, None)
    assert (len(shown), more) == (unanswered.MOST_GROUPS, 3)
    several = [row(f"公积金怎么提{'呀' * times}") for times in range(unanswered.MOST_SAID + 5)]
    (group,), _ = groups(several, None)
    assert (len(group.said), group.sentences) == (unanswered.MOST_SAID, unanswered.MOST_SAID + 5)


def test_a_sentence_of_another_service_is_refused_with_the_reason_and_the_rest_is_taught() -> None:
    taken = BANK.find("card_loss").samples[0]
    good, refused, warned = review(BANK, [], ["提现得多少手续费呀", taken, "****"], "cash")
    assert good == ["提现得多少手续费呀"] and warned == []
    assert {one.text: one.why for one in refused} == {
        "****": "除了号码没有别的字，没法教",
        taken: f"和“银行卡丢了”的“{taken}”是同一句，教给两边就分不清了",
    }


def test_what_sounds_the_same_as_a_sentence_that_was_taught_is_refused() -> None:
    before = [Sentence("提现得多少手续费", "cash")]
    good, (refused,), _ = review(BANK, before, ["体现得多少手续费"], "transfer")
    assert good == [] and "“取钱”的“提现得多少手续费”听起来一样" in refused.why


def test_what_is_taken_for_chatter_is_told_so() -> None:
    text = BANK.never[0].text
    _, (refused,), _ = review(BANK, [], [text], "cash")
    assert f"不算办事的话“{text}”" in refused.why


def test_what_differs_in_one_syllable_is_taught_with_a_warning() -> None:
    before = [Sentence("提现得多少手续费", "cash")]
    good, refused, (warned,) = review(BANK, before, ["提现得多少手续钱"], "transfer")
    assert good == ["提现得多少手续钱"] and refused == []
    assert "只差一个音" in warned.why
