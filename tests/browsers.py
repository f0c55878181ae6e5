"""A Chromium whose page can be really hidden, with a screen and a loudspeaker of its own.

Playwright makes every page believe that it is seen, so this one is spoken to through the DevTools protocol.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import itertools
import math
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self

import aiohttp
from parts import LIMIT_S, eventually

from kiosk.bench.page import ARGUMENTS, find_chromium

RATE = 8000
WINDOW = RATE // 25  # shorter than a tone of the ring lasts


class Loudspeaker:
    """A PulseAudio of our own; what is played on it can be heard."""

    def __init__(self, directory: Path) -> None:
        self.socket = directory / "loudspeaker"
        self._process = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--use-pid-file=no", "--disable-shm=yes"),
                *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}"),
                *("-L", "module-null-sink sink_name=ear"),
            ],
            env={**os.environ, "HOME": str(directory), "XDG_RUNTIME_DIR": str(directory)},
            stderr=subprocess.DEVNULL,
        )
        eventually(self.socket.exists, "PulseAudio")

    @staticmethod
    def missing() -> str:
        return "" if shutil.which("pulseaudio") and shutil.which("parec") else "PulseAudio is not installed"

    async def hear(self, *frequencies: int) -> None:
        """Return when each frequency (Hz) has been heard, a hundred times louder than what lies between them."""
        process = await asyncio.create_subprocess_exec(
            *("parec", "-s", f"unix:{self.socket}", "-d", "ear.monitor"),
            *("--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=50"),
            stdout=subprocess.PIPE,
        )
        waiting = set(frequencies)
        quiet = sum(frequencies) / len(frequencies)
        try:
            async with asyncio.timeout(LIMIT_S):
                assert process.stdout is not None
                while waiting:
                    samples = array.array("h", await process.stdout.readexactly(2 * WINDOW))
                    waiting -= {f for f in waiting if power(samples, f) > max(1e4, 100 * power(samples, quiet))}
        finally:
            with contextlib.suppress(ProcessLookupError):  # it ends by itself when it cannot listen
                process.kill()
            await process.wait()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def power(samples: array.array[int], frequency: float) -> float:
    """The power of one frequency, by Goertzel."""
    turn = 2 * math.cos(2 * math.pi * frequency / RATE)
    one = two = 0.0
    for number, sample in enumerate(samples):
        window = 0.5 - 0.5 * math.cos(2 * math.pi * number / len(samples))
        one, two = sample * window + turn * one - two, one
    return (one * one + two * two - turn * one * two) / len(samples)


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A private Xvfb; gives its display."""
    read, write = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


class NavigatedError(RuntimeError):
    """The page was replaced by another while it was asked."""


class Tab:
    """One tab of a :func:`headed` Chromium."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression, evaluated as if in a click."""
        number = next(self._numbers)
        params = {"expression": expression, "userGesture": True, "returnByValue": True, "awaitPromise": True}
        await self._socket.send_json({"id": number, "method": "Runtime.evaluate", "params": params})
        while (answer := await self._socket.receive_json(timeout=LIMIT_S)).get("id") != number:
            pass
        if "error" in answer:
            raise NavigatedError(answer["error"]["message"])
        assert "exceptionDetails" not in answer["result"], answer["result"]["exceptionDetails"]
        return answer["result"]["result"].get("value")

    async def until(self, expression: str) -> None:
        async with asyncio.timeout(LIMIT_S):
            while True:
                with contextlib.suppress(NavigatedError):  # it is just being loaded
                    if await self.evaluate(expression):
                        return
                await asyncio.sleep(0.02)


class Window:
    """A browser's window; only its newest tab is seen."""

    def __init__(self, http: aiohttp.ClientSession, devtools: str) -> None:
        self._http = http
        self._devtools = devtools

    async def open(self, url: str) -> Tab:
        """Open a tab in front of the others."""
        async with self._http.put(f"{self._devtools}/json/new?{url}") as answer:
            target = await answer.json(content_type=None)
        return Tab(await self._http.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()


@contextlib.asynccontextmanager
async def headed(directory: Path, display: str, loudspeaker: Loudspeaker | None) -> AsyncIterator[Window]:
    """The system's Chromium on a display; it trusts every certificate."""
    profile = directory / "profile"
    sound = {"PULSE_SERVER": f"unix:{loudspeaker.socket}"} if loudspeaker else {}
    process = await asyncio.create_subprocess_exec(
        *(find_chromium(), "--no-sandbox", *ARGUMENTS, "--ignore-certificate-errors", "--password-store=basic"),
        *("--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"),
        env={**os.environ, "DISPLAY": display, "HOME": str(directory), **sound},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = profile / "DevToolsActivePort"
        eventually(lambda: port.exists() and port.read_text().count("\n"), "Chromium's start")
        async with Window(aiohttp.ClientSession(), f"http://127.0.0.1:{port.read_text().split()[0]}") as window:
            yield window
    finally:
        process.terminate()
        await process.wait()
