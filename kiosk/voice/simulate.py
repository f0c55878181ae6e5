"""``kiosk sim voice``: ears and mouth without a sound. What is typed is heard, what is spoken is printed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

from kiosk import clock, messages
from kiosk.local import LocalClient, LocalService
from kiosk.messages import (
    MAX_TEXT,
    Ears,
    Hush,
    Last,
    Lend,
    Listen,
    Loudness,
    Part,
    Ping,
    Result,
    Say,
    SetVolume,
    Utterance,
    VoiceCommand,
    VoiceState,
    Work,
)
from kiosk.voice.linkline import LinkLine
from kiosk.voice.script import Step, parse

LOUDNESS_S = 0.2
HEARING_S, HEARING_MAX_S = 0.05, 1.0  # a character is heard in; a whole utterance at most
SPEAKING_S, SLOW_S = 0.1, 0.15  # a character is spoken in
HELP = "Type what the customer says and press Enter; q quits."


def wants_person(text: str) -> bool:
    """A stand-in's rule: 人工 anywhere, but for 人工智能."""
    return "人工" in text.replace("人工智能", "")


class SimulatedVoice:
    """Serves ``voice.sock`` like the real one. With a ``link`` socket, 人工 calls a person."""

    def __init__(self, path: Path, link: Path | None = None) -> None:
        self._path = path
        self._service = LocalService(path, lambda: messages.encode(self._state()), self._command, self._left)
        self._parts = {"microphone": Part(ok=True), "speaker": Part(ok=True)}
        self._link = LinkLine(link, lambda: self._parts, self._last) if link else None
        self._ears = Ears.OFF
        self._listening = asyncio.Event()
        self._opened = 0  # how often the ears were opened, so that no utterance goes on across a pause
        self._opener: LocalClient | None = None
        self._practice = False
        self._caption = ""
        self._saying = ""
        self._speaking: asyncio.Task[None] | None = None
        self._volume = 0.8
        self._heard_at = self._spoke_at = -1.0  # by clock.now(); negative: never

    async def serve(self, customer: Callable[[], Awaitable[None]]) -> None:
        """Serve until the customer, who calls :meth:`hear`, has gone.

        Raises :class:`kiosk.local.SocketBusy` when another voice is there.
        """
        await self._service.start()
        _print(f"A voice is at {self._path}")
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [tasks.create_task(self._measure())]
                if self._link:
                    work.append(tasks.create_task(self._link.run()))
                await customer()
                for task in work:
                    task.cancel()
        finally:
            self._hush()
            await self._service.stop()

    async def hear(self, text: str) -> None:
        """Somebody says this; returns when it was heard, or when the ears turn out to be closed."""
        text = text.strip()[:MAX_TEXT]
        opened, practice = self._opened, self._practice
        for end in range(1, len(text) + 1):
            if not self._hears(opened):
                break
            self._ears, self._caption = Ears.HEARING, text[:end]
            self._tell()
            await asyncio.sleep(min(HEARING_S, HEARING_MAX_S / len(text)))
        if not self._hears(opened):
            _print(f"not heard, the ears are closed: {text}")
            return
        sentence = f"said-{uuid.uuid4().hex}"
        self._service.broadcast(messages.encode(Utterance(sentence, text)))
        self._ears, self._caption = Ears.OPEN, ""
        self._tell()
        _print(f"heard: {text}")
        # Only what was practice from its beginning to its end is practice: in doubt, call.
        if self._link and wants_person(text) and not (practice and self._practice):
            _print("calls a person")
            self._link.summon(text, sentence)

    def _hears(self, opened: int) -> bool:
        """Whether the ears are open, and were not closed since they were opened for this time."""
        return self._ears is not Ears.OFF and self._opened == opened

    def _last(self) -> dict[Work, Last]:
        """Ears that are open hear the whole time, as a microphone does."""
        now, off = clock.now(), self._ears is Ears.OFF
        if not off:
            self._heard_at = now
        if self._saying:
            self._spoke_at = now
        ages = {Work.HEARD: self._heard_at, Work.PLAYED: self._spoke_at}
        last = {work: Last() if at < 0 else Last(round((now - at) * 1000)) for work, at in ages.items()}
        return last | {Work.HEARD: Last(last[Work.HEARD].age_ms, off)}

    def _state(self) -> VoiceState:
        return VoiceState(self._ears, self._caption, self._saying, self._volume, self._parts)

    def _tell(self) -> None:
        self._service.broadcast(messages.encode(self._state()))

    def _command(self, client: LocalClient, line: bytes) -> bytes:
        command: VoiceCommand = messages.decode(line, VoiceCommand)  # type: ignore[arg-type]
        match command:
            case Listen(on=True, practice=practice):
                self._open(client, practice)
            case Listen():
                self._close()
            case Say(request=request, text=text, slow=slow):
                self._say(request, text, SLOW_S if slow else SPEAKING_S)
            case Hush():
                self._hush()
            case Lend(on=on):
                _print("the microphone is lent to a video call" if on else "the microphone is back")
            case SetVolume(volume=volume):
                self._volume = volume
            case Ping(request=request, state=state):
                if state:
                    client.send(messages.encode(self._state()))
                return messages.encode(Result(request, ok=True))
        self._tell()
        return messages.encode(Result(command.request, ok=True))

    def _open(self, client: LocalClient, practice: bool) -> None:
        self._opener, self._practice = client, practice
        if self._ears is Ears.OFF:
            self._ears = Ears.OPEN
            self._opened += 1
            self._listening.set()
        _print("ears open, for practice" if practice else "ears open")

    def _close(self) -> None:
        self._ears, self._caption, self._opener, self._practice = Ears.OFF, "", None, False
        self._listening.clear()
        _print("ears closed")

    def _left(self, client: LocalClient) -> None:
        # Nobody would close them, and practice must not outlive the one who asked for it.
        if client is self._opener:
            self._close()
            self._tell()

    def _say(self, request: str, text: str, character_s: float) -> None:
        self._hush()
        _print(f"says: {text}")
        self._saying = request
        self._speaking = asyncio.create_task(self._speak(len(text) * character_s))

    async def _speak(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._speaking, self._saying = None, ""
        self._tell()

    def _hush(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
        self._speaking, self._saying = None, ""

    async def _measure(self) -> None:
        """How loud it is, five times a second while the ears are open."""
        while True:
            await self._listening.wait()
            lowest, highest = (0.3, 0.9) if self._ears is Ears.HEARING else (0.0, 0.1)
            self._service.broadcast(messages.encode(Loudness(random.uniform(lowest, highest))))
            await asyncio.sleep(LOUDNESS_S)


async def simulate(path: Path, link: Path | None, script: str | None) -> None:
    """Be the voice at ``path``, by hand or by script. Raises :class:`ScriptError`, or OSError for the socket."""
    steps = None if script is None else parse(script)
    voice = SimulatedVoice(path, link)
    await voice.serve(partial(_by_hand, voice) if steps is None else partial(_by_script, voice, steps))


async def _by_hand(voice: SimulatedVoice) -> None:
    _print(HELP)
    async for line in _typed():
        match line.strip():
            case "":
                _print(HELP)
            case "q":
                return
            case text:
                await voice.hear(text)


async def _by_script(voice: SimulatedVoice, steps: list[Step]) -> None:
    for step in steps:
        match step.word:
            case "say":
                await voice.hear(step.text)
            case "wait":
                await asyncio.sleep(step.seconds)
            case "quit":
                return
    _print("The script is done; Ctrl-C ends the voice.")
    await asyncio.Event().wait()


async def _typed() -> AsyncIterator[str]:
    """Lines from standard input, until its end."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(line: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has just been closed: nobody listens any more
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=_read, args=(put,), name="typed", daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


def _read(put: Callable[[str | None], None]) -> None:
    # Not through sys.stdin: a thread that waits in its buffer hinders the interpreter's end.
    rest = b""
    while data := os.read(sys.stdin.fileno(), 4096):
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            put(line.decode(errors="replace"))
    put(None)


def _print(text: str) -> None:
    print(text, flush=True)
