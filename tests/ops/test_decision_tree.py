"""The tree of docs/technician.md: its leaves are lines that the doctor prints, what it quotes is really shown."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from doctor_lines import Printed
from named_faults import ROOT

from kiosk import config

TREES = {"technician.md": "\n## What do you see?\n", "technician.zh-CN.md": "\n## 看到了什么？\n"}
STATIC = ROOT / "kiosk" / "desk" / "static"
#: A line of the doctor's as it is written in the tree.
LEAF = re.compile(r"`(?P<desk>desk: )?(?P<state>ok|WARN|BAD)  (?P<what>[\w -]+?)  (?P<how>[^`]+)`")
SETTINGS = re.compile(r"`kiosk: …kiosk\.toml:…: …`")
ON = re.compile(r"[Gg]o to \d|看第 ?\d")
QUOTED = re.compile(r"“([^”]*[\u4e00-\u9fff][^”]*)”")
CLAUSE = re.compile(r"(?<=[，。！？；])")


def tree(document: str) -> str:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return text.split(TREES[document], 1)[1].split("\n## ", 1)[0]


def leaves(text: str) -> list[tuple[str, ...]]:
    return [leaf.group("desk", "state", "what", "how") for leaf in LEAF.finditer(text)]


def branches(text: str) -> list[str]:
    """The numbered parts without items, and the items of the others without items of their own."""
    found = []
    for part in re.split(r"\n(?=\*\*\d+\. )", text)[1:]:
        items = re.split(r"\n(?= *- )", part)
        for item, below in zip(items, [*items[1:], ""], strict=True):
            if _depth(below) <= _depth(item):
                found.append(item)
    return found


def _depth(item: str) -> int:
    found = re.match(r"( *)- ", item)
    return len(found[1]) + 1 if found else 0


def shown() -> list[str]:
    """All that screen and page say in Chinese; ``…`` for what is filled in."""
    locale = tomllib.loads((ROOT / "kiosk/screen/locale/zh_CN.toml").read_text(encoding="utf-8"))
    found = [re.sub(r"\{\w+\}", "…", text) for text in strings_of(locale)]
    scripts = "".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.js")))
    found += re.findall(r'"([^"\n]*[\u4e00-\u9fff][^"\n]*)"', scripts)
    found += [re.sub(r"\$\{[^}]*\}", "…", text) for text in re.findall(r"`([^`]*[\u4e00-\u9fff][^`]*)`", scripts)]
    for path in sorted(STATIC.glob("*.html")):
        found += re.findall(r">([^<>]*[\u4e00-\u9fff][^<>]*)<", path.read_text(encoding="utf-8"))
    return found + named_on_the_page()


def strings_of(table: object) -> list[str]:
    if isinstance(table, dict):
        return [text for value in table.values() for text in strings_of(value)]
    return [str(table)]


def named_on_the_page() -> list[str]:
    """``part：fault`` as the page puts them together, in the list of terminals and of the desk itself."""
    words = (STATIC / "words.js").read_text(encoding="utf-8")

    def table(name: str) -> dict[str, str]:
        body = words.split(f"const {name} = {{", 1)[1].split("};", 1)[0]
        return {
            a or b: text for a, b, text in re.findall(r'^  (?:"([\w.-]+)"|(\w+)): "([^"]+)"', body, re.MULTILINE)
        }

    found = []
    for part, name in table("PARTS").items():
        for fault, said in table("FAULTS").items():
            of, _, own = fault.rpartition(".")
            if (of and of != part) or (not of and f"{part}.{own}" in table("FAULTS")):
                continue
            found += [f"{name}：{said}", f"这个呼叫台：{name}{said}，请找技术员。"]
    return found


def is_shown(quoted: str, texts: list[str]) -> bool:
    """Whether it is a whole text, or whole clauses of one."""
    for text in texts:
        clauses = CLAUSE.split(text)
        for first in range(len(clauses)):
            for last in range(first + 1, len(clauses) + 1):
                part = "".join(clauses[first:last])
                if quoted in (part, part.rstrip("，。！？；")):
                    return True
    return False


@pytest.mark.parametrize("document", TREES)
def test_every_leaf_is_a_line_that_the_doctor_prints(document: str) -> None:
    terminal, desk = Printed(desk=False), Printed(desk=True)
    found = leaves(tree(document))
    assert len(found) > 40
    wrong = [leaf for leaf in found if not (desk if leaf[0] else terminal).has(*leaf[1:])]
    assert not wrong
    # Whatever else looks like a line of the doctor's is one that is misspelt.
    assert len(re.findall(r"`(?:desk: )?(?:ok|WARN|BAD)\b", tree(document))) == len(found)


@pytest.mark.parametrize("document", TREES)
def test_every_branch_ends_in_one_or_sends_you_to_one(document: str) -> None:
    found = branches(tree(document))
    assert len(found) > 30
    assert not [item for item in found if not (LEAF.search(item) or SETTINGS.search(item) or ON.search(item))]


@pytest.mark.parametrize("document", TREES)
def test_what_is_quoted_is_what_is_shown(document: str) -> None:
    texts = shown()
    quoted = QUOTED.findall(tree(document))
    assert len(quoted) > 30
    assert [text for text in quoted if not is_shown(text, texts)] == []


def test_both_languages_have_the_same_leaves_in_the_same_places() -> None:
    """And the same branches above them."""
    english, chinese = (tree(document) for document in TREES)
    assert [leaves(item) for item in branches(english)] == [leaves(item) for item in branches(chinese)]
    assert len(SETTINGS.findall(english)) == len(SETTINGS.findall(chinese)) == 1


def test_settings_that_cannot_be_read_are_told_as_the_tree_says() -> None:
    with pytest.raises(config.ConfigError, match=r"^/etc/kiosk/kiosk\.toml:2: .*hall"):
        config.parse('name = "k1"\nhall = "Ä"\n', Path("/etc/kiosk/kiosk.toml"), config.Kiosk)
    assert SETTINGS.search(tree("technician.md"))


def test_the_search_knows_a_line_from_what_is_none() -> None:
    terminal = Printed(desk=False)
    assert terminal.has("BAD", "link", "nothing answers at …") and terminal.has("BAD", "microphone", "gone")
    assert not terminal.has("ok", "link", "nothing answers at …") and not terminal.has("BAD", "button", "blue")
    assert is_shown("网络断了，铃已经响了", shown()) and not is_shown("网络断", shown())
