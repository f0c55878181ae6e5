"""Events, as the ledger received them, put together to calls, in bounded memory. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from kiosk.desk.report.calls import Line

#: So long after its last event a call that has ended may still get one, such as a rating from a kiosk that was
#: offline; and a call that has not ended may be taken up again, such as one of the night before.
OVER_MS, SILENT_MS = 6 * 3_600_000, 7 * 24 * 3_600_000
LOOK_MS = 60_000  # so often, by the events' own time, is looked for calls of which nothing more is expected

_Key = tuple[str, str, str]


class _Waiting:
    """Calls in the order of their last event."""

    def __init__(self, patience_ms: int) -> None:
        self._patience_ms = patience_ms
        self.calls: OrderedDict[_Key, list[Line]] = OrderedDict()

    def due(self, now_ms: int) -> Iterator[list[Line]]:
        while self.calls:
            key, lines = next(iter(self.calls.items()))
            if now_ms - lines[-1].received_ms <= self._patience_ms:
                return
            del self.calls[key]
            yield lines


def assemble(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Each call's events together, once nothing more is to be expected of it; an event of no call by itself.

    ``lines`` come in the order in which the ledger received them. What comes later than is waited for makes a
    group of its own, without a beginning.
    """
    going, over = _Waiting(SILENT_MS), _Waiting(OVER_MS)
    heard = 0
    for line in lines:
        if line.received_ms - heard >= LOOK_MS:
            heard = line.received_ms
            yield from over.due(heard)
            yield from going.due(heard)
        event = line.event
        if not event.call:
            yield [line]
            continue
        key = (line.hall, line.kiosk, event.call)
        if (known := over.calls.pop(key, None)) is not None:
            over.calls[key] = known
            known.append(line)
            continue
        known = going.calls.pop(key, [])
        known.append(line)
        (over if event.kind == "ended" else going).calls[key] = known
    yield from over.calls.values()
    yield from going.calls.values()
