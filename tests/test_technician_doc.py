"""Every fault that a terminal can name must be in docs/technician.md and its Chinese sister, and no other."""

import re

import pytest
from named_faults import ROOT, code, of_terminal

from kiosk.link.reports import OWN_PARTS

FAULTS = {"technician.md": "\n## Faults\n", "technician.zh-CN.md": "\n## 故障\n"}


def faults_in_doc(document):
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    faults = text.split(FAULTS[document], 1)[1].split("\n## ", 1)[0]
    sections = re.split(r"^### ", faults, flags=re.MULTILINE)[1:]
    return {
        re.match(r"[\w -]*\w", s, re.ASCII)[0]: set(re.findall(r"^\| `([\w-]+)` \|", s, re.MULTILINE))
        for s in sections
    }


@pytest.mark.parametrize("document", FAULTS)
def test_every_fault_is_explained_and_no_other(document):
    assert faults_in_doc(document) == of_terminal()


def test_the_search_finds_what_there_is():
    faults = of_terminal()
    assert faults.keys() == OWN_PARTS | {"other programs", "speaker", "microphone", "model", "camera", "screen"}, (
        "whose part is the new one?"
    )
    assert {"port-missing", "port-busy", "port-denied", "unplugged", "stuck"} <= faults["button"]
    # Each call that is not spelt out as above would be a fault that the search does not see; four only pass on.
    spelt_out = sum(map(len, faults.values())) - sum(
        len(faults[part])
        for part in (
            "button",
            "journal",
            "speaker",
            "microphone",
            "model",
            "camera",
            "screen",
            "certificate",
            "self-test",
            *("disk", "memory", "temperature", "power"),
        )
    )
    assert len(re.findall(r"parts\.fault\(", code("link"))) == spelt_out + 6


def test_every_fault_has_a_name_on_the_agents_page():
    words = (ROOT / "kiosk" / "desk" / "static" / "words.js").read_text(encoding="utf-8")
    table = words.split("const FAULTS = {", 1)[1].split("};", 1)[0]
    known = {quoted or plain for quoted, plain in re.findall(r'^  (?:"([\w.-]+)"|(\w+)): ', table, re.MULTILINE)}
    named = {(part, fault) for part, faults in of_terminal().items() for fault in faults}
    assert not sorted((part, fault) for part, fault in named if not {fault, f"{part}.{fault}"} & known)
