"""A button board without hardware: the real firmware behind a pseudo-terminal.

It serves demonstrations, tests and benches. The program opens it like a real board, by a stable path (a
symbolic link, as udev makes one), and it can be pressed, unplugged, disturbed and restarted.
"""

from __future__ import annotations

import os
import random
import secrets
import select
import time
import tty
from collections.abc import Callable
from pathlib import Path

from kiosk.button.driver import ButtonError
from kiosk.button.events import Buzzer, Lamp
from kiosk.button.firmware import DEBOUNCE_MS, FIRMWARE, PROTOCOL, Board, line
from kiosk.button.frames import cause_of
from kiosk.button.simulated import Simulated

IDLE_S = 0.02
HURRY_S = 0.001  # while the contact is being debounced
NEVER = float("inf")

OnLamp = Callable[[float, Lamp], None]
OnCause = Callable[[str], None]


class LinkTaken(ButtonError, FileExistsError):
    """The path for the link is taken by something that is not a symbolic link."""


class VirtualBoard(Simulated):
    """A running board at ``link``, from construction until :meth:`close`.

    ``on_lamp(time.monotonic(), lamp)`` is called when the host commands another lamp, ``on_shown`` when the
    lamp looks different (the board also changes it by itself). ``on_press`` gets the cause of each press that
    the board has counted, ``on_forgotten`` of each that it loses with its power. All from the board's thread. The
    board has a supply of its own: what it has latched survives :meth:`cut`, and only :meth:`reboot` loses it.

    Raises :class:`LinkTaken`, or ``OSError`` when the link cannot be made.
    """

    def __init__(
        self,
        link: str | Path,
        *,
        debounce_ms: int = DEBOUNCE_MS,
        on_lamp: OnLamp | None = None,
        on_shown: OnLamp | None = None,
        on_press: OnCause | None = None,
        on_forgotten: OnCause | None = None,
    ) -> None:
        super().__init__("virtual board")
        self.link = Path(link)
        self._debounce_ms = debounce_ms
        self._on_lamp = on_lamp
        self._on_shown = on_shown
        self._on_press = on_press
        self._on_forgotten = on_forgotten
        self._down = False
        self._release_at = NEVER
        self._plug_at = NEVER
        self._clean_at = 0.0  # until then the line damages bytes, each with this probability
        self._damage = 0.0
        self._hears_at = 0.0  # until then it hears nothing
        self._protocol = PROTOCOL
        self._master = self._slave = -1
        self._board = self._boot()
        self._told = 0  # the newest press that on_press has heard of
        self._last = self._seen = (self.lamp, self.shown)
        self._plug()
        self._start()

    # What somebody at the kiosk can do. None of these waits.

    def press(self, seconds: float = 0.2) -> None:
        """Press the button now and let it go after ``seconds``; pressed already, it only stays down longer.

        The firmware wants what a hand does: at least its debouncing time down, and 150 ms from press to press.
        """
        self._order(lambda: self._close_contact(time.monotonic() + seconds))

    def hold(self, seconds: float | None = None) -> None:
        """Press the button for ``seconds``, or until :meth:`release`."""
        self.press(NEVER if seconds is None else seconds)

    def release(self) -> None:
        """Let the button go now."""
        self._order(self._open_contact)

    def cut(self, seconds: float) -> None:
        """Unplug the board: the port and its link vanish, and come back by themselves after ``seconds``."""
        self._order(lambda: self._unplug(time.monotonic() + seconds))

    def noise(self, nbytes: int) -> None:
        """Send that many random bytes, as a bad cable would."""
        self._order(lambda: self._send(secrets.token_bytes(nbytes)))

    def garble(self, seconds: float, share: float) -> None:
        """Damage or swallow this share of all bytes, in both directions, for ``seconds``."""
        self._order(lambda: self._garble(time.monotonic() + seconds, share))

    def deafen(self, seconds: float) -> None:
        """The wire to the board is off for ``seconds``: it speaks, and hears nothing."""
        self._order(lambda: self._deafen(time.monotonic() + seconds))

    def exchange(self, protocol: int = PROTOCOL) -> None:
        """Put another board in its place, whose firmware says that it speaks this version of the protocol."""
        self._order(lambda: self._exchange(protocol))

    def reboot(self) -> None:
        """Cut the board's power for an instant: what it latched is lost and it takes a new nonce."""
        self._order(self._restart)

    # What somebody at the kiosk can see.

    @property
    def lamp(self) -> Lamp:
        """The lamp as the host last commanded it."""
        return Lamp[self._board.commanded]

    @property
    def shown(self) -> Lamp:
        """The lamp as it looks, the board's own rules included."""
        return Lamp[self._board.lamp(_now_ms())]

    @property
    def buzzer(self) -> Buzzer:
        """The buzzer as the host last commanded it; a click is over at once and is ``OFF`` here."""
        return Buzzer[self._board.buzzer]

    @property
    def pending(self) -> int:
        """Presses that the host has not acknowledged."""
        return len(self._board.pending)

    # The board's thread; everything below runs in it.

    def _wait(self) -> None:
        timeout = HURRY_S if self._board.settling() else IDLE_S
        timeout = max(0.0, min(timeout, self._release_at - time.monotonic()))
        ports = [self._wake_r] if self._master < 0 else [self._wake_r, self._master]
        ready, _, _ = select.select(ports, [], [], timeout)
        if self._master in ready:
            data = self._through_line(os.read(self._master, 4096))
            if time.monotonic() >= self._hears_at:
                self._board.receive(data, _now_ms())

    def _go_on(self) -> None:
        now = time.monotonic()
        if now >= self._release_at:
            self._open_contact()
        if now >= self._plug_at:
            self._plug()
        self._send(self._in_its_protocol(self._board.poll(_now_ms())))
        self._report()

    def _report(self) -> None:
        self._report_presses()
        at = time.monotonic()
        lamp, shown = self.lamp, self.shown
        if lamp != self._seen[0] and self._on_lamp:
            self._on_lamp(at, lamp)
        if shown != self._seen[1] and self._on_shown:
            self._on_shown(at, shown)
        self._seen = (lamp, shown)

    def _report_presses(self) -> None:
        while self._told < self._board.number:
            self._told += 1
            if self._on_press:
                self._on_press(cause_of(self._board.nonce, self._told))

    def _send(self, data: bytes) -> None:
        data = self._through_line(data)
        if self._master < 0 or not data:
            return
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return  # nobody reads; the firmware says again what matters

    def _garble(self, until: float, share: float) -> None:
        self._clean_at, self._damage = until, share

    def _deafen(self, until: float) -> None:
        self._hears_at = until

    def _exchange(self, protocol: int) -> None:
        self._protocol = protocol
        self._restart()

    def _in_its_protocol(self, data: bytes) -> bytes:
        """What the firmware says, with the version that it says it speaks."""
        ours, its = (
            line(f"HELLO,{version},{self._board.nonce},{FIRMWARE}") for version in (PROTOCOL, self._protocol)
        )
        return data.replace(ours, its)

    def _through_line(self, data: bytes) -> bytes:
        if time.monotonic() >= self._clean_at:
            return data
        damaged = bytearray()
        for byte in data:
            if random.random() >= self._damage:
                damaged.append(byte)
            elif random.random() < 0.5:
                damaged.append(random.randrange(256))
        return bytes(damaged)

    def _close_contact(self, until: float) -> None:
        self._release_at = until
        self._down = True
        self._board.contact(True, _now_ms())

    def _open_contact(self) -> None:
        self._release_at = NEVER
        self._down = False
        self._board.contact(False, _now_ms())

    def _boot(self) -> Board:
        return Board(secrets.token_hex(4), _now_ms(), self._debounce_ms)

    def _restart(self) -> None:
        self._report_presses()
        if self._on_forgotten:
            for press in self._board.pending:
                self._on_forgotten(cause_of(self._board.nonce, press.number))
        self._board, self._told = self._boot(), 0
        self._board.contact(self._down, _now_ms())

    def _plug(self) -> None:
        self._plug_at = NEVER
        if self._master >= 0:
            return
        if self.link.exists() and not self.link.is_symlink():
            raise LinkTaken(f"{self.link} exists and is not a link that a virtual board has made")
        # The far end stays open here too, so that the near one can be read while no host is there.
        self._master, self._slave = os.openpty()
        os.set_blocking(self._master, False)
        tty.setraw(self._slave)
        fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self.link)  # at once, also over the link a killed board has left behind

    def _unplug(self, until: float = NEVER) -> None:
        self._plug_at = until
        if self._master < 0:
            return
        self.link.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
