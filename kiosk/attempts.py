"""How a connection to the broker is tried again: with which version of MQTT, and after how long. Pure."""

from __future__ import annotations

#: A broker that has never accepted MQTT 5 may not know it and never answer, so the other version is tried soon.
FIRST_ANSWER_S = 1.5
ANSWER_S = 3.0
WAITS_S = (0.1, 2.0)  # first and longest
#: One that lasted so long was sound. One that is taken away at once (two clients of one name) is not hurried.
STEADY_S = 10.0
#: Of a broker that knows MQTT 5 and is silent now, every so-manieth attempt is with 3.1.1: it may be another.
_OTHER_EVERY = 4


class Attempts:
    """``mqtt5``: what the next attempt speaks, else 3.1.1. Times are in seconds and passed in."""

    def __init__(self) -> None:
        self.mqtt5 = True
        self._knows_5 = False
        self._silent = 0
        self._wait_s = WAITS_S[0]
        self._since: float | None = None  # when it was accepted

    @property
    def answer_s(self) -> float:
        """So long the broker may take to answer CONNECT."""
        return ANSWER_S if self._knows_5 else FIRST_ANSWER_S

    def accepted(self, now: float) -> None:
        """The broker has let us in."""
        self._knows_5 |= self.mqtt5
        self._silent = 0
        self._since = now

    def unanswered(self) -> None:
        """It was silent or hung up: some brokers do so on a version that they do not know."""
        self._silent += 1
        self.mqtt5 = self._silent % _OTHER_EVERY != 0 if self._knows_5 else not self.mqtt5

    def unknown_version(self) -> None:
        """It said so."""
        self._knows_5 = False
        self.mqtt5 = not self.mqtt5

    def wait_s(self, now: float) -> float:
        """The attempt, or the connection that it became, is over: so long until the next."""
        since, self._since = self._since, None
        if since is not None:
            self.mqtt5 |= self._knows_5
            if now - since >= STEADY_S:
                self._wait_s = WAITS_S[0]
        wait_s, self._wait_s = self._wait_s, min(WAITS_S[1], self._wait_s * 2)
        return wait_s
