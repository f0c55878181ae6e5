"""Everything a visit knows, in one place: the state machine writes it, the presenters read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk import config
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.policy import Talk
from kiosk.messages import Call, Ears, Snapshot, State as CallState, Trial, VoiceState
from kiosk.screen.scene import TextSize
from kiosk.screen.steps import Staffing, Step, Welcome

#: A link that systemd starts again is back sooner; the screen does not flicker for it.
LINK_GRACE_S = 2.0
KEEP_SAID = 10
HEARING_PARTS = frozenset({"microphone", "model"})


def end_question(call: Call) -> str:
    """What the customer is asked who may want to end a call: as soon as somebody comes it is another question."""
    waiting = call.state in (CallState.CALLING, CallState.RUNG)
    return f"{call.id} {call.round} {'waiting' if waiting else call.state}"


@dataclass
class VisitState:
    """Times are ``now`` values, monotonic seconds."""

    kiosk: config.Kiosk
    pack: Pack | None
    size: TextSize
    language: str
    step: Step = field(default_factory=Welcome)
    step_since: float = 0.0
    talk: Talk = field(default_factory=Talk)
    said: tuple[str, ...] = ()  # what was tapped and said in this visit, masked
    visiting: bool = False  # somebody is there
    ears: bool = False  # the microphone is wanted open
    about: str = ""  # the call of this visit that has ended, for a complaint
    last_call: str = ""  # the last call that ended, of this visit or an earlier one
    open_call: str = ""  # the call that was open when the link was last heard
    confirming: str = ""  # the end_question that is being asked
    staff: Staffing | None = None
    practised: str = ""  # what was heard in practice
    brightness: float = 1.0

    snapshot: Snapshot | None = None  # the last one
    snapshot_at: float = 0.0
    lost_at: float | None = None  # since when the link is gone; None: it is there
    voice: VoiceState | None = None
    level: float = 0.0  # at the microphone
    asking: float | None = None  # since when a call is asked for that does not show yet
    refused: bool = False  # the link has refused to call

    acted_at: float = 0.0  # when somebody last touched or said something
    warn_at: float = 0.0  # when the warning is due
    warned_at: float | None = None  # since when it is shown

    @property
    def call(self) -> Call | None:
        """The open call, if there is one."""
        call = self.snapshot.call if self.snapshot is not None else None
        return call if call is not None and call.state is not CallState.ENDED else None

    @property
    def microphone(self) -> bool:
        """Whether somebody who speaks is heard."""
        if self.voice is None:
            return False
        return all(part.ok for name, part in self.voice.parts.items() if name in HEARING_PARTS)

    @property
    def hearing(self) -> bool:
        """Whether somebody is speaking now."""
        return self.voice is not None and self.voice.ears is Ears.HEARING

    @property
    def trial(self) -> Trial:
        return self.snapshot.trial if self.snapshot is not None else Trial.OFF

    def out_of_order(self, now: float) -> bool:
        """Whether the link has been gone for longer than a restart takes, or somebody waits for it."""
        if self.refused and self.call is None:
            return True
        if self.lost_at is None:
            return False
        return self.asking is not None or now - self.lost_at >= LINK_GRACE_S

    def go(self, step: Step, now: float) -> None:
        """The next step of the visit."""
        self.step, self.step_since = step, now

    def tell(self, *words: str) -> None:
        """Remember what was tapped or said, for the person who will be called; masked already."""
        self.said = (*self.said, *words)[-KEEP_SAID:]

    def arrive(self, *, ears: bool) -> None:
        """Somebody is there; ``ears``: and may want to speak."""
        self.visiting = True
        self.ears = self.ears or ears

    def leave(self, now: float) -> None:
        """The visit is over; the next one begins as the site wants it."""
        self.go(Welcome(), now)
        self.size = TextSize(self.kiosk.screen.text_size)
        self.language = self.kiosk.screen.language
        self.talk, self.said, self.practised, self.about = Talk(), (), "", ""
        self.visiting = self.ears = False
