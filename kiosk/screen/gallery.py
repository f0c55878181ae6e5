"""Every scene in its interesting states, each made by a real visit that is driven to it.

For the audit, for the views' author and for the documentation. Times are made up; nothing is random.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from kiosk import config
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.pack import Pack, load_pack
from kiosk.messages import (
    Agent,
    Call,
    Complain,
    Ears,
    Mode,
    Part,
    Result,
    Snapshot,
    Staff,
    State,
    Trial,
    Urgency,
    Utterance,
    VoiceState,
)
from kiosk.screen.scene import Scene, TextSize, Variant
from kiosk.screen.visit import Effect, ToLink, Visit

NOON, NIGHT = datetime(2026, 3, 16, 10, 8), datetime(2026, 3, 16, 20, 8)
AGENT = Agent("li", "李明", "desk-1")
WELL = ("button", "journal", "broker", "desk", "clock", "alarm", "screen")


class Walker:
    """A visit, its clock, and the two services that it talks to."""

    def __init__(
        self, language: str = "zh_CN", size: TextSize = TextSize.STANDARD, variant: Variant = Variant.DAY
    ) -> None:
        screen = config.Screen(
            hall_title="新华路营业厅",
            language=language,  # type: ignore[arg-type]
            text_size=size.value,
            variant=variant.value,
        )
        self.kiosk = config.Kiosk(hall="xinhua", name="k1", screen=screen)
        self.now = 1000.0
        self.wall = NOON if variant is Variant.DAY else NIGHT
        self.sent: list[Effect] = []
        self.snapshot = Snapshot(
            call=None,
            online=True,
            alarm=False,
            lamp="ready",
            on_duty=3,
            open=True,
            opens="",
            promised_s=15.0,
            parts={name: Part(True) for name in WELL},
        )
        self.voice = VoiceState(
            ears=Ears.OFF, caption="", saying="", volume=0.7, parts={"microphone": Part(True), "model": Part(True)}
        )
        self._ids = (f"gallery-{number}" for number in itertools.count(1))
        self.start(bank())

    def start(self, pack: Pack | None) -> None:
        """A new screen process; both services are there."""
        self.visit = Visit(self.kiosk, pack, Understanding(pack), new_id=lambda: next(self._ids))
        self.link()
        self.voiced()

    def link(self, **changes: Any) -> None:
        """The link says that something has changed."""
        self.snapshot = replace(self.snapshot, **changes)
        self.sent += self.visit.link(self.snapshot, self.now)

    def voiced(self, **changes: Any) -> None:
        """The voice says that something has changed."""
        self.voice = replace(self.voice, **changes)
        self.sent += self.visit.voice(self.voice, self.now)

    def call(self, state: State = State.RUNG, **changes: Any) -> None:
        """The link says how the call is; ages in milliseconds."""
        fields: dict[str, Any] = dict(age_ms=8000, state_age_ms=3000, case="482913", rung_by=("desk-1",))
        self.link(call=Call("call-1", state, **(fields | changes)))

    def answered(self, state: State, mode: Mode) -> None:
        """An agent has the call."""
        self.call(state, agent=AGENT, mode=mode)

    def touch(self, *actions: str) -> None:
        """Touch one after the other."""
        for action in actions:
            self.sent += self.visit.touch(action, self.now)

    def say(self, text: str) -> None:
        """The customer says something."""
        self.sent += self.visit.heard(Utterance("said", text), self.now)

    def result(self, kind: type, *, ok: bool = True, why: str = "", case: str = "") -> None:
        """The link answers to the last command of a kind."""
        commands = [one.command for one in self.sent if isinstance(one, ToLink) and isinstance(one.command, kind)]
        self.sent += self.visit.result(Result(commands[-1].request, ok, why, case), self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass in steps as the shell does."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.25)
            self.sent += self.visit.tick(self.now, self.wall)

    def scene(self) -> Scene:
        return self.visit.scene(self.now, self.wall)


@functools.cache
def bank() -> Pack:
    """The content that the gallery shows."""
    return load_pack("bank")


def _welcome_no_mic(walker: Walker) -> None:
    walker.voiced(parts={"microphone": Part(False, "unplugged", "plug it in")})


def _listening(walker: Walker) -> None:
    walker.touch("speak")
    walker.voiced(ears=Ears.OPEN)


def _listening_caption(walker: Walker) -> None:
    _listening(walker)
    walker.visit.loudness(0.6, walker.now)
    walker.voiced(ears=Ears.HEARING, caption="我的银行卡好像丢了")


def _offer(walker: Walker) -> None:
    _listening(walker)
    walker.say("我要取钱还要打存折再查余额")


def _unclear(walker: Walker) -> None:
    _listening(walker)
    walker.say("今天天气真好")


def _answer(walker: Walker) -> None:
    """The service with the most to read."""
    service = max(bank().service, key=lambda one: len(one.answer) + len(one.where) + len(one.bring))
    topic = next(topic for topic in bank().topic if service.id in topic.services)
    walker.touch(f"topic-{topic.id}", f"service-{service.id}")


def _answer_limit(walker: Walker) -> None:
    """As much as a pack may hold."""
    full = replace(
        bank().service[0],
        title="办理银行卡挂失和补卡手续",
        answer="先打电话口头挂失，别人就取不了您的钱。" * 3 + "好了再来。",
        where="大厅左手边三号窗口或者二楼五号窗口，先取号",
        bring="身份证、户口本、旧银行卡、存折和手机",
        steps=("先到大厅取个号", "跟柜员说要挂失", "当场拿一张新卡"),
    )
    others = [service for service in bank().service if service.id != full.id]
    walker.start(replace(bank(), service=(full, *others)))
    walker.touch("topic-card", f"service-{full.id}")


def _answer_repeated(walker: Walker) -> None:
    _listening(walker)
    walker.say("我卡丢了")
    walker.say("我说我卡丢了")


def _answer_unfilled(walker: Walker) -> None:
    walker.touch("topic-other", "more", "service-hours")


def _queue(walker: Walker) -> None:
    walker.call()
    walker.link(ahead=2)


def _alarm(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=(), level=3)
    walker.link(alarm=True)


def _offline(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=(), level=3)
    walker.link(online=False, alarm=True, on_duty=0)


def _closed(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=(), closed=True)
    walker.link(open=False, opens="明天 09:00", on_duty=0)


def _nobody(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=())
    walker.link(alarm=True, on_duty=0)


def _escalated(walker: Walker) -> None:
    walker.call(level=3, age_ms=80_000)
    walker.link(alarm=True, ahead=0)


def _again(walker: Walker) -> None:
    walker.call(round=1, level=2, age_ms=30_000, passed=("王芳",))


def _confirm_end(walker: Walker) -> None:
    walker.call()
    walker.touch("not-needed")


def _ended(walker: Walker) -> None:
    walker.answered(State.CONNECTED, Mode.WALK)
    walker.call(State.ENDED, agent=AGENT, state_age_ms=0)


def _ended_warning(walker: Walker) -> None:
    _ended(walker)
    walker.wait(48)


def _rating(walker: Walker) -> None:
    _ended(walker)
    walker.touch("resolved-yes")
    walker.link(call=None)


def _complaint(walker: Walker) -> None:
    _rating(walker)
    walker.touch("complain")


def _complaint_sent(walker: Walker) -> None:
    _complaint(walker)
    walker.touch("reason-wait")


def _complaint_kept(walker: Walker) -> None:
    _complaint_sent(walker)
    walker.result(Complain, case="482913")


def _complaint_failed(walker: Walker) -> None:
    _complaint_sent(walker)
    walker.result(Complain, ok=False, why="the disk is full")


def _thanks(walker: Walker) -> None:
    _rating(walker)
    walker.touch("rate-5")


def _warning(walker: Walker) -> None:
    _answer(walker)
    walker.wait(63)


def _out_of_order(walker: Walker) -> None:
    walker.visit.link(None, walker.now)
    walker.wait(5)


def _out_of_order_asked(walker: Walker) -> None:
    _out_of_order(walker)
    walker.touch("human")


def _practice(walker: Walker) -> None:
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)


def _practice_done(walker: Walker) -> None:
    _practice(walker)
    walker.say("我要找人工")
    walker.link(trial=Trial.DONE)


def _pin(walker: Walker) -> None:
    walker.touch(*["header"] * 5, "key-4", "key-7")


def _pin_wrong(walker: Walker) -> None:
    walker.touch(*["header"] * 5, "key-4", "key-enter")
    walker.result(Staff, ok=False, why="wrong PIN")


def _technician(walker: Walker) -> None:
    walker.touch(*["header"] * 5, "key-4", "key-7", "key-1", "key-1", "key-enter")
    walker.result(Staff)


def _technician_more(walker: Walker) -> None:
    _technician(walker)
    walker.touch("more", "volume-up")


def _parts(walker: Walker) -> None:
    faulty = Part(False, "unreachable", "mqtts://broker.hall:8883: connection refused; is mosquitto running?")
    walker.link(parts=walker.snapshot.parts | {"broker": faulty})
    _technician(walker)
    walker.touch("parts")


#: The name of each scene in the gallery, and how to get there.
GALLERY: dict[str, Callable[[Walker], None]] = {
    "welcome": lambda walker: None,
    "welcome_no_mic": _welcome_no_mic,
    "welcome_no_pack": lambda walker: walker.start(None),
    "listening": _listening,
    "listening_caption": _listening_caption,
    "choices": _offer,
    "choices_topic": lambda walker: walker.touch("topic-card"),
    "choices_more": lambda walker: walker.touch("topic-other"),
    "unclear": _unclear,
    "answer": _answer,
    "answer_limit": _answer_limit,
    "answer_repeated": _answer_repeated,
    "answer_unfilled": _answer_unfilled,
    "asked": lambda walker: walker.touch("human"),
    "calling": lambda walker: walker.call(State.CALLING, age_ms=1000, rung_by=()),
    "calling_rung": lambda walker: walker.call(),
    "calling_queue": _queue,
    "calling_alarm": _alarm,
    "calling_offline": _offline,
    "calling_closed": _closed,
    "calling_nobody": _nobody,
    "calling_escalated": _escalated,
    "calling_again": _again,
    "urgent": lambda walker: walker.call(urgency=Urgency.URGENT, level=3),
    "confirm_end": _confirm_end,
    "accepted_walk": lambda walker: walker.answered(State.ACCEPTED, Mode.WALK),
    "accepted_video": lambda walker: walker.answered(State.ACCEPTED, Mode.VIDEO),
    "connected_walk": lambda walker: walker.answered(State.CONNECTED, Mode.WALK),
    "connected_video": lambda walker: walker.answered(State.CONNECTED, Mode.VIDEO),
    "ended": _ended,
    "ended_warning": _ended_warning,
    "rating": _rating,
    "complaint": _complaint,
    "complaint_sent": _complaint_sent,
    "complaint_kept": _complaint_kept,
    "complaint_failed": _complaint_failed,
    "thanks": _thanks,
    "warning": _warning,
    "out_of_order": _out_of_order,
    "out_of_order_asked": _out_of_order_asked,
    "practice": _practice,
    "practice_done": _practice_done,
    "pin": _pin,
    "pin_wrong": _pin_wrong,
    "technician": _technician,
    "technician_more": _technician_more,
    "parts": _parts,
}


def scenes(
    language: str = "zh_CN", size: TextSize = TextSize.STANDARD, variant: Variant = Variant.DAY
) -> dict[str, Scene]:
    """Every scene by its name in the gallery."""
    return {name: make(name, language, size, variant) for name in GALLERY}


def make(
    name: str, language: str = "zh_CN", size: TextSize = TextSize.STANDARD, variant: Variant = Variant.DAY
) -> Scene:
    """One scene of the gallery."""
    walker = Walker(language, size, variant)
    GALLERY[name](walker)
    return walker.scene()
