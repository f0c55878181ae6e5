"""What docs/serial.md says must be what the code does."""

import re
from pathlib import Path
from typing import get_args

from kiosk.button import Buzzer, Lamp
from kiosk.button.blink import LAMPS
from kiosk.button.board import BoardButton
from kiosk.button.faults import Kind
from kiosk.button.frames import FrameReader
from kiosk.button.lines import LinesButton
from kiosk.button.simulate_lines import WORDS

TEXT = (Path(__file__).parents[2] / "docs" / "serial.md").read_text()


def test_every_example_is_a_good_frame_and_every_type_has_one() -> None:
    examples = re.findall(r"\$[A-Z][^\s<>`]*\*[0-9A-F]{2}", TEXT)
    frames = FrameReader().feed("".join(f"{example}\r\n" for example in examples).encode())
    assert len(frames) == len(examples)
    assert {frame.kind for frame in frames} == {"HELLO", "HB", "BTN", "WIRE", "ASK", "HOST", "ACK", "LAMP", "BUZ"}


def test_every_fault_pattern_and_counter_is_explained() -> None:
    words = set(get_args(Kind)) | {pattern.name for pattern in [*Lamp, *Buzzer]}
    words |= set(BoardButton("x").counters) | set(LinesButton("x").counters)
    assert not [word for word in words if f"`{word}`" not in TEXT]


def test_the_lamp_of_one_colour_blinks_as_it_is_written() -> None:
    table = TEXT.split("## The lamp of one colour", 1)[1].split("\n## ", 1)[0]
    for lamp, pattern in LAMPS.items():
        row = next(line for line in table.splitlines() if line.startswith(f"| `{lamp.name}` "))
        assert [float(number) for number in re.findall(r"[\d.]+(?= s)", row.split("|")[2])] == {
            Lamp.OFF: [],
            Lamp.ANSWERED: [],
            Lamp.READY: [pattern[0], sum(pattern)],
            Lamp.FAULT: [pattern[0], pattern[-1]],
        }.get(lamp, list(pattern))


def test_every_word_of_the_simulated_button_is_explained() -> None:
    assert not [word for word in WORDS if not re.search(rf"`{word}[ `]", TEXT)]
