"""The button's line as a surface of ``kiosk bench fuzz``."""

from __future__ import annotations

import random

from kiosk.bench.fuzz.inputs import Inputs
from kiosk.bench.fuzz.surface import Insane
from kiosk.button import frames
from kiosk.button.firmware import LAMPS, LATCHED, Board
from kiosk.button.protocol import BoardCore

SOUND_BOARD = "1a2b3c4d"


class Serial:
    """Both ends of the button's line."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._inputs = Inputs(chance)
        self._core = BoardCore("/dev/kiosk-button")
        self._board = Board(SOUND_BOARD)
        self._now = 0.0

    def host(self) -> bool:
        """Something from the board."""
        self._now += self._chance.uniform(0.0, 0.5)
        before = self._bad()
        for event in self._core.feed(self._line(self._from_board()), self._now)[0]:
            cause = getattr(event, "cause", None)
            if cause is not None:
                self._core.acknowledge(cause)
        self._core.tick(self._now)
        return self._bad() > before

    def board(self) -> bool:
        """Something from the host."""
        self._now += self._chance.uniform(0.0, 0.5)
        board, now, before = self._board, int(self._now * 1000), self._board.bad_frames
        board.contact(self._chance.random() < 0.5, now)
        board.receive(self._line(self._from_host()), now)
        board.poll(now)
        board.lamp_pins(now)
        board.buzzer_on(now)
        if len(board.pending) > LATCHED or board.commanded not in LAMPS:
            raise Insane(f"the board has {len(board.pending)} presses, and shows {board.commanded}")
        return board.bad_frames > before

    def _bad(self) -> int:
        counters = self._core.counters
        return sum(counters[name] for name in ("bad_checksum", "bad_frame", "overlong", "noise"))

    def _line(self, frame: bytes) -> bytes:
        luck = self._chance.random()
        if luck < 0.5:
            return frame
        return self._inputs.spoilt(frame) if luck < 0.9 else self._inputs.noise()

    def _from_board(self) -> bytes:
        chance = self._chance
        nonce = chance.choice((SOUND_BOARD, f"{chance.getrandbits(32):08x}"))
        number, age = chance.randrange(10 ** chance.randint(1, 9)), chance.randrange(10 ** chance.randint(1, 9))
        match chance.randrange(5):
            case 0:
                return frames.encode("HELLO", chance.randrange(3), nonce, "1.0")
            case 1:
                lamp = chance.choice(sorted(LAMPS))
                return frames.encode("HB", nonce, age, chance.randrange(2), chance.randrange(20), lamp)
            case 2:
                return frames.encode("WIRE", nonce, chance.choice(("OK", "CUT", "NO-OPEN+WELDED")))
            case kind:
                return frames.encode("BTN", "DOWN" if kind == 3 else "UP", nonce, number, age)

    def _from_host(self) -> bytes:
        chance = self._chance
        words: tuple[tuple[str | int, ...], ...] = (
            ("ASK",),
            ("HOST",),
            ("ACK", SOUND_BOARD, chance.randrange(max(1, self._board.number + 2))),
            ("LAMP", chance.choice(sorted(LAMPS))),
            ("BUZ", chance.choice(("OFF", "CLICK", "ALARM"))),
        )
        kind, *fields = chance.choice(words)
        return frames.encode(str(kind), *fields)
