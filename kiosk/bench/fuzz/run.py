"""``kiosk bench fuzz``: everything that the world can put into link, desk and board, valid, spoilt and senseless.

Nothing may raise but the errors that are named, each bad input is counted once, what is shown and published stays
readable, and memory stays flat. The local sockets are real ones; the rest is called as its transport calls it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kiosk import clock, local, messages
from kiosk.bench.fuzz.desk import Desk
from kiosk.bench.fuzz.inputs import Inputs
from kiosk.bench.fuzz.link import Link
from kiosk.bench.fuzz.serial import Serial
from kiosk.bench.fuzz.surface import Insane, decoder, decodes
from kiosk.bench.processes import rss_mb
from kiosk.bench.report import Report, progress
from kiosk.local import LocalClient, LocalService

MEMORY = Path("/dev/shm")
WARM_UP = 0.3  # of the inputs: until then every cache is filled
BREATH = 500  # inputs between two turns of the event loop
GROWTH_MB = 10.0
SHOWN_FAILURES = 20
#: How many of a hundred inputs each surface gets.
WEIGHTS = {
    "serial_host": 15,
    "serial_board": 15,
    "mqtt_link": 20,
    "retained_call": 8,
    "mqtt_desk": 15,
    "page": 12,
    "ledger": 1,
    "link_sock": 6,
    "voice_sock": 3,
    "others": 5,
}


def run_bench(*, inputs: int, seed: int, as_json: bool) -> int:
    """Run and print; 0 when every goal is met."""
    logging.disable(logging.CRITICAL)  # what is counted is also logged, once a minute and for ever
    return asyncio.run(fuzz(inputs, seed)).show(as_json=as_json)


async def fuzz(inputs: int, seed: int) -> Report:
    """Put so many inputs in."""
    # In memory where there is such a place: the disk is not what is tried here.
    memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="kiosk-fuzz-", dir=memory) as directory:
        run = Fuzz(Path(directory), random.Random(seed))
        await run.start()
        try:
            await run.run(inputs)
        finally:
            await run.stop()
        return run.report(seed)


class Socket:
    """A real local socket with one client, which reads its answers; the lines go through the system."""

    def __init__(self, path: Path, answer: Callable[[LocalClient, bytes], bytes]) -> None:
        self._path = path
        self._answer = answer
        self._service = LocalService(path, lambda: b"{}", self._obey)
        self.failures: list[BaseException] = []
        self.sent = self.bad = 0

    async def start(self) -> None:
        await self._service.start()
        self._client = await local.connect(self._path)
        self._reading = asyncio.create_task(self._read())

    async def send(self, line: bytes, *, good: bool) -> None:
        """One line; whether it is good is known beforehand."""
        self.sent += 1
        self.bad += not good
        await self._client.send(line)

    async def stop(self) -> int:
        """Gives how many bad lines the service has not counted, or counted too many."""
        done = messages.encode(messages.Hello("end", request="the-end"))
        self._ended = asyncio.Event()
        await self._client.send(done)
        async with asyncio.timeout(60):
            await self._ended.wait()
        self._reading.cancel()
        await self._client.close()
        await self._service.stop()
        return abs(self._service.bad_lines - self.bad)

    async def _read(self) -> None:
        async for line in self._client:
            if b'"the-end"' in line:
                self._ended.set()

    def _obey(self, client: LocalClient, line: bytes) -> bytes:
        if b'"the-end"' in line:
            return messages.encode(messages.Result("the-end", ok=True))
        try:
            return self._answer(client, line)
        except messages.BadMessage:
            raise
        except Exception as error:  # noqa: BLE001 - to find those is what this is for
            self.failures.append(error)
            return b"{}"


class Fuzz:
    """One run: ``start``, ``run``, ``stop``, ``report``."""

    def __init__(self, directory: Path, chance: random.Random) -> None:
        self._chance = chance
        self._link = Link(chance, directory)
        self._desk = Desk(chance, directory)
        serial = Serial(chance)
        self._inputs = Inputs(chance)
        self._link_sock = Socket(directory / "link.sock", self._link.obey)
        self._voice_sock = Socket(directory / "voice.sock", _decode_voice)
        self.surfaces: dict[str, Callable[[], bool]] = {
            "serial_host": serial.host,
            "serial_board": serial.board,
            "mqtt_link": self._link.mqtt,
            "retained_call": self._link.retained,
            "mqtt_desk": self._desk.mqtt,
            "page": self._desk.page,
            "ledger": self._desk.events,
            "others": decoder(chance),
        }
        self._put: Counter[str] = Counter()
        self._bad = self._raised = self._insane = self._uncounted = 0
        self._before_mb = self._after_mb = 0.0
        self._took = 0.0

    async def start(self) -> None:
        await self._link.recorder.open()
        await self._link_sock.start()
        await self._voice_sock.start()

    async def run(self, inputs: int) -> None:
        """Put them in, one after the other."""
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        began, warm = clock.now(), int(inputs * WARM_UP)
        for number, name in enumerate(self._chance.choices(names, weights, k=inputs)):
            if number == warm:
                self._before_mb = await self._memory()
            self._put[name] += 1
            if name in self.surfaces:
                self._one(name)
            else:
                await self._line(name)
            if number % BREATH == 0:
                await asyncio.sleep(0)
                await self._desk.service.in_database(lambda: None)  # what was asked of it is done
            if number % 100_000 == 99_999:
                progress(f"{number + 1} inputs")
        self._after_mb = await self._memory()
        self._took = clock.now() - began

    def _one(self, name: str) -> None:
        try:
            self._bad += self.surfaces[name]()
        except Insane as error:
            self._insane += 1
            self._show(name, error)
        except Exception as error:  # noqa: BLE001 - to find those is what this is for
            self._raised += 1
            self._show(name, error)

    async def _line(self, name: str) -> None:
        if name == "link_sock":
            line = self._link.line()
            await self._link_sock.send(line, good=decodes(line, messages.Command))
        else:
            line = self._inputs.any(messages.VoiceCommand).replace(b"\n", b" ")
            await self._voice_sock.send(line, good=decodes(line, messages.VoiceCommand))

    async def _memory(self) -> float:
        await self._desk.service.in_database(lambda: None)
        gc.collect()
        return rss_mb(os.getpid())

    def _show(self, name: str, error: BaseException) -> None:
        if self._raised + self._insane <= SHOWN_FAILURES:
            progress(f"{name}: {type(error).__name__}: {error}")

    async def stop(self) -> None:
        for socket in (self._link_sock, self._voice_sock):
            self._uncounted += await socket.stop()
            self._bad += socket.bad
            for error in socket.failures:
                self._insane += isinstance(error, Insane)
                self._raised += not isinstance(error, Insane)
                self._show("a local socket", error)
        await self._link.recorder.close()

    def report(self, seed: int) -> Report:
        """The figures and goals of the run."""
        report = Report("fuzz", notes={"seed": str(seed)})
        total = self._put.total()
        report.figures = {
            "inputs": total,
            "bad": self._bad,
            "raised": self._raised,
            "uncounted": self._uncounted,
            "insane": self._insane,
            "rss_growth_mb": round(self._after_mb - self._before_mb, 2),
            "inputs_per_s": round(total / self._took),
            **{f"inputs_{name}": self._put[name] for name in WEIGHTS},
        }
        for key in ("raised", "uncounted", "insane"):
            report.goal(key, 0)
        report.goal("rss_growth_mb", GROWTH_MB)
        return report


def _decode_voice(_client: LocalClient, line: bytes) -> bytes:
    command: messages.VoiceCommand = messages.decode(line, messages.VoiceCommand)  # type: ignore[arg-type]
    return messages.encode(messages.Result(command.request, ok=True))
