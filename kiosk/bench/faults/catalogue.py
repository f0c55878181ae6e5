"""Every fault that ``kiosk bench faults`` plays."""

from kiosk.bench.faults.areas import broker, button, desk, speech, terminal
from kiosk.bench.faults.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    *button.ENTRIES,
    *broker.ENTRIES,
    *desk.ENTRIES,
    *terminal.ENTRIES,
    *speech.ENTRIES,
)
