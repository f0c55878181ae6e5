"""Days of a service hall, made up: customers come, wait for agents, give up, rate; the same seed is the same days.

What happens at a kiosk is decided by its real state machine (:mod:`kiosk.link.call`), so the events are those of a
real one. For benches and tests of what reads a ledger; pure but for :func:`store`.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from kiosk.config import Escalation
from kiosk.desk import database
from kiosk.desk.chain import Chain
from kiosk.link.call import Switchboard
from kiosk.link.escalation import Surroundings
from kiosk.link.hours import OpeningHours
from kiosk.messages import (
    Accept,
    Agent,
    Arrived,
    Cause,
    End,
    Event,
    Fact,
    Mode,
    Outcome,
    Release,
    Rung,
    Seen,
    State,
    Urgency,
)

#: How many of a day's customers come in each hour from 8 to 18: a morning rush, a quiet noon.
RUSH = (6, 12, 15, 13, 7, 4, 7, 10, 8, 5, 2)
FIRST_HOUR = 8
SAID = (
    "社保卡丢了",
    "养老金怎么还没到",
    "我要改密码",
    "存折要换新的",
    "听不清",
    "这个字太小了",
    "医保报销",
    "办个手机号",
)
MISSED = ("那个啥怎么弄", "上回那个姑娘在不在", "我来问个事", "孙子让我来的", "这个能不能退", "就是那个红本本")
SERVICES = (("", 88), ("urgent_fraud", 5), ("urgent_freeze", 3), ("urgent_health", 4))
OUTCOMES = (
    (Outcome.RESOLVED, 84),
    (Outcome.UNRESOLVED, 5),
    (Outcome.REFERRED, 6),
    (Outcome.MISTAKEN, 3),
    (Outcome.ABSENT, 2),
)
NAMES = ("王芳", "李强", "赵敏", "陈静", "刘洋", "孙丽", "周涛", "吴霞", "郑凯", "冯雪", "何军", "许晴")
_ALL_AROUND = Surroundings(online=True, hours_known=True)


@dataclass(frozen=True)
class Plan:
    """A hall and its pace. ``patience_s``: after so long, on average, a customer whom nobody answers gives up."""

    hall: str = "xinhua"
    kiosks: int = 6
    agents: int = 4
    calls: int = 200  # each day
    zone: str = "Asia/Shanghai"
    open: tuple[str, ...] = ("08:30-17:30",)
    patience_s: float = 150.0
    handling_s: float = 120.0
    misses: float = 0.3  # for each call, sentences that the machine did not understand


class Happening(NamedTuple):
    """One fact at one kiosk; ``at`` in seconds since 1970."""

    at: float
    kiosk: str
    fact: Fact


@dataclass
class _Kiosk:
    """A kiosk with its state machine; ``free`` is when its last call is over."""

    name: str
    board: Switchboard
    free: float = 0.0
    told: list[Happening] = field(default_factory=list)

    def tell(self, at: float, facts: Iterable[Fact] | None) -> None:
        self.told += [Happening(at, self.name, fact) for fact in facts or ()]


def day(plan: Plan, when: date, seed: int = 1) -> list[Happening]:
    """Everything that happens in the hall on one day, in order."""
    chance = random.Random(f"{seed} {plan.hall} {when}")
    zone = ZoneInfo(plan.zone)
    hours = OpeningHours(plan.open)
    midnight = datetime.combine(when, time(), zone).timestamp()
    kiosks = [_Kiosk(f"k{n + 1}", Switchboard(Escalation(), elderly=n % 3 == 0)) for n in range(plan.kiosks)]
    desks = [Agent(f"a{n + 1}", NAMES[n % len(NAMES)], f"desk{n % 2 + 1}") for n in range(plan.agents)]
    # When each agent has time again, earliest first.
    free = [(midnight, n) for n in range(len(desks))]
    arrivals = sorted(
        midnight + (chance.choices(range(FIRST_HOUR, FIRST_HOUR + len(RUSH)), RUSH)[0] + chance.random()) * 3600
        for _ in range(plan.calls)
    )
    for number, at in enumerate(arrivals):
        kiosk = min(kiosks, key=lambda one: (one.free > at, chance.random()))
        at = max(at, kiosk.free)  # everybody's kiosk is taken: wait for this one
        around = _around(hours.is_open(datetime.fromtimestamp(at, zone)), desks)
        _visit(plan, chance, kiosk, f"btn-{when:%m%d}-{kiosk.name}-{number}", at, around, desks, free)
    told = [happening for kiosk in kiosks for happening in kiosk.told]
    for _ in range(round(plan.calls * plan.misses)):
        fact = Fact(kind="missed", text=chance.choice(MISSED))
        told.append(Happening(chance.choice(arrivals) + chance.uniform(1, 90), chance.choice(kiosks).name, fact))
    return sorted(told, key=lambda happening: happening.at)


def _around(is_open: bool, desks: Sequence[Agent]) -> Surroundings:
    """What the kiosk knows: everybody is on duty while the hall is open."""
    on_duty = frozenset((agent.desk, agent.id) for agent in desks) if is_open else frozenset()
    return msgspec.structs.replace(
        _ALL_AROUND, open=is_open, agents=on_duty, desks=frozenset(agent.desk for agent in desks)
    )


def _visit(
    plan: Plan,
    chance: random.Random,
    kiosk: _Kiosk,
    cause: str,
    at: float,
    around: Surroundings,
    agents: Sequence[Agent],
    free: list[tuple[float, int]],
) -> None:
    """One customer at a kiosk, from the press to the rating."""
    board = kiosk.board
    kiosk.tell(at, board.tick(at, around))  # an earlier call that was left is put away
    service = _one_of(chance, SERVICES)
    urgency = Urgency.URGENT if service else Urgency.NORMAL
    how = chance.choices((Cause.BUTTON, Cause.TOUCH, Cause.VOICE), (70, 20, 10))[0]
    said = tuple(chance.sample(SAID, chance.choice((0, 0, 1, 1, 2)))) if how is not Cause.BUTTON else ()
    kiosk.tell(at, board.summon(cause, at, cause=how, urgency=urgency, said=said, service=service))
    if not around.open:
        gone = at + chance.uniform(20, 90)
        kiosk.tell(gone, board.customer_end(cause, gone))
        _leave(kiosk, gone, around)
        return
    shown = at + chance.uniform(0.05, 0.4)
    kiosk.tell(shown, board.reply(Rung(cause, 0, chance.choice(agents).desk, Seen.DRAWN), shown))
    gives_up = at + chance.expovariate(1 / plan.patience_s) + 8
    now = shown
    while True:
        since, number = heapq.heappop(free)
        answers = max(since, now) + chance.lognormvariate(1.4, 0.7)
        if answers > gives_up:
            heapq.heappush(free, (since, number))
            _wait(kiosk, now, gives_up, around, chance, cause)
            kiosk.tell(gives_up, board.customer_end(cause, gives_up))
            _leave(kiosk, gives_up, around)
            return
        _wait(kiosk, now, answers, around, chance, cause)
        agent = agents[number]
        mode = Mode.VIDEO if chance.random() < 0.15 else Mode.WALK
        kiosk.tell(answers, board.reply(Accept(cause, _round(board), agent, mode), answers))
        if chance.random() < 0.04:  # cannot come after all
            back = answers + chance.uniform(5, 40)
            kiosk.tell(back, board.reply(Release(cause, _round(board), agent), back))
            heapq.heappush(free, (back + 60, number))
            now, gives_up = back, gives_up + 120
            continue
        break
    there = answers + (
        chance.uniform(0.8, 2.5) if mode is Mode.VIDEO else min(58.0, chance.lognormvariate(3.0, 0.5))
    )
    if mode is Mode.VIDEO:
        kiosk.tell(there, board.media(cause, True, there))
    else:
        kiosk.tell(there, board.reply(Arrived(cause, _round(board), agent), there))
    over = there + chance.lognormvariate(0, 0.6) * plan.handling_s
    outcome = Outcome(_one_of(chance, OUTCOMES))
    kiosk.tell(over, board.reply(End(cause, _round(board), agent, outcome), over))
    heapq.heappush(free, (over + chance.uniform(2, 20), number))
    if chance.random() < 0.35:
        score = chance.choices((1, 2, 3, 4, 5), (3, 2, 8, 27, 60))[0]
        kiosk.tell(over + 12, [Fact(kind="rated", call=cause, score=score)])
    if chance.random() < 0.004:
        kiosk.tell(over + 25, [Fact(kind="complained", call=cause, text="等得太久", case="100000")])
    if chance.random() < 0.5:
        kiosk.tell(over + 15, board.satisfied(cause, over + 15))
    _leave(kiosk, over, around)


def _wait(
    kiosk: _Kiosk, since: float, until: float, around: Surroundings, chance: random.Random, cause: str
) -> None:
    """Time passes; the call escalates, and somebody may press again."""
    times = Escalation()
    moments = [since + times.level2_s, since + times.level3_s]
    if until - since > 20 and chance.random() < 0.3:
        moments.append(since + chance.uniform(10, until - since))
    for number, at in enumerate(sorted(one for one in moments if one < until)):
        kiosk.tell(at, kiosk.board.tick(at, around))
        if at not in moments[:2]:
            kiosk.tell(at, kiosk.board.summon(f"{cause}-again{number}-{at:.3f}", at))
    kiosk.tell(until, kiosk.board.tick(until, around))


def _leave(kiosk: _Kiosk, ended: float, around: Surroundings) -> None:
    """The kiosk is idle again, and free for the next."""
    away = ended + Escalation().linger_s
    if kiosk.board.call is not None and kiosk.board.call.state is State.ENDED:
        kiosk.tell(away, kiosk.board.tick(away, around))
    kiosk.free = away + 1


def _round(board: Switchboard) -> int:
    assert board.call is not None
    return board.call.round


def _one_of(chance: random.Random, weighted: Sequence[tuple[str, int]]) -> str:
    return chance.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


def events(happenings: Iterable[Happening]) -> Iterator[tuple[str, Event]]:
    """The same as numbered lines of the kiosks' journals, one journal each."""
    numbers: defaultdict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
    for at, kiosk, fact in happenings:
        fields = {name: getattr(fact, name) for name in Fact.__struct_fields__}
        yield kiosk, Event(seq=next(numbers[kiosk]), at_ms=round(at * 1000), **fields)


def store(engine: sa.Engine, hall: str, kiosks_events: Iterable[tuple[str, Event]], at_once: int = 5000) -> int:
    """Write events straight into an empty ledger, with their links, received as they happened; gives how many."""
    stored = 0
    last: dict[str, int] = {}
    each = iter(kiosks_events)
    while batch := list(itertools.islice(each, at_once)):
        rows = [
            {
                "hall": hall,
                "kiosk": kiosk,
                "journal": f"j-{kiosk}",
                "seq": event.seq,
                "call": event.call,
                "kind": event.kind,
                "at_ms": event.at_ms,
                "received_ms": event.at_ms + 20,
                "body": msgspec.to_builtins(event),
            }
            for kiosk, event in batch
        ]
        with engine.begin() as connection, Chain(connection, hall) as chain:
            chain.append(rows)
        stored += len(rows)
        last |= {kiosk: event.seq for kiosk, event in batch}
    with engine.begin() as connection:
        journals = [
            {"hall": hall, "kiosk": one, "journal": f"j-{one}", "upto": upto} for one, upto in last.items()
        ]
        connection.execute(sa.insert(database.journal), journals)
    return stored
