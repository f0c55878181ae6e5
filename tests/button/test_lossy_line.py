"""The firmware and the host's core over a line that loses, changes and invents bytes."""

import copy
import random

from hypothesis import given, settings, strategies as st

from kiosk.button import Buzzer, Lamp, Pressed
from kiosk.button.firmware import Board
from kiosk.button.frames import Frame, FrameReader
from kiosk.button.protocol import BoardCore

STEP_MS = 10


class Line:
    """One direction of a bad line.

    An XOR cannot notice every pair of damaged bytes. Damage that happens to make another good frame is beyond
    the protocol, so here it swallows everything instead.
    """

    def __init__(self, chance: random.Random, drop: float, garble: float, cut: float) -> None:
        self._chance = chance
        self._drop, self._garble, self._cut = drop, garble, cut
        self._meant: set[Frame] = set()
        self._reader = FrameReader()
        self.good = False

    def carry(self, data: bytes) -> bytes:
        if not data:
            return data
        self._meant.update(FrameReader().feed(data))
        carried = data if self.good else self._damage(data)
        reader = copy.deepcopy(self._reader)
        if not self._meant.issuperset(reader.feed(carried)):
            return b""
        self._reader = reader
        return carried

    def _damage(self, data: bytes) -> bytes:
        if self._chance.random() < self._cut:
            return self._chance.randbytes(self._chance.randrange(50))
        out = bytearray()
        for byte in data:
            luck = self._chance.random()
            if luck < self._drop:
                continue
            out.append(self._chance.randrange(256) if luck < self._drop + self._garble else byte)
        return bytes(out)


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    presses=st.lists(st.tuples(st.integers(30, 1500), st.integers(160, 1500)), min_size=1, max_size=12),
    drop=st.floats(0, 0.2),
    garble=st.floats(0, 0.2),
    cut=st.floats(0, 0.8),
    slow_ms=st.integers(0, 2000),
)
def test_every_press_arrives_exactly_once_when_the_line_works_at_last(
    seed: int, presses: list[tuple[int, int]], drop: float, garble: float, cut: float, slow_ms: int
) -> None:
    chance = random.Random(seed)
    up, down = Line(chance, drop, garble, cut), Line(chance, drop, garble, cut)
    board, core = Board("1a2b3c4d", 0), BoardCore("/dev/bench")
    delivered: list[str] = []
    commits: list[tuple[int, str]] = []  # when the press is safe on disk
    core.show(Lamp.READY, Buzzer.OFF)
    now = 0
    board.receive(down.carry(core.opened(0.0)[1]), 0)

    def go(ms: int) -> None:
        nonlocal now
        for _ in range(ms // STEP_MS + 1):
            now += STEP_MS
            for events, out in (core.feed(up.carry(board.poll(now)), now / 1000), core.tick(now / 1000)):
                board.receive(down.carry(out), now)
                for event in events:
                    if isinstance(event, Pressed):
                        delivered.append(event.cause)
                        commits.append((now + slow_ms, event.cause))
            while commits and commits[0][0] <= now:
                board.receive(down.carry(core.acknowledge(commits.pop(0)[1])[1]), now)

    for held_ms, gap_ms in presses:
        board.contact(True, now)
        go(held_ms)
        board.contact(False, now)
        go(gap_ms)
    up.good = down.good = True
    go(4000)

    assert board.number == len(presses)
    assert sorted(delivered) == sorted(f"btn-1a2b3c4d-{n + 1}" for n in range(len(presses)))
    assert board.pending == []
    assert board.lamp(now) == "READY"
