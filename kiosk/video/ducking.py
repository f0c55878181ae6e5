"""Half duplex where nothing takes the echo out: while the agent is heard, the microphone is turned down. Pure."""

from __future__ import annotations

#: Sound above this is somebody speaking, and counts for so long after its last moment: rooms echo.
SPEAKS_DB = -45.0
TAIL_S = 0.35
#: So much the microphone is turned down: a word of the customer is still heard, the echo hardly.
DUCKED_DB = -26.0
#: How fast it goes down and comes back, dB in a second; slower would be heard, faster clicks.
DOWN_DB_S, UP_DB_S = 600.0, 90.0


class Ducking:
    """How loud the microphone is let through, as a factor; times are seconds of any clock that only goes on."""

    def __init__(self) -> None:
        self._spoke_at = float("-inf")
        self._at: float | None = None
        self._db = 0.0

    def played(self, level_db: float, now: float) -> None:
        """So loud (dB of full scale) the loudspeaker was just now."""
        if level_db >= SPEAKS_DB:
            self._spoke_at = now

    def gain(self, now: float) -> float:
        """The factor for what the microphone heard just now."""
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        wanted = DUCKED_DB if now - self._spoke_at < TAIL_S else 0.0
        if wanted < self._db:
            self._db = max(wanted, self._db - DOWN_DB_S * passed)
        else:
            self._db = min(wanted, self._db + UP_DB_S * passed)
        return float(10 ** (self._db / 20))
