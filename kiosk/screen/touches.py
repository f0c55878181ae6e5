"""Which contacts with the panel count as a touch: pure, times are passed in (seconds) and lengths are millimetres.

Old hands shake, rest and press with the side of the hand. So a touch counts when the finger comes down; what
follows is ignored until the hand has been off the panel for a moment. 人工 alone is never blocked by anything but
its own last touch. What does not count, or hits nothing, does nothing; but whoever touches is there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HUMAN, KEY = "human", "key-"
#: After an action nothing counts until so long after the last contact; on the keypad that holds for the same key.
QUIET_S, KEY_QUIET_S = 0.5, 0.3
#: What has just appeared cannot be meant yet.
NEW_SCENE_S = 0.4
#: So long an action waits for the rest of a palm: the fingers of one hand do not come down in the same instant.
PALM_S, PALM_CONTACTS, PALM_MM = 0.06, 3, 30.0
#: A contact that stays is a resting hand; around it nothing counts.
REST_S, REST_MM = 1.0, 20.0
#: A panel that has lost the end of a contact does not keep its place dead for ever.
LOST_S = 30.0


@dataclass
class _Contact:
    x: float
    y: float
    width: float
    action: str
    since: float
    palm: bool = False

    def rests(self, now: float) -> bool:
        return self.palm or now - self.since > REST_S

    def shades(self, x: float, y: float, now: float) -> bool:
        """Whether a point is so near to this resting hand that it is probably part of it."""
        near = math.dist((x, y), (self.x, self.y)) - self.width / 2 <= REST_MM
        return self.rests(now) and near and now - self.since < LOST_S


class TouchFilter:
    """Knows every contact, and which of them are meant."""

    def __init__(self) -> None:
        self._contacts: dict[int, _Contact] = {}
        self._pending: tuple[float, int, str] | None = None  # when it is carried out, the contact, the action
        self._last = -math.inf  # a contact began or ended
        self._last_on: dict[str, float] = {}  # the same, by action
        self._acted = ""  # the last action, while it may still be the same touch
        self._downs: list[tuple[float, int]] = []
        self._blind_until = -math.inf
        self._unsaid = False  # a contact has come of which nobody has been told yet

    def scene_changed(self, now: float) -> None:
        """Something else can be touched from now on."""
        self._blind_until = now + NEW_SCENE_S
        self._pending = None

    def down(self, now: float, contact: int, x: float, y: float, width: float, action: str) -> bool:
        """A contact begins, on a target or on none (""). True: it counts, show it as pressed at once."""
        self._unsaid = True
        shaded = any(other.shades(x, y, now) for number, other in self._contacts.items() if number != contact)
        counts = self._human_counts(now) if action == HUMAN else self._counts(now, action) and not shaded
        self._contacts[contact] = _Contact(x, y, width, action, now, palm=width > PALM_MM)
        self._remember(now, action)
        palm = self._is_palm(now, contact)
        if action == HUMAN:
            if counts:
                self._acted, self._pending = HUMAN, (now, contact, HUMAN)
            return counts
        if not counts or palm or not action:
            return False
        self._acted, self._pending = action, (now + PALM_S, contact, action)
        return True

    def move(self, contact: int, x: float, y: float, width: float) -> None:
        """A contact slides or grows; nothing is ever touched by that."""
        if (known := self._contacts.get(contact)) is not None:
            known.x, known.y, known.width = x, y, width
            if width > PALM_MM:
                self._into_palm({contact})

    def up(self, now: float, contact: int) -> None:
        """A contact ends."""
        known = self._contacts.pop(contact, None)
        if known is not None and not known.rests(now):
            self._remember(now, known.action)

    def due(self, now: float) -> str:
        """The action that is to be carried out now; empty: none. Each is given once."""
        if self._pending is None or now < self._pending[0]:
            return ""
        action = self._pending[2]
        self._pending = None
        self._unsaid = False  # the action says it
        return action

    def somebody(self) -> bool:
        """Whether there was a contact that means nothing but that somebody is there; each is told once.

        One that may still be an action is not told yet: what is shown might change, and the action would be gone.
        """
        if self._pending is not None:
            return False
        told, self._unsaid = self._unsaid, False
        return told

    @property
    def pending(self) -> str:
        """The action that waits to be carried out; empty: none, or it was a palm after all."""
        return self._pending[2] if self._pending is not None else ""

    def _remember(self, now: float, action: str) -> None:
        self._last = now
        self._last_on[action] = now

    def _human_counts(self, now: float) -> bool:
        held = any(other.action == HUMAN and not other.rests(now) for other in self._contacts.values())
        return not held and now - self._last_on.get(HUMAN, -math.inf) >= QUIET_S

    def _counts(self, now: float, action: str) -> bool:
        if now < self._blind_until or self._pending is not None:
            return False
        if action.startswith(KEY) and self._acted.startswith(KEY):
            return now - self._last_on.get(action, -math.inf) >= KEY_QUIET_S
        if not self._acted:
            return True
        live = any(not other.rests(now) for other in self._contacts.values())
        return not live and now - self._last >= QUIET_S

    def _is_palm(self, now: float, contact: int) -> bool:
        """Whether this contact is a hand lying down; those that came with it are then part of it."""
        self._downs = [(when, number) for when, number in self._downs if now - when <= PALM_S] + [(now, contact)]
        together = {number for _, number in self._downs}
        if self._contacts[contact].palm:
            self._into_palm({contact})
        if len(together) >= PALM_CONTACTS:
            self._into_palm(together)
        return contact in self._contacts and self._contacts[contact].palm

    def _into_palm(self, contacts: set[int]) -> None:
        for number in contacts & self._contacts.keys():
            self._contacts[number].palm = True
        if self._pending is not None and self._pending[1] in contacts and self._pending[2] != HUMAN:
            self._pending = None
