"""What the button board does. This file is copied onto the board as it is.

So it keeps to the Python that MicroPython runs on a Pico: no imports, no enums, no dataclasses. It has no
I/O and no clock: ``now`` is in milliseconds of a clock that never goes back and never wraps. The loop around
it (hardware/firmware/main.py) calls :meth:`Board.contact` with the level, :meth:`Board.wired` with the state of
the wires and :meth:`Board.receive` with what the host sent, writes what :meth:`Board.poll` returns, and drives
the pins from :meth:`Board.lamp_pins` and :meth:`Board.buzzer_on`.

The frames are described in docs/serial.md.
"""

PROTOCOL = 1
FIRMWARE = "1.1"

DEBOUNCE_MS = 20  # a level counts when it was stable for that long
SPACING_MS = 150  # no two presses are closer, whatever the contact does
REPEAT_MS = 250  # an unacknowledged press is said again
HEARTBEAT_MS = 1000
HOST_MS = 5000  # without a word from the host for that long the lamp shows FAULT
ALARM_MS = 60000  # the host's alarm ends by itself that long after the host was last heard
ALONE_MS = 10000  # a press that no host has taken for that long sounds the buzzer, host or no host
CLICK_MS = 40
LATCHED = 16  # presses kept until the host acknowledges them
MAX_LINE = 80
MAX_AGE_MS = 9999999999  # ten digits, the most a field may have

# Period in ms; yellow is on before the second number, green from the third on. Nothing blinks faster than
# three times a second, for people with photosensitive epilepsy, and no two states differ by colour alone.
LAMPS = {
    "OFF": (1000, 0, 1000),
    "READY": (2000, 100, 2000),
    "CALLING": (400, 200, 400),
    "RUNG": (2000, 1000, 2000),
    "ANSWERED": (1000, 0, 0),
    "FAULT": (1000, 500, 500),
    "TEST": (1000, 1000, 0),
}
CALLS = ("CALLING", "RUNG", "ANSWERED")  # what the host may show over a press it has not acknowledged
BUZZERS = ("OFF", "CLICK", "ALARM")


def checksum(body: bytes) -> str:
    """The XOR of all bytes as two upper-case hexadecimal digits."""
    value = 0
    for byte in body:
        value ^= byte
    return f"{value:02X}"


def line(body: str) -> bytes:
    """The body as one line of the protocol."""
    return ("$" + body + "*" + checksum(body.encode()) + "\r\n").encode()


class Press:
    """A press that the host has not acknowledged."""

    def __init__(self, number: int, at: int) -> None:
        self.number = number
        self.at = at  # when the contact closed
        self.due = at  # when to say it (again)


class Board:
    """The state of the board. ``nonce``: eight lower-case hexadecimal digits, new at each boot."""

    def __init__(self, nonce: str, now: int = 0, debounce_ms: int = DEBOUNCE_MS) -> None:
        self.nonce = nonce
        self.number = 0  # of the newest press since the boot
        self.pending: list[Press] = []
        self.commanded = "OFF"  # the lamp as the host wants it
        self.buzzer = "OFF"
        self.bad_frames = 0
        self.wiring = "OK"
        self._debounce = debounce_ms
        self._boot = now
        self._raw = False
        self._raw_since = now
        self._down = False  # debounced
        self._down_at = now - SPACING_MS  # when the newest press was taken over
        self._press_at = now  # when its contact had closed
        self._ups: list[str] = []
        self._calling = False  # the board's own CALLING, from the press until the host speaks about it
        self._heard = now
        self._asked = True  # a boot begins with HELLO
        self._beat = now + HEARTBEAT_MS
        self._wiring_due = False  # it is said with each heartbeat, and at once when it has changed
        self._line: bytearray | None = None
        self._shown = "OFF"
        self._shown_since = now
        self._alarm_since = now
        self._click_until = now

    def contact(self, closed: bool, now: int) -> None:
        """The raw level of the contact. Call it often, or at least at every change.

        A ``now`` that is past already tells when the level began, if that was seen late.
        """
        self._settle(now)
        if closed != self._raw:
            self._raw = closed
            self._raw_since = now

    def wired(self, wiring: str) -> None:
        """``OK``, or the names of the wiring's faults joined with ``+``."""
        if wiring != self.wiring:
            self.wiring = wiring
            self._wiring_due = True

    def settling(self) -> bool:
        """Whether the raw level has not become the debounced one yet, so that the loop should hurry."""
        return self._raw != self._down

    def receive(self, data: bytes, now: int) -> None:
        """Bytes from the host, any bytes. What is not a good line is dropped and counted."""
        for byte in data:
            if byte == 0x24:
                self._line = bytearray()
            elif self._line is None:
                continue
            elif byte == 13 or byte == 10:
                self._obey(bytes(self._line), now)
                self._line = None
            elif len(self._line) + 3 >= MAX_LINE:
                self.bad_frames += 1
                self._line = None
            else:
                self._line.append(byte)

    def poll(self, now: int) -> bytes:
        """What to send now. What cannot be sent may be thrown away: all that matters is said again."""
        self._settle(now)
        out = []
        asked = self._asked
        if asked:
            out.append(line(f"HELLO,{PROTOCOL},{self.nonce},{FIRMWARE}"))
            self._asked = False
        for press in self.pending:
            if asked or now >= press.due:
                press.due = now + REPEAT_MS
                age = min(now - press.at, MAX_AGE_MS)
                out.append(line(f"BTN,DOWN,{self.nonce},{press.number},{age}"))
        for body in self._ups:
            out.append(line(body))
        self._ups = []
        # After the presses, so that the host learns at once whether the newest of them is still down.
        if asked or now >= self._beat:
            self._beat = now + HEARTBEAT_MS
            self._wiring_due = True
            uptime = (now - self._boot) // 1000
            down = 1 if self._down else 0
            out.append(line(f"HB,{self.nonce},{uptime},{down},{len(self.pending)},{self.lamp(now)}"))
        if self._wiring_due:
            self._wiring_due = False
            out.append(line(f"WIRE,{self.nonce},{self.wiring}"))
        return b"".join(out)

    def lamp(self, now: int) -> str:
        """What the lamp shows, the board's own rules included."""
        shown = "CALLING" if self._calling else self.commanded
        if not self.pending and now - self._heard >= HOST_MS:
            shown = "FAULT"
        if shown != self._shown:
            self._shown = shown
            self._shown_since = now  # so that a pattern begins with its first colour
        return shown

    def lamp_pins(self, now: int) -> tuple[bool, bool]:
        """Whether the yellow and the green lamp are lit at this moment."""
        period, yellow_until, green_from = LAMPS[self.lamp(now)]
        phase = (now - self._shown_since) % period
        return phase < yellow_until, phase >= green_from

    def buzzer_on(self, now: int) -> bool:
        """Whether the buzzer sounds at this moment."""
        if now < self._click_until:
            return True
        if self.pending and now - self.pending[0].at >= ALONE_MS and now - self._heard >= HOST_MS:
            return now % 1000 < 500  # nobody else can say that somebody is waiting
        if self.buzzer != "ALARM" or now - self._heard >= ALARM_MS:
            return False
        return (now - self._alarm_since) % 1000 < 500

    def _settle(self, now: int) -> None:
        """Take over the raw level when it was stable for long enough."""
        if self._raw == self._down or now - self._raw_since < self._debounce:
            return
        if self._raw:
            if now - self._down_at < SPACING_MS:
                return  # too close to the last press; if it stays down it counts when the time is over
            self._down = True
            self._down_at = now
            self._press(self._raw_since)
        else:
            self._down = False
            held = min(self._raw_since - self._press_at, MAX_AGE_MS)
            self._ups = self._ups[1 - LATCHED :]
            self._ups.append(f"BTN,UP,{self.nonce},{self.number},{held}")

    def _press(self, at: int) -> None:
        self.number += 1
        self._press_at = at
        self._calling = True
        # A full latch keeps the oldest press, whose age is the true waiting time, and the newest one, which
        # may be a new call; the one before the newest gives way, since the newest stands for it.
        self.pending = self.pending[: LATCHED - 1]
        self.pending.append(Press(self.number, at))

    def _obey(self, text: bytes, now: int) -> None:
        """One line without its $ and line end."""
        body = text[:-3]
        for byte in text:
            if byte < 32 or byte > 126:
                body = b""
        fields = body.decode().split(",") if body and text[-3:] == b"*" + checksum(body).encode() else [""]
        kind = fields[0]
        if kind == "HOST" and len(fields) == 1:
            pass
        elif kind == "ASK" and len(fields) == 1:
            self._asked = True
        elif kind == "ACK" and len(fields) == 3 and fields[2].isdigit():
            if fields[1] == self.nonce:
                self.pending = [press for press in self.pending if press.number != int(fields[2])]
        elif kind == "LAMP" and len(fields) == 2 and fields[1] in LAMPS:
            self.commanded = fields[1]
            # A host that does not know of the press yet must not take away the customer's answer to it.
            if not self.pending or fields[1] in CALLS:
                self._calling = False
        elif kind == "BUZ" and len(fields) == 2 and fields[1] in BUZZERS:
            self._sound(fields[1], now)
        else:
            self.bad_frames += 1
            return
        self._heard = now

    def _sound(self, pattern: str, now: int) -> None:
        if pattern == "CLICK":
            self._click_until = now + CLICK_MS
            pattern = "OFF"
        if pattern == "ALARM" and self.buzzer != "ALARM":  # said again, it goes on as it was
            self._alarm_since = now
        self.buzzer = pattern
