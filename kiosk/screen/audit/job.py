"""What the audit asks of a process that draws, over its standard input."""

from __future__ import annotations

from msgspec import Struct

from kiosk.screen.audit.limits import Panel
from kiosk.screen.audit.matrix import Shot


class Job(Struct, frozen=True):
    """The pictures of one panel, and where to save them; none are saved where it is empty."""

    panel: Panel
    shots: tuple[Shot, ...]
    directory: str = ""
