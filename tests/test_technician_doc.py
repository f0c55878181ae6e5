"""Every fault that a terminal can name must be in docs/technician.md, and no other."""

import re
from pathlib import Path
from typing import get_args

from kiosk.button.faults import Kind as ButtonFault
from kiosk.link.lastwork import PART, STANDS_STILL
from kiosk.link.reports import OWN_PARTS
from kiosk.link.selftest import Result as SelfTestResult
from kiosk.ops.machine import Fault as MachineFault
from kiosk.validity import FAULTS as CERTIFICATE_FAULTS
from kiosk.video.devices import REMEDIES as CAMERA_REMEDIES
from kiosk.voice.microphones import REMEDIES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "technician.md").read_text(encoding="utf-8")


def code(package):
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "kiosk" / package).glob("*.py")))


def faults_in_code():
    """Part -> the names of its faults."""
    found = {}
    for part, fault in re.findall(r'parts\.fault\(\s*"([\w-]+)",\s*"([\w-]+)"', code("link")):
        found.setdefault(part, set()).add(fault)
    found["journal"] = set(re.findall(r'_on_fault\("([\w-]+)"', code("link")))
    found["other programs"] = set(re.findall(r'parts\.fault\(name, "([\w-]+)"', code("link")))
    found["speaker"] = set(re.findall(r'(?:SpeakerError\(\s*|fault=)"([\w-]+)"', code("voice/speech")))
    found["microphone"] = set(REMEDIES)
    found["camera"] = set(CAMERA_REMEDIES)
    for part in ("disk", "memory", "temperature", "power"):
        found[part] = faults_of_machine(part)
    found["self-test"] = set(get_args(SelfTestResult)) - {""}
    found["certificate"] = set(CERTIFICATE_FAULTS)
    screen = (ROOT / "kiosk" / "screen" / "app.py").read_text(encoding="utf-8")
    found["screen"] = set(re.findall(r'Part\(False, "([\w-]+)"', screen))
    for work, fault in STANDS_STILL.items():
        found[PART[work]].add(fault.name)
    return found | {"button": set(get_args(ButtonFault))}


def faults_of_machine(part):
    """What each of its readings can say; together they are all that the type allows."""
    told = {"disk": {"low", "full", "read-only"}, "memory": {"low"}, "temperature": {"hot"}}
    told["power"] = {"low", "throttled"}
    assert set().union(*told.values()) == set(get_args(MachineFault)) - {""}
    return told[part]


def faults_in_doc():
    faults = TEXT.split("\n## Faults\n", 1)[1].split("\n## ", 1)[0]
    sections = re.split(r"^### ", faults, flags=re.MULTILINE)[1:]
    return {s.split("\n", 1)[0]: set(re.findall(r"^\| `([\w-]+)` \|", s, re.MULTILINE)) for s in sections}


def test_every_fault_is_explained_and_no_other():
    assert faults_in_doc() == faults_in_code()


def test_the_search_finds_what_there_is():
    faults = faults_in_code()
    assert faults.keys() == OWN_PARTS | {"other programs", "speaker", "microphone", "camera", "screen"}, (
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
    named = {(part, fault) for part, faults in faults_in_code().items() for fault in faults}
    assert not sorted((part, fault) for part, fault in named if not {fault, f"{part}.{fault}"} & known)
