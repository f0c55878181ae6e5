"""What is said of one fault: how it is broken and mended, who must notice, and how soon.

Signs are those of :mod:`kiosk.bench.faults.eyes`, and name faults as docs/technician.md does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.bench.faults.hall import Kind
from kiosk.bench.faults.steps import Steps

BUTTON_S, REST_S = 5.0, 15.0  # how soon somebody must know
CUSTOMER_S = 5.0  # how soon the screen must not offer what does not work
HELD_S = 65.0  # a button counts as stuck after 60 s, by design: people lean on things
UNREACHABLE = "broker: unreachable"


class Way(StrEnum):
    """How a customer calls while it is broken."""

    BUTTON = "button"
    TOUCH = "touch"
    DONE = "done"  # what breaks it is a press, which calls
    NONE = "none"  # nobody can; the press comes after the mending


@dataclass(frozen=True)
class Entry:
    """One fault: ``steps`` break it and mend it, ``sign`` is what link and desk show of it.

    ``customer``: what the screen must show of it within ``CUSTOMER_S``, where it is the customer's business.
    ``link``, ``desk``: where it is another sign for one of them; empty: that one cannot know. ``line``: what the
    doctor calls it, where it is not the sign's part; empty: it is no business of the terminal's doctor.
    ``inside``: the process whose mounts the doctor must see. ``needs``: what the machine must have, ``root`` or
    ``faketime``.
    """

    name: str
    how: str
    steps: Steps
    sign: str = ""
    link: str | None = None
    desk: str | None = None
    customer: str = ""
    line: str | None = None
    limit_s: float = REST_S
    way: Way = Way.BUTTON
    kind: Kind = Kind.BOARD
    inside: str = ""
    needs: str = ""

    @property
    def at_link(self) -> str:
        return self.sign if self.link is None else self.link

    @property
    def at_desk(self) -> str:
        return self.sign if self.desk is None else self.desk

    @property
    def doctor(self) -> str:
        return self.sign.partition(":")[0] if self.line is None else self.line
