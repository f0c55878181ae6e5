"""Practice: the customer tries the button without calling anybody. Pure: times are passed in, in seconds.

A press is taken for practice only when that is certain; in doubt it calls. It is not when the link itself has
hung: the screen may have said meanwhile that it cannot be reached, and that a press of the button calls.
"""

from __future__ import annotations

from kiosk.messages import Trial

LASTS_S = 60.0
ANSWER_S = 3.0  # so long the lamp answers a practice press as if a person were coming

HUNG_S = 2.0  # no time was let pass for so long; the screen says so after 3.5 s without a word (screen/pulse.py)


class ButtonTrial:
    """At most one press of a trial is practice; whoever keeps this stops it as soon as there is a call."""

    def __init__(self) -> None:
        self.state = Trial.OFF
        self._since = 0.0  # in this state
        self._looked = 0.0  # when time was last let pass
        self._owner: object = None
        self._practice: str | None = None

    def arm(self, owner: object, now: float) -> None:
        """The next press is practice, for 60 s and while ``owner`` is there."""
        self.state, self._since, self._owner = Trial.ARMED, now, owner
        self._looked = now

    def press(self, cause: str, at: float, now: float) -> bool:
        """Whether a press that nobody has heard of yet, made ``at``, is the practice; any other one is real."""
        if self.state is not Trial.ARMED or at <= self._since or self._over(now):
            return False
        self.state, self._since, self._practice = Trial.DONE, now, cause
        return True

    def is_practice(self, cause: str) -> bool:
        """Whether this was the latest practice press, also when its trial is over: it may still be held."""
        return cause == self._practice

    def answers(self, now: float) -> bool:
        """Whether the lamp answers the practice press now."""
        return self.state is Trial.DONE and now - self._since < ANSWER_S

    def tick(self, now: float) -> None:
        """Let time pass; call it a few times a second while the trial is not off."""
        if self._over(now):
            self.stop()
        self._looked = now

    def left(self, client: object) -> None:
        """A client has gone; a trial that it asked for is over."""
        if client is self._owner:
            self.stop()

    def _over(self, now: float) -> bool:
        hung = self.state is Trial.ARMED and now - self._looked > HUNG_S
        return hung or now - self._since >= LASTS_S

    def stop(self) -> None:
        """Every press is real from now on."""
        self.state, self._owner = Trial.OFF, None
