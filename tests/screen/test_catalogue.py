"""The words of the screen in its languages."""

import re
import string
from pathlib import Path

import pytest

from kiosk.screen import catalogue as catalogues
from kiosk.screen.catalogue import LANGUAGES, catalogue

SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(catalogues.__file__).parent.rglob("*.py"))
CHINESE = catalogue("zh_CN").texts
#: Keys that the program puts together, such as f"rating.{score}".
MADE = tuple(re.findall(r'f"([a-z]+[.][a-z-]*)\{', SOURCES))


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_the_same_places(language):
    texts = catalogue(language).texts
    assert texts.keys() == CHINESE.keys()
    assert {key: places(text) for key, text in texts.items()} == {
        key: places(text) for key, text in CHINESE.items()
    }
    assert all(text.strip() for text in texts.values())


def test_every_text_is_used():
    unused = [key for key in CHINESE if f'"{key}"' not in SOURCES and not key.startswith(MADE)]
    assert unused == []


def test_the_traditional_texts_hold_no_simplified_characters():
    traditional = catalogue("zh_TW").texts
    pairs = [(CHINESE[key], text) for key, text in traditional.items() if len(CHINESE[key]) == len(text)]
    simplified = {cn for one, other in pairs for cn, tw in zip(one, other, strict=True) if cn != tw}
    assert len(simplified) > 100
    found = {key: simplified & set(text) for key, text in traditional.items() if key != "language.zh_CN"}
    assert {key: chars for key, chars in found.items() if chars} == {}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0秒"), (20.9, "20秒"), (60, "1分钟"), (80, "1分20秒"), (3600, "1小时"), (3900, "1小时5分")],
)
def test_times_are_said_as_people_say_them(seconds, said):
    assert catalogue("zh_CN").duration(seconds) == said


def test_a_number_is_read_aloud_digit_by_digit():
    assert catalogue("zh_CN").digits("120489") == "幺二零四八九"
    assert catalogue("en").digits("12") == "1 2"
