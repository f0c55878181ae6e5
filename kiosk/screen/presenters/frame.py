"""Puts a scene together: its middle, and round it what is the same everywhere."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from kiosk.messages import Mode, State as CallState
from kiosk.screen import night
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.idle import warning_left
from kiosk.screen.presenters import after, call, help, staff
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import Button, Header, Human, Scene, TextSize, Warning
from kiosk.screen.state import VisitState
from kiosk.screen.steps import (
    Answered,
    Choices,
    Complaining,
    ComplaintKept,
    Ended,
    Listening,
    Pin,
    Practice,
    Rating,
    Technician,
    Thanks,
    Unclear,
    Welcome,
)


def picture(state: VisitState, texts: Catalogue, now: float) -> Picture:
    """The middle: staff at the terminal first, then the call, then the visit."""
    match state.staff:
        case Pin() as pin:
            return staff.pin(pin, texts)
        case Technician(parts=int(page)):
            return staff.parts(page, state, texts)
        case Technician() as technician:
            return staff.technician(technician, state, texts)
    if state.out_of_order(now):
        return call.out_of_order(state, texts, now)
    if state.call is not None and state.snapshot is not None:
        return call.of_call(state.call, state.snapshot, state, texts, now)
    if state.asking is not None:
        return call.asked(state, texts, now)
    step = _step(state, texts, now)
    if state.again:  # the customer wants to hear it, also what is not read out by itself
        return replace(step, key=f"{step.key} again {state.again}", slow=True)
    return step


def scene(state: VisitState, texts: Catalogue, now: float, wall: datetime) -> Scene:
    """The whole picture."""
    middle = picture(state, texts, now)
    return Scene(
        name=middle.name,
        tone=middle.tone,
        header=Header(_hall(state), f"{wall:%H:%M}", _privacy(state, texts)),
        human=_human(state, texts, now),
        sizes=tuple(
            Button(f"size-{size}", texts(f"size.{size}"), primary=size is state.size) for size in TextSize
        ),
        blocks=middle.blocks,
        warning=_warning(state, texts, now),
        size=state.size,
        variant=night.variant(state.kiosk.screen, wall),
        language=state.language,
        dim=0.0 if state.call is not None else night.dim(state.kiosk.screen, wall, now - state.acted_at),
        shift=night.shift(now) if middle.name == "welcome" else (0, 0),
        speech=middle.speech,
    )


def _step(state: VisitState, texts: Catalogue, now: float) -> Picture:
    match state.step:
        case Welcome():
            return help.welcome(state, texts)
        case Listening():
            return help.listening(state, texts)
        case Choices() as step:
            return help.choices(step, state, texts)
        case Unclear() as step:
            return help.unclear(step, state, texts)
        case Answered() as step:
            return help.answer(step, state, texts)
        case Ended():
            return after.ended(state, texts, now)
        case Rating():
            return after.rating(state, texts, now)
        case Complaining():
            return after.complaint(state, texts)
        case ComplaintKept() as step:
            return after.complaint_kept(step, state, texts, now)
        case Thanks():
            return after.thanks(state, texts, now)
        case Practice():
            return help.practice(state, texts, now)


def _privacy(state: VisitState, texts: Catalogue) -> str:
    by_video = state.call is not None and state.call.mode is Mode.VIDEO
    return texts("video.privacy" if by_video else "privacy")


def _hall(state: VisitState) -> str:
    return state.kiosk.screen.hall_title or (state.pack.title if state.pack is not None else "")


def _human(state: VisitState, texts: Catalogue, now: float) -> Human:
    call = state.call
    lost = state.out_of_order(now)
    answered = not lost and call is not None and call.state in (CallState.ACCEPTED, CallState.CONNECTED)
    calling = not answered and (call is not None or state.asking is not None)
    if lost:  # nobody hears of it before the link is back
        note = "human.noted" if calling else "human.later"
    else:
        unasked = "human.note" if state.staffed else "human.note-nobody"
        note = "human.answered" if answered else "human.calling" if calling else unasked
    return Human(texts("human.text"), texts(note), calling=calling, answered=answered)


def _warning(state: VisitState, texts: Catalogue, now: float) -> Warning | None:
    left = warning_left(state, now)
    if left is None:
        return None
    text = texts("warning.text", time=texts.duration(left))
    return Warning(text, Button("stay", texts("warning.stay"), primary=True, icon="hand"), left)
