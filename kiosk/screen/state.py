"""Everything a visit knows, in one place: the state machine writes it, the presenters read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from kiosk import config
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.policy import Talk
from kiosk.messages import Call, Ears, Freeze, Snapshot, State as CallState, Trial, Urgency, VoiceState
from kiosk.screen.scene import TextSize
from kiosk.screen.steps import Answered, Choices, Practice, Staffing, Step, Welcome
from kiosk.video.session import VideoView

#: A link that systemd starts again is back sooner; the screen does not flicker for it.
LINK_GRACE_S = 2.0
#: Somebody is on the way, beside the customer, or in the picture, and needs no link for that: it may hang for as
#: long as its watchdog takes (10 s) and start again before they are told anything else.
ANSWERED_GRACE_S = 15.0
# What travels with a call: the last entries, and so much of each that all fit into one entry of the record.
KEEP_SAID = 10
MAX_SAID = 47  # characters
KEEP_TRAIL = 8
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
    trail: tuple[Answered | Choices, ...] = ()  # what was shown before, the last one last; not kept for a restart
    again: int = 0  # how often the customer has asked to hear this step once more
    talk: Talk = field(default_factory=Talk)
    sentence: str = ""  # what was said, masked, that the cards or the answer on the screen are for
    missed: int = 0  # sentences of this visit that could not be answered
    said: tuple[str, ...] = ()  # what was tapped, said and answered in this visit, masked
    visiting: bool = False  # somebody is there
    ears: bool = False  # the microphone is wanted open
    about: str = ""  # the call of this visit that has ended, for a complaint
    last_call: str = ""  # the last call that ended, of this visit or an earlier one
    open_call: str = ""  # the call that was open when the link was last heard
    confirming: str = ""  # the end_question that is being asked
    freezing: str = ""  # the call whose customer is being asked whether the bank is to freeze the money
    freeze_asked: bool = False  # they have said yes, and the call does not show it yet
    frozen: Freeze | None = None  # the visit's last request, as the link has said it; told until the visit is over
    frozen_at: float = 0.0  # when that was
    staff: Staffing | None = None
    practised: str = ""  # what was heard in practice
    brightness: float = 1.0

    snapshot: Snapshot | None = None  # the last one
    snapshot_at: float = 0.0
    lost_at: float | None = None  # since when the link is gone; None: it is there
    voice: VoiceState | None = None
    level: float = 0.0  # at the microphone
    video: VideoView = field(default_factory=VideoView)
    asking: float | None = None  # since when a call is asked for that does not show yet
    refused: bool = False  # the link has refused to call
    danger: str | None = None  # the urgent service of a summons without an answer yet; "": not known which

    acted_at: float = 0.0  # when somebody last touched or said something
    warn_at: float = 0.0  # when the warning is due
    warned_at: float | None = None  # since when it is shown

    @property
    def call(self) -> Call | None:
        """The open call, if there is one."""
        call = self.snapshot.call if self.snapshot is not None else None
        return call if call is not None and call.state is not CallState.ENDED else None

    @property
    def about_money(self) -> bool:
        """Whether the open call is about money that a bank can freeze."""
        return self.call is not None and self.is_money(self.call.service)

    def is_money(self, service_id: str) -> bool:
        """Whether an urgent service is about money that a bank can freeze."""
        service = self.pack.find(service_id) if self.pack is not None else None
        return service is not None and service.urgent and service.freeze

    @property
    def urgent_about(self) -> str | None:
        """The urgent service of what was asked for last, or of the call, where it is known; None: not urgent."""
        if not self.danger and self.call is not None and self.call.urgency is Urgency.URGENT:
            return self.call.service
        return self.danger

    @property
    def staffed(self) -> bool:
        """Whether somebody can be expected to come when a person is asked for."""
        now = self.snapshot
        return now is not None and now.online and now.open and now.on_duty > 0

    @property
    def microphone(self) -> bool:
        """Whether somebody who speaks is heard: by what voice says, and by what the link has seen of it."""
        if self.voice is None:
            return False
        told = [self.voice.parts, self.snapshot.parts if self.snapshot is not None else {}]
        return all(part.ok for parts in told for name, part in parts.items() if name in HEARING_PARTS)

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
        answered = self.call is not None and self.call.state in (CallState.ACCEPTED, CallState.CONNECTED)
        return self.asking is not None or now - self.lost_at >= (ANSWERED_GRACE_S if answered else LINK_GRACE_S)

    def practising(self, now: float) -> bool:
        """Whether practice is what is shown. Behind staff's page, a call's, or the one that says that the screen
        cannot be reached, it is not: there a word or a press is meant.
        """
        covered = self.staff is not None or self.call is not None or self.asking is not None
        return isinstance(self.step, Practice) and not covered and not self.out_of_order(now)

    def go(self, step: Step, now: float) -> None:
        """The next step of the visit."""
        if isinstance(step, Welcome):
            self.trail, self.sentence = (), ""
        elif isinstance(self.step, Answered | Choices) and _place(self.step) != _place(step):
            self.trail = (*self.trail, self.step)[-KEEP_TRAIL:]
        self.step, self.step_since, self.again = step, now, 0

    def go_back(self, now: float) -> None:
        """The step before that still makes sense, at last the welcome; what was refused since is not in it."""
        trail = self.trail
        while trail:
            *rest, step = trail
            trail = tuple(rest)
            if (left := _without(step, self.talk.refused)) is not None:
                self.go(left, now)
                self.trail = trail
                return
        self.go(Welcome(), now)

    def tell(self, *words: str) -> None:
        """Remember what was tapped, said or answered, for the person who will be called; masked already."""
        short = (one if len(one) <= MAX_SAID else one[: MAX_SAID - 1] + "…" for one in words)
        self.said = (*self.said, *short)[-KEEP_SAID:]

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
        self.sentence, self.missed, self.frozen = "", 0, None
        self.visiting = self.ears = False


def _place(step: Step) -> Step:
    """The step alone: the same answer once more, or further cards of a topic, are no step forward."""
    match step:
        case Answered(service=service):
            return Answered(service)
        case Choices():
            return replace(step, page=0)
        case _:
            return step


def _without(step: Answered | Choices, refused: tuple[str, ...]) -> Answered | Choices | None:
    """The step with nothing in it that was refused since; the cards of a topic are the customer's own choice."""
    match step:
        case Answered(service=service):
            return step if service not in refused else None
        case Choices(topic="", services=services):
            left = tuple(one for one in services if one not in refused)
            return replace(step, services=left, page=0) if left else None
        case _:
            return step
