"""A visit as a pure state machine: what comes in changes it, and gives effects; what is shown follows from it.

No input or output and no clock: ``now`` is monotonic seconds, ``wall`` the local time, ids come from ``new_id``.
What must hold (tests/screen/test_visit_machine.py looks for a counter-example): from any state one touch of 人工
summons, or keeps the summons until the link is back; an open call's scene comes before everything of the visit;
nothing ends under the customer's hands without its warning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kiosk import config
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.pack import Pack
from kiosk.messages import Cause, Complain, Ears, Resolved, Result, Snapshot, Summon, Utterance, VoiceState
from kiosk.screen import actions, aloud, idle
from kiosk.screen.catalogue import catalogue
from kiosk.screen.effects import (
    Brightness as Brightness,
    Effect as Effect,
    Louder as Louder,
    Mute as Mute,
    Restart as Restart,
    ToLink as ToLink,
    ToVoice as ToVoice,
)
from kiosk.screen.freezing import Freezing
from kiosk.screen.outbox import Outbox
from kiosk.screen.practising import Practising
from kiosk.screen.presenters import frame
from kiosk.screen.scene import Scene, TextSize
from kiosk.screen.state import VisitState
from kiosk.screen.steps import ComplaintKept, Ended, Kept as Kept, Practice, Thanks
from kiosk.screen.summoning import Summoning
from kiosk.screen.talking import Talking
from kiosk.screen.technician import StaffTouches
from kiosk.screen.voicing import Voicing
from kiosk.video.session import VideoView

NOISE_S = 120.0  # a hall that is never silent must not keep a visit open for ever
PENDING_MAX_S = 600.0  # a wish for a person that is older than this is nobody's any more

_SIZES = {f"size-{size}": size for size in TextSize}


class Visit:
    """One terminal's visits, one after the other; ``pack`` and ``understanding`` are None without content."""

    def __init__(
        self,
        kiosk: config.Kiosk,
        pack: Pack | None,
        understanding: Understanding | None,
        *,
        new_id: Callable[[], str],
    ) -> None:
        self._state = VisitState(kiosk, pack, TextSize(kiosk.screen.text_size), kiosk.screen.language)
        self._outbox = Outbox(new_id)
        self._summoning = Summoning(self._state, self._outbox)
        self._freezing = Freezing(self._state, self._outbox)
        self._talking = Talking(self._state, self._outbox, self._summoning, understanding or Understanding(pack))
        self._staff = StaffTouches(self._state, self._outbox)
        self._voicing = Voicing(self._state, self._outbox)
        self._practising = Practising(self._state, self._outbox)

    # --- what comes in ------------------------------------------------------------------------------

    def link(self, snapshot: Snapshot | None, now: float, *, silent_s: float = 0.0) -> list[Effect]:
        """How the link sees things; None: it is gone, or has answered nothing for ``silent_s``."""
        state = self._state
        if snapshot is None:
            if state.lost_at is None:
                state.lost_at = now - silent_s
            self._staff.link_gone()
            return self._effects(now)
        if state.lost_at is not None or state.snapshot is None:
            state.lost_at = None
            idle.somebody(state, now)
            self._outbox.again(now, at_once=True)
        state.snapshot, state.snapshot_at = snapshot, now
        self._summoning.follow(now)
        self._freezing.follow(now)
        return self._effects(now)

    def voice(self, voice: VoiceState | None, now: float) -> list[Effect]:
        """How the voice is; None: it is gone, or does not answer."""
        state = self._state
        if voice is not None and state.voice is None:
            self._voicing.connected(voice)
        state.voice = voice
        if voice is None or voice.ears is Ears.OFF:
            state.level = 0.0
        if state.hearing and now - state.acted_at < NOISE_S:
            idle.somebody(state, now)
        return self._effects(now)

    def video(self, view: VideoView, now: float) -> list[Effect]:
        """How the video of the call is."""
        self._state.video = view
        return self._effects(now)

    def loudness(self, level: float, now: float) -> list[Effect]:
        """How loud it is at the microphone, 0 to 1."""
        self._state.level = level
        return []

    def heard(self, utterance: Utterance, now: float) -> list[Effect]:
        """Somebody has said something, whole."""
        if text := utterance.text.strip():
            action = self._read_aloud(text, now)
            idle.somebody(self._state, now)
            self._state.acted_at = now
            if not action:
                self._talking.heard(utterance.id, text, now, utterance.alternatives)
            elif action != aloud.STAY:
                self._talking.touch(action, now)
        return self._effects(now)

    def somebody(self, now: float) -> list[Effect]:
        """Somebody has touched the panel, and nothing that does anything: they are there."""
        self._notice(now)
        idle.somebody(self._state, now)
        self._state.acted_at = now
        return self._effects(now)

    def touch(self, action: str, now: float) -> list[Effect]:
        """Somebody touched something of the scene. What is not on it any more (it changed under the finger) does
        nothing, but they are there.
        """
        state = self._state
        self._notice(now)
        shown = frame.picture(state, catalogue(state.language), now)
        idle.somebody(state, now)
        state.acted_at = now
        if action == "human":
            self._summoning.summon(now, Cause.TOUCH)
        elif action == "header":
            self._staff.header(now)
        elif action in _SIZES:
            state.size = _SIZES[action]
            state.arrive(ears=False)
        elif action in actions.of_blocks(shown.blocks):
            if state.staff is not None:
                self._staff.touch(action, now)
            elif not (self._summoning.touch(action, now) or self._freezing.touch(action, now)):
                self._talking.touch(action, now)
        return self._effects(now)

    def result(self, result: Result, now: float) -> list[Effect]:
        """The link's answer to a command."""
        state = self._state
        match self._outbox.done(result):
            case (Summon() | Resolved()) as command:
                self._summoning.done(command, result, now)
            case Complain(request=request) if isinstance(state.step, ComplaintKept):
                if state.step.request == request:
                    state.step = ComplaintKept(request, result.case, failed=not result.ok)
            case None:
                self._staff.result(result)
                self._practising.result(result)
        return self._effects(now)

    def tick(self, now: float, wall: datetime) -> list[Effect]:
        """Let time pass; call it a few times a second."""
        state = self._state
        self._notice(now)
        if state.lost_at is None:
            self._outbox.again(now)
        self._summoning.tick(now)
        if isinstance(state.step, Thanks) and now - state.step_since >= idle.thanks_s(state):
            state.leave(now)
        elif idle.expired(state, now):
            self._expire(now)
        return self._effects(now)

    # --- what goes out ------------------------------------------------------------------------------

    def scene(self, now: float, wall: datetime) -> Scene:
        """What is shown now."""
        return frame.scene(self._state, catalogue(self._state.language), now, wall)

    def keep(self) -> Kept:
        """What a screen that is killed must remember; no word of the customer is in it."""
        state = self._state
        return Kept(
            step=state.step,
            talk=state.talk,
            size=state.size,
            language=state.language,
            visiting=state.visiting,
            ears=state.ears,
            about=state.about,
            last_call=state.last_call,
            open_call=state.open_call,
            confirming=state.confirming,
            brightness=state.brightness,
            freezing=state.freezing,
            missed=state.missed,
            frozen=state.frozen,
            frozen_at=state.frozen_at,
            pending=self._outbox.kept(),
        )

    def restore(self, kept: Kept, age_s: float, now: float) -> None:
        """Go on where the process before was killed ``age_s`` seconds ago; call it before anything comes in."""
        state = self._state
        state.last_call, state.open_call = kept.last_call, kept.open_call
        state.brightness = kept.brightness
        if kept.brightness < 1.0:
            self._outbox.want(Brightness(kept.brightness))
        if age_s < state.kiosk.screen.idle_s:
            state.go(kept.step, now)
            state.talk, state.size, state.language = kept.talk, kept.size, kept.language
            state.visiting, state.ears, state.confirming = kept.visiting, kept.ears, kept.confirming
            state.about, state.freezing, state.missed = kept.about, kept.freezing, kept.missed
            state.frozen, state.frozen_at = kept.frozen, kept.frozen_at
        if age_s < PENDING_MAX_S:
            self._outbox.restore(kept.pending, now)
            self._summoning.restore(now)
            self._freezing.restore()
        self._restore_complaint()
        state.acted_at = now
        idle.somebody(state, now)

    # --- inside -------------------------------------------------------------------------------------

    def _read_aloud(self, text: str, now: float) -> str:
        """What of the visit's scene is touched by saying it."""
        state = self._state
        busy = state.call is not None or state.asking is not None or state.out_of_order(now)
        if busy or state.staff is not None or isinstance(state.step, Practice):
            return ""
        shown = frame.picture(state, catalogue(state.language), now)
        return aloud.touch_of(text, shown.blocks, warned=state.warned_at is not None)

    def _restore_complaint(self) -> None:
        """What was said is not kept, so nobody sends it any more: the customer has to be told, not to wait."""
        state = self._state
        match state.step:
            case ComplaintKept(request=request, number="", failed=False):
                if request not in {one.request for one in self._outbox.waiting(Complain)}:
                    state.step = ComplaintKept(request, failed=True)

    def _notice(self, now: float) -> None:
        """A link that has never been heard counts as gone from the first moment on."""
        if self._state.snapshot is None and self._state.lost_at is None:
            self._state.lost_at = now

    def _expire(self, now: float) -> None:
        """The warning was shown for its whole time and nobody stayed."""
        state = self._state
        idle.somebody(state, now)
        if state.staff is not None:
            state.staff = None
        elif isinstance(state.step, Ended):
            state.go(Thanks(), now)
        else:
            state.leave(now)

    def _effects(self, now: float) -> list[Effect]:
        self._summoning.settle()
        self._voicing.settle(now)
        self._practising.settle(now)
        return self._outbox.take()
