"""The line of each value, held against a reader of TOML that knows all values and no lines."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kiosk.positions import lines

ROOT = Path(__file__).parents[2]


def places(value, place=()):
    """Every value that a file must name somewhere: all but the tables that only a longer header implies."""
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    else:
        inner = ()
        yield place
    for key, one in inner:
        yield from places(one, (*place, key))


@pytest.mark.parametrize("path", sorted((ROOT / "kiosk").rglob("*.toml")), ids=lambda path: path.name)
def test_every_value_of_our_own_files_has_its_line(path):
    text = path.read_text(encoding="utf-8")
    found = lines(text)
    assert set(places(tomllib.loads(text))) <= set(found)
    written = text.split("\n")
    for place, line in found.items():
        if isinstance(place[-1], str):
            assert place[-1] in written[line - 1], place


def test_all_that_toml_allows_is_gone_through():
    text = """# a comment = 1
title = "with = and # and \\" in it"  # said
'quoted key' = 'C:\\path'
site.counter = "3"
"dotted"."twice" = { one = 1, two = [2, 3] }
long = \"\"\"
title = "not this one"
[[service]]
\"\"\"
nested = [
    [1, 2],  # two
    "three",

    1979-05-27 07:32:00,
]
empty = []
[[service]]
id = "a"
samples = ["x",
  "y", ]
[service.inner]
deep = true
[[service]]
id = "b"
"""
    found = lines(text)
    assert set(places(tomllib.loads(text))) <= set(found)
    where = {
        ("title",): 2, ("quoted key",): 3, ("site", "counter"): 4, ("dotted", "twice", "two", 1): 5, ("long",): 6,
        ("nested", 0, 1): 11, ("nested", 1): 12, ("nested", 2): 14, ("service", 0, "samples", 1): 20,
        ("service", 0, "inner", "deep"): 22, ("service", 1): 23, ("service", 1, "id"): 24,
    }  # fmt: skip
    assert {place: found[place] for place in where} == where


_KEY = st.text("abc-_1", min_size=1, max_size=4)
_TEXT = st.text('ab银=[]{}#," ', max_size=8).map(lambda text: '"' + text.replace('"', '\\"') + '"')
_VALUE = st.recursive(
    st.one_of(_TEXT, st.integers().map(str), st.just("true"), st.just("1.5")),
    lambda inner: st.lists(inner, max_size=4).map(lambda some: "[" + ",\n  ".join(some) + "]"),
    max_leaves=6,
)


@given(st.dictionaries(_KEY, _VALUE, max_size=4), st.lists(st.dictionaries(_KEY, _VALUE, max_size=4), max_size=4))
def test_whatever_is_in_a_file_each_value_has_its_line(top, tables):
    text = "".join(f"{key} = {value}\n" for key, value in top.items())
    for table in tables:
        text += "[[table]]  # one\n" + "".join(f"{key} = {value}\n" for key, value in table.items())
    found = lines(text)
    assert set(places(tomllib.loads(text))) - {()} <= set(found)
    for number in range(len(tables)):
        assert text.split("\n")[found["table", number] - 1] == "[[table]]  # one"
