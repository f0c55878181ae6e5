"""The host's side of the serial protocol: bytes and the time go in, events and bytes come out.

No I/O, no threads and no clock of its own, so that every loss, delay and repetition can be tested. Times are
seconds of a clock that only goes forward. See docs/serial.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Struct

from kiosk.button.contact import HELD_S, Contact
from kiosk.button.events import ButtonEvent, Buzzer, Lamp, Pressed
from kiosk.button.faults import Faults, Kind
from kiosk.button.frames import PROTOCOL, Frame, FrameReader, cause_of, encode
from kiosk.button.wires import Wires

HOST_S = 1.0  # how often the board is told that the host lives, and what to show
SILENT_S = 3.0  # without a frame for that long something is wrong with the line
DEAF_S = 3.0  # a board that does not do as it is told for that long does not hear
KNOWN_S = 1.5  # how long a sign that the button is down holds good; the heartbeat comes each second
REMEMBERED = 256  # presses; a board repeats 16 at most, and what is repeated is not forgotten

Output = tuple[list[ButtonEvent], bytes]


class _Press(Struct):
    nonce: str
    number: int
    acknowledged: bool = False


class BoardCore:
    """One board on one port. Each method returns what to tell the listener and what to send."""

    def __init__(self, port: str, held_s: Sequence[float] = HELD_S) -> None:
        self._port = port
        wires = Wires(f"the board on {port}", "the board's input NO", "the board's input NC")
        self._wiring: dict[Kind, str] = {
            "cut": wires.cut(),
            "nc-open": wires.nc_open(),
            "no-open": wires.no_open(),
            "swapped": wires.swapped(),
            "welded": wires.welded(),
        }
        self._reader = FrameReader()
        self._contact = Contact(held_s)
        self._counts = {"presses": 0, "repeats": 0, "reboots": 0, "reconnects": 0}
        self._lamp = Lamp.OFF
        self._buzzer = Buzzer.OFF
        self._events: list[ButtonEvent] = []
        self._out: list[bytes] = []
        self._faults = Faults()
        self._open = False
        self._was_open = False
        self._heard_at = 0.0
        self._said_at = 0.0
        self._nonce = ""  # of the board's present boot
        self._greeted = ""  # the nonce of its last HELLO
        self._presses: OrderedDict[str, _Press] = OrderedDict()
        self._followed = ("", -1)  # nonce and number of the newest press
        self._down_at = 0.0  # when that one began
        self._known_until = 0.0  # the button is known to be down until then
        self._disobeyed_at: float | None = None

    @property
    def counters(self) -> dict[str, int]:
        """What happened so far, by name."""
        return {**self._reader.counters, **self._counts}

    def opened(self, now: float) -> Output:
        """The port is open: ask for everything, and say what to show."""
        self._counts["reconnects"] += self._was_open
        self._open = self._was_open = True
        self._heard_at = now
        self._greeted = ""
        self._disobeyed_at = None
        self._reader.forget()
        self._say(now)
        return self._take()

    def failed(self, kind: Kind, remedy: str) -> Output:
        """The port could not be opened, or it broke (``unplugged``)."""
        self._open = False
        self._wired(())  # nothing is known of what is behind the port
        self._events += self._faults.line(kind, remedy)
        return self._take()

    def feed(self, data: bytes, now: float) -> Output:
        """Bytes from the board, any bytes."""
        for frame in self._reader.feed(data):
            self._obey(frame, now)
        return self._take()

    def tick(self, now: float) -> Output:
        """What the passing of time brings; call it ten times a second while the port is open."""
        if self.silent_s(now) >= SILENT_S:
            self._events += self._faults.line(
                "silent",
                f"{self._port} is open but no button board speaks on it: check the cable, the board's power, "
                "and that the settings name the right port.",
            )
        if now - self._said_at >= HOST_S:
            self._say(now)
        self._events += self._contact.tick(min(now, self._known_until))
        self._events += self._faults.set(
            "deaf",
            self._disobeyed_at is not None and now - self._disobeyed_at >= DEAF_S,
            f"The button board on {self._port} is heard but does not hear: check the wire from this computer "
            "to the board.",
        )
        return self._take()

    def show(self, lamp: Lamp, buzzer: Buzzer) -> Output:
        """The lamp and the buzzer from now on."""
        if lamp != self._lamp:
            self._lamp = lamp
            self._send("LAMP", lamp.name)
        if buzzer != self._buzzer:
            self._send("BUZ", buzzer.name)
        self._buzzer = Buzzer.OFF if buzzer is Buzzer.CLICK else buzzer  # a click is never said again
        return self._take()

    def acknowledge(self, cause: str) -> Output:
        """The press is safe; the board may forget it."""
        press = self._presses.get(cause)
        if press is not None:
            press.acknowledged = True
            self._send("ACK", press.nonce, press.number)
            # The board showed CALLING by itself; with the press settled the lamp is the host's again.
            self._send("LAMP", self._lamp.name)
        return self._take()

    def silent_s(self, now: float) -> float:
        """Seconds without a frame from the board since the port was opened; 0 while it is closed."""
        return now - self._heard_at if self._open else 0.0

    def _obey(self, frame: Frame, now: float) -> None:
        match frame.kind, frame.fields:
            case "HELLO", (protocol, nonce, *_):
                self._greeted = nonce
                self._board_is(nonce, now)
                self._events += self._faults.set(
                    "wrong-protocol",
                    int(protocol) != PROTOCOL,
                    f"The board on {self._port} speaks protocol {protocol} and this program speaks {PROTOCOL}: "
                    "put the firmware that came with this program on the board.",
                )
            case "HB", (nonce, _, button, pending, lamp):
                self._board_is(nonce, now)
                self._beat(button == "1", int(pending), lamp, now)
            case "BTN", ("DOWN", nonce, number, age):
                self._board_is(nonce, now)
                self._down(nonce, int(number), int(age) / 1000, now)
            case "BTN", ("UP", nonce, number, held):
                self._board_is(nonce, now)
                if (nonce, int(number)) == self._followed:
                    self._events += self._contact.up(self._down_at + int(held) / 1000)
            case "WIRE", (nonce, wiring):
                self._board_is(nonce, now)
                self._wired(wiring.lower().split("+"))
            case _:
                return  # our own words, echoed by a plug or a bad wire, are no sign of a board
        self._heard_at = now
        self._events += self._faults.line("", "")

    def _wired(self, faults: Sequence[str]) -> None:
        for kind, remedy in self._wiring.items():
            self._events += self._faults.set(kind, kind in faults, remedy)

    def _board_is(self, nonce: str, now: float) -> None:
        if nonce == self._nonce:
            return
        if self._nonce:
            self._counts["reboots"] += 1
            self._events += self._contact.up(min(now, self._known_until))
        self._nonce = nonce
        self._disobeyed_at = None
        self._say(now)  # a board that has just started shows nothing

    def _down(self, nonce: str, number: int, age_s: float, now: float) -> None:
        cause = cause_of(nonce, number)
        press = self._presses.get(cause)
        if press is not None:
            self._counts["repeats"] += 1
            self._presses.move_to_end(cause)
            if press.acknowledged:
                self._send("ACK", nonce, number)  # the first one was lost
            return
        self._counts["presses"] += 1
        self._presses[cause] = _Press(nonce, number)
        if len(self._presses) > REMEMBERED:
            self._presses.popitem(last=False)
        if nonce == self._followed[0] and number < self._followed[1]:
            self._events.append(Pressed(cause, age_s))  # an older press, over long ago
            return
        self._followed = (nonce, number)
        self._down_at = now - age_s
        self._known_until = self._down_at + KNOWN_S
        self._events += self._contact.down(cause, self._down_at, now)

    def _beat(self, down: bool, pending: int, lamp: str, now: float) -> None:
        if down:
            self._known_until = now + KNOWN_S
            if pending == 0 and not self._contact.is_down:
                self._events += self._contact.down(None, now, now)  # pressed before this process began
        else:
            self._events += self._contact.up(min(now, self._known_until))
        owed = sum(not p.acknowledged for p in self._presses.values() if p.nonce == self._nonce)
        if pending <= owed and (pending or lamp == self._lamp.name):
            self._disobeyed_at = None
        elif self._disobeyed_at is None:
            self._disobeyed_at = now

    def _say(self, now: float) -> None:
        """Everything the board must know. It is said each second, so that nothing lost stays lost."""
        self._said_at = now
        if not self._greeted or self._greeted != self._nonce:
            self._send("ASK")
        self._send("HOST")
        self._send("LAMP", self._lamp.name)
        self._send("BUZ", self._buzzer.name)

    def _send(self, kind: str, *fields: str | int) -> None:
        self._out.append(encode(kind, *fields))

    def _take(self) -> Output:
        output = (self._events, b"".join(self._out))
        self._events, self._out = [], []
        return output
