"""Sentences that are alike are shown together, whatever was misheard in them."""

from kiosk.content.grouping import MOST, grouped

SAID = {
    "公积金怎么提": 5,
    "公积金咋提": 2,
    "公鸡金怎么提": 1,  # as a recogniser may hear it
    "嗯，公积金怎么提取": 3,
    "这附近有没有修鞋的": 4,
    "哪里有修鞋的": 1,
    "今天真热": 1,
}


def test_what_is_alike_is_together_and_what_is_said_most_is_first():
    assert grouped(SAID) == [
        ["公积金怎么提", "嗯，公积金怎么提取", "公积金咋提", "公鸡金怎么提"],
        ["这附近有没有修鞋的", "哪里有修鞋的"],
        ["今天真热"],
    ]


def test_the_order_in_which_they_come_counts_for_nothing():
    assert grouped(dict(reversed(SAID.items()))) == grouped(SAID)


def test_whatever_was_said_is_in_one_group():
    odd = {"": 1, "****": 1, "啊": 1, "OK ok": 2, "<b>卡</b>": 1}
    assert sorted(text for group in grouped(SAID | odd) for text in group) == sorted(SAID | odd)


def test_of_too_many_the_rare_ones_wait():
    many = {f"第{number}号问题": 1 for number in range(MOST + 10)} | SAID
    groups = grouped(many)
    assert sum(map(len, groups)) == MOST
    assert any("公积金怎么提" in group for group in groups)
