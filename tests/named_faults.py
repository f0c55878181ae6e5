"""The faults that the code can name: part -> their names. For the tests of the documents."""

import re
from pathlib import Path
from typing import get_args

from kiosk.button.faults import Kind as ButtonFault
from kiosk.desk.keeper import REMEDIES as LEDGER_REMEDIES
from kiosk.link.lastwork import PART, STANDS_STILL
from kiosk.link.selftest import Result as SelfTestResult
from kiosk.ops.machine import Fault as MachineFault
from kiosk.validity import FAULTS as CERTIFICATE_FAULTS
from kiosk.video.devices import REMEDIES as CAMERA_REMEDIES
from kiosk.voice.microphones import REMEDIES

ROOT = Path(__file__).parents[1]


def code(package):
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "kiosk" / package).glob("*.py")))


def of_terminal():
    """What a terminal says of its parts."""
    found = {}
    for part, fault in re.findall(r'parts\.fault\(\s*"([\w-]+)",\s*"([\w-]+)"', code("link")):
        found.setdefault(part, set()).add(fault)
    found["journal"] = set(re.findall(r'_on_fault\("([\w-]+)"', code("link")))
    found["other programs"] = set(re.findall(r'parts\.fault\(name, "([\w-]+)"', code("link")))
    found["speaker"] = set(re.findall(r'(?:SpeakerError\(\s*|fault=)"([\w-]+)"', code("voice/speech")))
    found["model"] = set(re.findall(r'_tell_part\("model", Part\(ok=False, fault="([\w-]+)"', code("voice")))
    found["microphone"] = set(REMEDIES)
    found["camera"] = set(CAMERA_REMEDIES)
    for part in ("disk", "memory", "temperature", "power"):
        found[part] = _of_machine(part)
    found["self-test"] = set(get_args(SelfTestResult)) - {""}
    found["certificate"] = set(CERTIFICATE_FAULTS)
    content = (ROOT / "kiosk" / "screen" / "content.py").read_text(encoding="utf-8")
    found["screen"] = set(re.findall(r'Part\(False, "([\w-]+)"', content))
    for work, fault in STANDS_STILL.items():
        found[PART[work]].add(fault.name)
    return found | {"button": set(get_args(ButtonFault))}


def of_desk():
    """What a desk says of itself."""
    found = {"certificate": set(CERTIFICATE_FAULTS), "ledger": set(LEDGER_REMEDIES)}
    for part, fault in re.findall(r'parts\.fault\(\s*"([\w-]+)",\s*"([\w-]+)"', code("desk")):
        found.setdefault(part, set()).add(fault)
    found["ledger"] |= set(re.findall(r'trouble = \("([\w-]+)"', code("desk")))
    return found


def _of_machine(part):
    """What each of its readings can say; together they are all that the type allows."""
    told = {"disk": {"low", "full", "read-only"}, "memory": {"low"}, "temperature": {"hot"}}
    told["power"] = {"low", "throttled"}
    assert set().union(*told.values()) == set(get_args(MachineFault)) - {""}
    return told[part]
