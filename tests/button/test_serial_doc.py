"""What docs/serial.md says must be what the code does."""

import re
from pathlib import Path

from kiosk.button import Buzzer, Lamp, firmware
from kiosk.button.board import BoardButton
from kiosk.button.frames import FrameReader

TEXT = (Path(__file__).parents[2] / "docs" / "serial.md").read_text()
CODE = "".join(path.read_text() for path in Path(firmware.__file__).parent.glob("*.py"))


def test_every_example_is_a_good_frame_and_every_type_has_one() -> None:
    examples = re.findall(r"\$[A-Z][^\s<>`]*\*[0-9A-F]{2}", TEXT)
    frames = FrameReader().feed("".join(f"{example}\r\n" for example in examples).encode())
    assert len(frames) == len(examples)
    assert {frame.kind for frame in frames} == {"HELLO", "HB", "BTN", "ASK", "HOST", "ACK", "LAMP", "BUZ"}


def test_every_fault_pattern_and_counter_is_explained() -> None:
    faults = set(re.findall(r'"(port-[a-z]+|unplugged|silent|wrong-protocol|deaf|stuck)"', CODE))
    assert len(faults) == 8
    words = faults | {pattern.name for pattern in [*Lamp, *Buzzer]} | set(BoardButton("x").counters)
    assert not [word for word in words if f"`{word}`" not in TEXT]
