"""The way from the loudspeaker to the microphone, learnt while the terminal speaks. Pure; time is blocks.

A frequency-domain Kalman filter in partitions (Enzner and Vary 2006; Kuech, Mabande and Enzner 2014). It only
subtracts: what a customer says meanwhile comes through as it was. Suppressors, such as the one in WebRTC's AEC3,
take more of the echo away and most of the customer with it, and a recogniser then makes nothing of the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kiosk.voice.sound import FRAME, RATE, seconds

Block = NDArray[np.float64]

#: Blocks of echo that are modelled: half a second, for the delay and the first of the room's echoes.
PARTITIONS = 16
#: How much of the way stays the same from block to block, and how unsure of it the filter is at first.
_KEEPS, _UNSURE, _LATER = 0.9998, 0.05, 0.2
#: Of what is not echo, so much is still that of the blocks before.
_SMOOTH = 0.8
_LEAST_POWER = 1e-7 * FRAME

#: A device's times jump by up to this much from one sentence to the next, and drift while it speaks.
_MOST_LAG_S = 0.04
#: Lags are looked for in so many blocks, every so many, between these frequencies (Hz), and believed when one of
#: them stands out so far among the others (in their standard deviation).
_LAG_BLOCKS, _LAG_EVERY, _BAND, _ALIKE = 12, 3, (150.0, 5000.0), 8.0
#: Shifts below so many samples are left to the filter.
_LEAST_LAG = 0.2
#: Only blocks with an echo of so much power count, and so many of them are needed.
_HEARD, _LAG_LEAST = 1e-6, 9
#: A lag is known when so many looks in a row find none that is longer than so many samples: the first sounds of a
#: sentence may be alike by chance.
_SURE_LOOKS, _SAME_LAG = 2, 3.0


class Path:
    """Feed it every block while there is echo; numbers are within -1 to 1."""

    def __init__(self) -> None:
        bins = FRAME + 1
        self._way = np.zeros((PARTITIONS, bins), np.complex128)
        unsure = _UNSURE * np.exp(-_LATER * np.arange(PARTITIONS))
        self._unsure = np.repeat(unsure[:, None], bins, axis=1)
        self._far = np.zeros((PARTITIONS, bins), np.complex128)
        self._last = np.zeros(FRAME)
        self._other = np.full(bins, 1e-4 * FRAME)  # the power of all that is no echo

    def load(self, far: Block) -> None:
        """What was played before: the last ``PARTITIONS + 1`` blocks."""
        blocks = far.reshape(PARTITIONS + 1, FRAME)
        pairs = np.concatenate([blocks[:-1], blocks[1:]], axis=1)
        self._far = np.fft.rfft(pairs, axis=1)[::-1].copy()
        self._last = blocks[-1]

    def feed(self, mic: Block, far: Block, learn: bool = True) -> tuple[Block, Block]:
        """The microphone's block without the echo of what was played, and that echo, as far as it is known."""
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = np.fft.rfft(np.concatenate([self._last, far]))
        self._last = far
        echo = self._echo()
        rest = mic - echo
        if learn:
            self._learn(mic, rest)
        return rest, echo

    def _learn(self, mic: Block, rest: Block) -> None:
        powers = np.abs(self._far) ** 2
        gain = self._unsure * self._far.conj() / (self._other + 0.5 * (self._unsure * powers).sum(0) + 1e-9)
        step = np.fft.irfft(gain * _padded(rest), axis=1)
        step[:, FRAME:] = 0  # each partition is as long as a block
        self._way += np.fft.rfft(step, axis=1)
        # What the corrected way does not explain either is not the echo's.
        other = np.abs(_padded(mic - self._echo())) ** 2
        self._other = np.maximum(_SMOOTH * self._other + (1 - _SMOOTH) * other, _LEAST_POWER)
        sure = 1 - 0.5 * np.clip((gain * self._far).real, 0, 1)
        self._unsure = _KEEPS**2 * sure * self._unsure + (1 - _KEEPS**2) * np.abs(self._way) ** 2

    def _echo(self) -> Block:
        heard: Block = np.fft.irfft((self._way * self._far).sum(0))[FRAME:]
        return heard


class Lag:
    """How much later the echo comes than the filter believes, from both as they go by."""

    def __init__(self) -> None:
        self._mic = np.zeros(_LAG_BLOCKS * FRAME)
        self._echo = np.zeros(_LAG_BLOCKS * FRAME)
        self._count = 0  # blocks with echo
        self._same = 0  # looks in a row that found none
        self.known = False  # it was found since it was last forgotten
        frequency = np.fft.rfftfreq(2 * _LAG_BLOCKS * FRAME, 1 / RATE)
        self._band = (frequency > _BAND[0]) & (frequency < _BAND[1])

    def forget(self) -> None:
        self._count, self._same, self.known = 0, 0, False
        self._mic[:] = self._echo[:] = 0

    def feed(self, mic: Block, echo: Block) -> float:
        """Seconds by which the echo is late (below 0: early) where that can be told now, else 0."""
        self._mic = np.concatenate([self._mic[FRAME:], mic])
        self._echo = np.concatenate([self._echo[FRAME:], echo])
        if np.mean(echo**2) < _HEARD:
            return 0.0
        self._count += 1
        if self._count < _LAG_LEAST or self._count % _LAG_EVERY:
            return 0.0
        size = 2 * len(self._mic)
        cross = np.fft.rfft(self._mic, size) * np.fft.rfft(self._echo, size).conj()
        # Phases alone: a voice is like itself also one period of its pitch later.
        white = np.where(self._band, cross / (np.abs(cross) + 1e-12), 0)
        match = np.fft.irfft(white)
        most = round(_MOST_LAG_S * RATE)
        match = np.concatenate([match[-most:], match[: most + 1]])
        best = int(np.argmax(match))
        if not 0 < best < 2 * most or match[best] < _ALIKE * float(np.std(match)):
            return 0.0
        before, top, after = match[best - 1 : best + 2]
        late = best - most + 0.5 * (before - after) / (before - 2 * top + after - 1e-12)
        self._same = self._same + 1 if abs(late) < _SAME_LAG else 0
        self.known = self.known or self._same >= _SURE_LOOKS
        if abs(late) <= _LEAST_LAG:
            return 0.0
        # What was heard so far would tell the same again.
        by = round(late)
        self._echo = np.roll(self._echo, by)
        self._echo[slice(0, by) if by >= 0 else slice(by, None)] = 0
        return float(late / RATE)


def history_s() -> float:
    """The seconds that :meth:`Path.load` takes."""
    return seconds(PARTITIONS + 1)


def _padded(block: Block) -> NDArray[np.complex128]:
    return np.fft.rfft(np.concatenate([np.zeros(FRAME), block]))
