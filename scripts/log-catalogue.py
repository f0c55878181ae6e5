#!/usr/bin/env python3
"""Write systemd/rengong.catalog: what `journalctl -x` says under our lines, from the tables of the documents."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kiosk.logs import message_id  # noqa: E402

CATALOGUE = ROOT / "systemd" / "rengong.catalog"


def catalogue() -> str:
    """The whole file."""
    technician = (ROOT / "docs" / "technician.md").read_text(encoding="utf-8")
    mqtt = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    entries = []
    parts = re.split(r"^### ", technician.split("\n## Faults\n", 1)[1].split("\n## ", 1)[0], flags=re.MULTILINE)[
        1:
    ]
    for section in parts:
        part = section.split("\n", 1)[0]
        entries.append(entry(part, "recovered", "The fault is over; nothing has to be done."))
        for fault, meaning, remedy in re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+) \|$", section, re.MULTILINE):
            entries.append(entry(part, fault, f"{sentence(meaning)}\n\nWhat to do: {sentence(remedy)}"))
    table = mqtt.split("| kind | what happened |", 1)[1].split("\n\n", 1)[0]
    for kinds, what in re.findall(r"^\| (`.+?`) \| (.+) \|$", table, re.MULTILINE):
        entries += [
            entry("call", kind, f"A step of a call: {sentence(what)}") for kind in re.findall(r"`([\w-]+)`", kinds)
        ]
    return "\n".join(["# Made by scripts/log-catalogue.py from docs/technician.md and docs/mqtt.md.", *entries])


def entry(part: str, event: str, text: str) -> str:
    """One entry, in the form of systemd's catalogues."""
    return (
        f"\n-- {message_id(part, event)}\nSubject: {part}: {event}\nDefined-By: rengong-kiosk\n"
        f"Support: docs/technician.md\n\n{text}\n"
    )


def sentence(text: str) -> str:
    """Without the marks of Markdown, and with a full stop. A command at its beginning stays as it is typed."""
    typed = text.startswith("`")
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "").replace("**", "").strip()
    plain = text if typed else text[:1].upper() + text[1:]
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."


if __name__ == "__main__":
    CATALOGUE.write_text(catalogue(), encoding="utf-8")
