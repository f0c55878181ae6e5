"""Where lines end."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, strategies as st

from kiosk.screen.wrapping import wrap

CLOSING = "，。、；：！？）”"


def measure(text: str) -> float:
    return sum(1.0 if ord(letter) > 0x2E7F or letter in "“”…" else 0.5 for letter in text)


def lines(text: str, width: float) -> list[str]:
    return wrap(text, width, measure, 1.0)


def test_one_line_stays_one_line() -> None:
    assert lines("按一下，有人来", 7) == ["按一下，有人来"]


def test_a_line_rather_ends_after_punctuation() -> None:
    assert lines("按一下，有人来", 6) == ["按一下，", "有人来"]


def test_lines_are_about_equally_long() -> None:
    assert lines("您要办的是哪一件事情", 9) == ["您要办的是", "哪一件事情"]


def test_no_line_begins_with_punctuation() -> None:
    assert lines("一二三四五六。", 6) == ["一二三四", "五六。"]
    assert lines("一二三四五。", 5) == ["一二三", "四五。"]


def test_words_of_the_hall_are_not_torn_apart() -> None:
    assert "身份证" in lines("来的时候请把身份证带上", 6)[1]
    assert lines("请到大厅3号窗口", 6) == ["请到大厅", "3号窗口"]


def test_latin_words_stay_whole_and_a_longer_one_is_cut() -> None:
    assert lines("Please press once", 6) == ["Please", "press once"]
    assert lines("abcdefghijkl", 4) == ["abcdefgh", "ijkl"]


def test_a_line_break_in_the_text_is_kept() -> None:
    assert lines("一二\n三四", 10) == ["一二", "三四"]


@given(st.text(alphabet="一二三人工窗口办理，。、（）“”…abc 12", min_size=1, max_size=90), st.integers(4, 30))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    found = lines(text, width)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(measure(line) <= width for line in found)
    for before, line in pairwise(found):
        assert not line or line[0] not in CLOSING or measure(before) >= width - 2 or f" {line[0]}" in text
