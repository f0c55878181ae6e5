"""One process full of simulated terminals and desks, for ``kiosk bench fleet``.

Standard input brings a :class:`Job` as one line of JSON, and later the moment of the beginning (a reading of
:func:`kiosk.clock.now`, which all processes of a machine share). Standard output says ``ready``, and at the end a
:class:`Outcome`.
"""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import sys
from functools import partial

from msgspec import Struct

from kiosk import clock, messages
from kiosk.bench.fleet.client import FleetClient
from kiosk.bench.fleet.day import arrivals
from kiosk.bench.fleet.desk import FleetDesk
from kiosk.bench.fleet.terminal import FleetKiosk

SLICE_S = 0.05
HEALTH_SLICES = 100  # of 0.05 s: each terminal says its health every 5 s, and not all at once
CONNECTING = 50
ENDING_S = 60.0  # for the calls that are open when the day is over


class HallJob(Struct, frozen=True):
    """One hall; without ``desk`` a real one serves it."""

    name: str
    kiosks: int
    desk: bool


class Job(Struct, frozen=True):
    """What one process does. ``calls``: by each terminal, on average, within ``seconds``.

    ``pace``: of the agents, as in :class:`FleetDesk`.
    """

    port: int
    halls: tuple[HallJob, ...]
    seconds: float
    calls: float
    seed: int
    pace: float


class Outcome(Struct, frozen=True):
    """What has become of it. Moments are readings of :func:`kiosk.clock.now`."""

    pressed: dict[str, float]  # call -> when its button went down
    seen: dict[str, float]  # call -> when a simulated desk got it
    answered: int
    ended: int
    unacknowledged: int  # events that no ledger has confirmed
    messages: int  # that this process has sent
    lost: int  # connections
    late_ms: float  # how far the presses were behind their time, at worst: this process is then too slow


class Load:
    """The terminals and desks of one process."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._chance = random.Random(job.seed)
        self._clients: list[FleetClient] = []
        self._kiosks: list[FleetKiosk] = []
        self._desks: list[FleetDesk] = []
        self._seen: dict[str, float] = {}
        self._busy: set[FleetKiosk] = set()
        self._sent = 0
        self._late = 0.0

    async def connect(self) -> None:
        """Everybody connects; raises OSError."""
        gate = asyncio.Semaphore(CONNECTING)
        waiting = []
        for hall in self._job.halls:
            if hall.desk:
                waiting.append(self._join_desk(gate, hall.name))
            waiting += [self._join_kiosk(gate, hall.name, f"k{n + 1}") for n in range(hall.kiosks)]
        await asyncio.gather(*waiting)
        gc.freeze()  # what is there now stays; looking through it again and again would stop everybody

    async def _join_kiosk(self, gate: asyncio.Semaphore, hall: str, name: str) -> None:
        async with gate:
            client = FleetClient(f"{hall}/{name}", self._job.port, lambda *m: self._to_kiosk(kiosk, *m))
            kiosk = FleetKiosk(hall, name, partial(self._send, client))
            self._clients.append(client)
            self._kiosks.append(kiosk)
            await client.connect(kiosk.subscriptions, kiosk.will)

    async def _join_desk(self, gate: asyncio.Semaphore, hall: str) -> None:
        async with gate:
            client = FleetClient(f"{hall}/desk/desk1", self._job.port, lambda *m: self._to_desk(desk, *m))
            desk = FleetDesk(hall, partial(self._send, client), self._chance, self._job.pace)
            self._clients.append(client)
            self._desks.append(desk)
            await client.connect(desk.subscriptions, desk.will)
            desk.say_presence()

    async def run(self, start: float) -> Outcome:
        """One day from ``start`` on, and until the last call is over."""
        presses = arrivals(round(len(self._kiosks) * self._job.calls), self._job.seconds, self._chance)
        plan = [(start + at, self._chance.choice(self._kiosks)) for at in reversed(presses)]
        step, end = 0, start + self._job.seconds + ENDING_S
        await asyncio.sleep(max(0.0, start - clock.now()))
        while (now := clock.now()) < end and (plan or self._busy or now < start + self._job.seconds):
            while plan and plan[-1][0] <= now:
                due, kiosk = plan.pop()
                self._late = max(self._late, now - due)
                kiosk.press(now)
                self._busy.add(kiosk)
            for kiosk in self._kiosks[step % HEALTH_SLICES :: HEALTH_SLICES]:
                kiosk.health()
            if step % 5 == 0:
                for desk in self._desks:
                    desk.tick(now)
            if step % 20 == 0:
                self._tick(now)
            step += 1
            await asyncio.sleep(max(0.0, start + step * SLICE_S - clock.now()))
        return self._outcome()

    def _tick(self, now: float) -> None:
        for kiosk in list(self._busy):
            kiosk.tick(now)
            if not kiosk.busy:
                self._busy.discard(kiosk)

    def _outcome(self) -> Outcome:
        pressed = {call: at for kiosk in self._kiosks for call, at in kiosk.pressed.items()}
        outcome = Outcome(
            pressed,
            self._seen,
            answered=sum(len(kiosk.answered) for kiosk in self._kiosks),
            ended=sum(len(kiosk.ended) for kiosk in self._kiosks),
            unacknowledged=sum(kiosk.unacknowledged for kiosk in self._kiosks),
            messages=self._sent,
            lost=sum(client.lost for client in self._clients),
            late_ms=round(self._late * 1000, 1),
        )
        for client in self._clients:
            client.close()
        return outcome

    def _send(self, client: FleetClient, topic: str, payload: bytes, retain: bool) -> None:
        self._sent += 1
        client.publish(topic, payload, retain=retain)

    def _to_kiosk(self, kiosk: FleetKiosk, topic: str, payload: bytes, _retained: bool) -> None:
        kiosk.receive(topic, payload, clock.now())

    def _to_desk(self, desk: FleetDesk, topic: str, payload: bytes, retained: bool) -> None:
        now = clock.now()
        if topic.endswith("/call") and payload:
            self._seen.setdefault(messages.decode(payload, messages.Call).id, now)
        desk.receive(topic, payload, now, retained=retained)


async def _main() -> None:
    loop = asyncio.get_running_loop()
    job = messages.decode(sys.stdin.buffer.readline(), Job)
    load = Load(job)
    await load.connect()
    print("ready", flush=True)
    start = float(await loop.run_in_executor(None, sys.stdin.readline))
    print(messages.encode(await load.run(start)).decode(), flush=True)


if __name__ == "__main__":
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    asyncio.run(_main())
