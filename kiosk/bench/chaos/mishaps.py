"""What goes wrong in a run of ``kiosk bench chaos``, and when: all of it follows from the seed. Pure."""

from __future__ import annotations

import random
from enum import StrEnum

from msgspec import Struct

GAP_S = 10.0  # from one press to the next, on average, at pace 1
LEAST_GAP_S = 0.4  # nobody presses faster, whatever the pace
LONGEST_OUTAGE_S = 30.0  # of the broker, at pace 1
HALL_GAP_S = 60.0  # between two mishaps of broker or desk, on average, at pace 1
SHARE_STRUCK = 0.12  # of the presses: something happens to the terminal, too


class Mishap(StrEnum):
    """What happens. The names are the keys of the bench's figures."""

    LINK_KILLED = "link_killed"
    UNPLUGGED = "unplugged"
    GARBLED = "garbled"
    NOISE = "noise"
    BOARD_REBOOTED = "board_rebooted"
    CLOCK_STEPPED = "clock_stepped"
    BROKER_KILLED = "broker_killed"
    BROKER_OLDER = "broker_older"  # killed some time after it has saved: it comes back with that older state
    BROKER_STOPPED = "broker_stopped"
    BROKER_HUNG = "broker_hung"
    DESK_KILLED = "desk_killed"


AT_TERMINAL = {
    Mishap.LINK_KILLED: 9,
    Mishap.UNPLUGGED: 3,
    Mishap.GARBLED: 3,
    Mishap.NOISE: 3,
    Mishap.BOARD_REBOOTED: 1,
    Mishap.CLOCK_STEPPED: 1,
}
AT_HALL = {
    Mishap.BROKER_KILLED: 3,
    Mishap.BROKER_OLDER: 3,
    Mishap.BROKER_STOPPED: 2,
    Mishap.BROKER_HUNG: 1,
    Mishap.DESK_KILLED: 4,
}


class Strike(Struct, frozen=True):
    """One mishap, so long after what it belongs to; ``amount``: seconds it lasts, or by which a clock steps."""

    mishap: Mishap
    after_s: float
    amount: float


class Touch(Struct, frozen=True):
    """One press, so long after the start of the run, and what comes with it."""

    at_s: float
    hold_s: float
    strikes: tuple[Strike, ...] = ()


class Plan(Struct, frozen=True):
    """A whole run. ``hall`` are the mishaps of broker and desk, one after the other."""

    terminals: tuple[tuple[Touch, ...], ...]
    hall: tuple[Strike, ...]


def plan(*, seed: int, presses: int, kiosks: int, pace: float, trouble: float = 1.0) -> Plan:
    """The run of a seed. ``presses`` are shared out evenly; ``pace`` 10 runs ten times as fast as the field.

    ``trouble`` 2: twice as many mishaps.
    """
    chance = random.Random(f"{seed}/{presses}/{kiosks}/{float(pace)}/{float(trouble)}")
    shares = [presses // kiosks + (number < presses % kiosks) for number in range(kiosks)]
    terminals = tuple(_terminal(chance, share, pace, trouble) for share in shares)
    lasts = max((touches[-1].at_s for touches in terminals if touches), default=0.0)
    return Plan(terminals, _hall(chance, lasts, pace, trouble))


def _terminal(chance: random.Random, presses: int, pace: float, trouble: float) -> tuple[Touch, ...]:
    at = chance.uniform(0.0, GAP_S / pace)
    touches: list[Touch] = []
    for _ in range(presses):
        strikes = [_at_terminal(chance, pace)] if chance.random() < SHARE_STRUCK * trouble else []
        if strikes and chance.random() < 0.2:  # misfortunes seldom come singly
            strikes.append(_at_terminal(chance, pace))
        touches.append(Touch(at, chance.uniform(0.06, 0.2), tuple(strikes)))
        hurried = chance.random() < 0.15
        at += LEAST_GAP_S if hurried else max(LEAST_GAP_S, chance.uniform(0.3, 1.7) * GAP_S / pace)
    return tuple(touches)


def _at_terminal(chance: random.Random, pace: float) -> Strike:
    mishap = chance.choices(list(AT_TERMINAL), list(AT_TERMINAL.values()))[0]
    # Most of what matters happens in the first milliseconds: between press, publish and commit.
    after = chance.uniform(0.0, chance.choice((0.03, 0.06, 0.3, LEAST_GAP_S)))
    match mishap:
        case Mishap.LINK_KILLED:
            lasts = chance.uniform(0.0, chance.choice((0.5, LONGEST_OUTAGE_S / pace)))
        case Mishap.UNPLUGGED | Mishap.GARBLED:
            lasts = chance.uniform(0.3, max(0.5, 20.0 / pace))
        case Mishap.CLOCK_STEPPED:
            lasts = chance.choice((-86_400.0, -3600.0, -60.0, 60.0, 3600.0, 86_400.0))
        case _:
            lasts = 0.0
    return Strike(mishap, after, lasts)


def _hall(chance: random.Random, until_s: float, pace: float, trouble: float) -> tuple[Strike, ...]:
    strikes: list[Strike] = []
    at = 0.0
    while True:
        after = chance.uniform(0.3, 1.7) * HALL_GAP_S / pace / trouble
        mishap = chance.choices(list(AT_HALL), list(AT_HALL.values()))[0]
        lasts = chance.uniform(0.0, chance.choice((0.5, LONGEST_OUTAGE_S / pace)))
        at += after + lasts
        if at > until_s:
            return tuple(strikes)
        strikes.append(Strike(mishap, after, lasts))
