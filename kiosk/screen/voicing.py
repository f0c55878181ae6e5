"""What the ears and the mouth are to do follows from what is shown; only a change is sent. Pure."""

from __future__ import annotations

from kiosk.messages import Hush, Listen, Say, VoiceState
from kiosk.screen.catalogue import catalogue
from kiosk.screen.effects import ToVoice
from kiosk.screen.outbox import Outbox
from kiosk.screen.presenters.frame import picture
from kiosk.screen.state import VisitState
from kiosk.screen.steps import Practice

SPOKEN = "zh_CN"  # the voice is Mandarin, whichever characters are read
SILENT = "en"  # what it would make of English helps nobody


class Voicing:
    """Reads the state; writes the outbox."""

    def __init__(self, state: VisitState, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox
        self._ears: tuple[bool, bool] | None = None  # (on, practice) as voice was told; None: unknown
        self._key = ""  # of what was spoken last
        self._warned: float | None = None

    def connected(self, voice: VoiceState) -> None:
        """Voice is there, perhaps a new one that was told nothing."""
        self._ears = (False, False) if voice.ears == "off" else None
        self._key, self._warned = "", None

    def settle(self, now: float) -> None:
        """Bring ears and mouth to where they should be."""
        if self._state.voice is not None:
            self._settle_ears(now)
            self._settle_mouth(now)

    def _settle_ears(self, now: float) -> None:
        """Where something covers the practice they stay open, and what is said is meant."""
        state = self._state
        on = state.ears or (isinstance(state.step, Practice) and state.call is None)
        wanted = (on, state.practising(now))
        if wanted != self._ears:
            self._ears = wanted
            on, practice = wanted
            self._outbox.want(ToVoice(Listen(self._outbox.new_id(), on=on, practice=practice)))

    def _settle_mouth(self, now: float) -> None:
        state = self._state
        shown = picture(state, catalogue(SPOKEN), now)
        if shown.key != self._key:
            self._key = shown.key
            if shown.key:
                self._say(shown.speech, slow=shown.slow)
            else:
                self._outbox.want(ToVoice(Hush(self._outbox.new_id())))
        if state.warned_at != self._warned:
            self._warned = state.warned_at
            if state.warned_at is not None and state.staff is None:
                self._say(catalogue(SPOKEN)("warning.speech"))

    def _say(self, text: str, *, slow: bool = False) -> None:
        if self._state.language != SILENT:
            self._outbox.want(ToVoice(Say(self._outbox.new_id(), text, slow=slow)))
