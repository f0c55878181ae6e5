"""What of a message is for whom: customers' words only for those who may read them. Pure."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kiosk import messages
from kiosk.desk.hall import KioskRow
from kiosk.desk.protocol import Freezes, PageSnapshot
from kiosk.messages import Freeze


def without_words(message: Any) -> Any:
    """The message for somebody who walks over, or repairs: nothing that a customer has said or chosen, nothing
    of what the bank has answered, no request to freeze whose call is over."""
    match message:
        case KioskRow():
            return _row(message)
        case PageSnapshot():
            return replace(message, kiosks=[_row(row) for row in message.kiosks], freezes=[])
        case Freezes():
            return Freezes([])
    return message


def _row(row: KioskRow) -> KioskRow:
    call = row.call
    if call is None:
        return row
    freeze = Freeze(call.freeze.request, call.freeze.state, call.freeze.age_ms) if call.freeze else None
    return replace(row, call=replace(call, said=(), note="", service="", freeze=freeze))


class Wording:
    """One message as JSON in both wordings, each written once and when it is first asked for."""

    def __init__(self, message: Any) -> None:
        self._message = message
        self._texts: dict[bool, str] = {}

    def text(self, *, words: bool) -> str:
        """``words``: for somebody who may read them."""
        if words not in self._texts:
            message = self._message if words else without_words(self._message)
            self._texts[words] = messages.encode(message).decode()
        return self._texts[words]
