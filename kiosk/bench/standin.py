"""A link and a voice that say what the bench wants a screen to hear, over the real local sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec.structs import replace

from kiosk import messages
from kiosk.local import LocalClient, LocalService
from kiosk.messages import Agent, Call, Ears, Loudness, Mode, Outcome, Result, Snapshot, State, VoiceState

AGENT = Agent("wang", "王芳", "desk1")
QUIET = Snapshot(
    call=None, online=True, alarm=False, lamp="READY", on_duty=2, open=True, opens="", promised_s=15.0, parts={}
)
DEAF = VoiceState(Ears.OFF, "", "", 0.8, {})


class StandIn:
    """Serves ``link.sock`` and ``voice.sock`` in a directory; commands are answered and remembered."""

    def __init__(self, directory: Path) -> None:
        self._snapshot, self._voice = QUIET, DEAF
        self.link = LocalService(directory / "link.sock", lambda: messages.encode(self._snapshot), self._command)
        self.voice = LocalService(directory / "voice.sock", lambda: messages.encode(self._voice), self._say)

    async def __aenter__(self) -> Self:
        await self.link.start()
        await self.voice.start()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.voice.stop()
        await self.link.stop()

    def show(self, call: Call | None, **more: Any) -> None:
        """The link's state is now this."""
        self._snapshot = replace(QUIET, call=call, **more)
        self.link.broadcast(messages.encode(self._snapshot))

    def hear(self, caption: str, level: float) -> None:
        """The ears hear this now."""
        self._voice = VoiceState(Ears.HEARING, caption, "", 0.8, {})
        self.voice.broadcast(messages.encode(self._voice))
        self.voice.broadcast(messages.encode(Loudness(level)))

    def _command(self, _client: LocalClient, line: bytes) -> bytes:
        command: messages.Command = messages.decode(line, messages.Command)  # type: ignore[arg-type]
        return messages.encode(Result(command.request, ok=True))

    def _say(self, _client: LocalClient, line: bytes) -> bytes:
        command: messages.VoiceCommand = messages.decode(line, messages.VoiceCommand)  # type: ignore[arg-type]
        if isinstance(command, messages.Listen):
            self._voice = replace(DEAF, ears=Ears.OPEN if command.on else Ears.OFF)
            self.voice.broadcast(messages.encode(self._voice))
        return messages.encode(Result(command.request, ok=True))


def life_of_a_call(number: int) -> Iterator[tuple[Call, str]]:
    """The states that one call goes through, each with the name of the scene that shows it."""
    call = Call(f"bench-{number}", State.CALLING, 0, 0, case=f"{number % 1_000_000:06d}")
    yield call, "calling"
    yield replace(call, state=State.ACCEPTED, agent=AGENT, mode=Mode.WALK), "accepted"
    yield replace(call, state=State.CONNECTED, agent=AGENT, mode=Mode.WALK), "connected"
    yield replace(call, state=State.ENDED, agent=AGENT, mode=Mode.WALK, outcome=Outcome.RESOLVED), "ended"
