"""Drives a real visit without a terminal: a made-up clock, and the two services that it talks to."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from kiosk import config
from kiosk.dialogue.decision import Decision, Understanding
from kiosk.dialogue.pack import Pack, load_pack
from kiosk.messages import (
    Agent,
    Call,
    Command,
    Ears,
    Mode,
    Part,
    Result,
    Snapshot,
    State,
    Utterance,
    VoiceCommand,
    VoiceState,
)
from kiosk.screen.scene import Scene
from kiosk.screen.visit import Effect, Kept, ToLink, ToVoice, Visit
from kiosk.video.session import VideoView

NOON = datetime(2026, 3, 16, 10, 8)
AGENT = Agent("li", "李明", "desk-1")
WELL = ("button", "journal", "broker", "desk", "clock", "alarm", "screen")

C = TypeVar("C", bound=Command | VoiceCommand)


@functools.cache
def bank() -> Pack:
    """The content that comes with the program."""
    return load_pack("bank")


class Foretold(Understanding):
    """Understands the sentences of ``decisions`` as it is told there, and all others as ``real`` does."""

    def __init__(self, real: Understanding, decisions: Mapping[str, Decision]) -> None:
        self._real = real
        self._decisions = decisions

    def understand(self, text: str, others: Sequence[str] = ()) -> Decision:
        """Judge one sentence."""
        return self._decisions.get(text) or self._real.understand(text, others)


class Walker:
    """Touches, speaks and waits as a customer does; ``sent`` is everything that the visit has wanted done.

    Without an ``understanding``, only sentences of the pack are understood, word for word.
    """

    def __init__(
        self,
        kiosk: config.Kiosk,
        wall: datetime = NOON,
        pack: Pack | None = None,
        understanding: Understanding | None = None,
    ) -> None:
        self.kiosk = kiosk
        self.now = 1000.0
        self.wall = wall
        self.understanding = understanding
        self.sent: list[Effect] = []
        self.foretold: dict[str, Decision] = {}  # how these sentences are understood, whatever the content
        self._ids = (f"request-{number}" for number in itertools.count(1))
        self.snapshot = Snapshot(
            call=None,
            online=True,
            alarm=False,
            lamp="ready",
            on_duty=3,
            open=True,
            opens="",
            promised_s=kiosk.escalation.level2_s,
            parts={name: Part(True) for name in WELL},
        )
        self.voice = VoiceState(
            ears=Ears.OFF,
            caption="",
            saying="",
            volume=0.7,
            parts={"microphone": Part(True), "speaker": Part(True), "model": Part(True)},
        )
        self.start(pack or bank())

    # --- the processes ------------------------------------------------------------------------------

    def start(self, pack: Pack | None, kept: Kept | None = None, age_s: float = 0.0) -> None:
        """A new screen process; both services are there. ``kept``: what the one before has kept."""
        understanding = Foretold(self.understanding or Understanding(pack), self.foretold)
        self.visit = Visit(self.kiosk, pack, understanding, new_id=lambda: next(self._ids))
        if kept is not None:
            self.visit.restore(kept, age_s, self.now)
        self.link()
        self.voiced()

    def link(self, **changes: Any) -> None:
        """The link says that something has changed."""
        self.snapshot = replace(self.snapshot, **changes)
        self.sent += self.visit.link(self.snapshot, self.now)

    def link_gone(self, silent_s: float = 0.0) -> None:
        """The link has ended, or has answered nothing for so long."""
        self.sent += self.visit.link(None, self.now, silent_s=silent_s)

    def voiced(self, **changes: Any) -> None:
        """The voice says that something has changed."""
        self.voice = replace(self.voice, **changes)
        self.sent += self.visit.voice(self.voice, self.now)

    def voice_gone(self) -> None:
        self.sent += self.visit.voice(None, self.now)

    def call(self, state: State = State.RUNG, **changes: Any) -> None:
        """The link says how the call is; ages in milliseconds."""
        fields: dict[str, Any] = dict(
            id="call-1", age_ms=8000, state_age_ms=3000, case="482913", rung_by=("desk-1",)
        )
        self.link(call=Call(state=state, **(fields | changes)))

    def answered(self, state: State, mode: Mode) -> None:
        """An agent has the call."""
        self.call(state, agent=AGENT, mode=mode)

    def video(self, **view: Any) -> None:
        """How the video of the call is."""
        self.sent += self.visit.video(VideoView(**view), self.now)

    def result(self, kind: type[C], *, ok: bool = True, why: str = "", case: str = "") -> None:
        """The link answers to the last command of a kind."""
        self.answer(self.commands(kind)[-1].request, ok=ok, why=why, case=case)

    def answer(self, request: str, *, ok: bool = True, why: str = "", case: str = "") -> None:
        """The link answers to one command."""
        self.sent += self.visit.result(Result(request, ok, why, case), self.now)

    # --- the customer -------------------------------------------------------------------------------

    def touch(self, *actions: str) -> None:
        """Touch one after the other."""
        for action in actions:
            self.sent += self.visit.touch(action, self.now)

    def touch_nothing(self) -> None:
        """A finger or a palm on the panel that does nothing."""
        self.sent += self.visit.somebody(self.now)

    def say(self, *sentences: str) -> None:
        """The customer says something."""
        for sentence in sentences:
            self.sent += self.visit.heard(Utterance(next(self._ids), sentence), self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass in steps as the shell does."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.25)
            self.sent += self.visit.tick(self.now, self.wall)

    # --- what came of it ----------------------------------------------------------------------------

    def scene(self) -> Scene:
        """What is shown now."""
        return self.visit.scene(self.now, self.wall)

    def commands(self, kind: type[C]) -> list[C]:
        """Everything of a kind that was sent to link or voice."""
        commands = [effect.command for effect in self.sent if isinstance(effect, ToLink | ToVoice)]
        return [command for command in commands if isinstance(command, kind)]
