"""For the technician: the PIN, what can be done at the terminal, and how its parts are."""

from __future__ import annotations

from kiosk.messages import Part, Trial
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import Block, Button, Buttons, Heading, Keypad, Paragraph, PartRow, Parts, Tone
from kiosk.screen.state import VisitState
from kiosk.screen.steps import Pin, Technician

PARTS_PAGE = 4
#: The pages of the technician's scene: rows of (action, icon).
PAGES = (
    ((("parts", "list"), ("trial", "hand"), ("lamp", "bulb")), (("silence", "bell"), ("end-call", "cross"))),
    (
        (("volume-down", "speaker-off"), ("volume-up", "speaker"), ("camera", "camera")),
        (("brightness-down", "moon"), ("brightness-up", "sun")),
        (("restart-screen", "restart"), ("restart-link", "restart")),
    ),
)


def pin(step: Pin, texts: Catalogue) -> Picture:
    blocks: list[Block] = [Heading(step.note or texts("pin.heading"))]
    if step.checking:
        blocks = [Heading(texts("pin.checking"))]
    blocks.append(Keypad(len(step.digits), texts("pin.delete"), texts("pin.enter")))
    blocks.append(_leave(texts))
    return Picture("pin", Tone.TROUBLE if step.note else Tone.CALM, tuple(blocks), texts("pin.heading"))


def technician(step: Technician, state: VisitState, texts: Catalogue) -> Picture:
    rows = []
    for row in PAGES[step.page]:
        buttons = []
        for action, icon in row:
            if action == "end-call" and step.sure:
                action = "end-call-sure"
            buttons.append(Button(action, texts(f"technician.{action}"), icon=icon))
        rows.append(Buttons(tuple(buttons)))
    heading = step.note or texts("technician.heading")
    if step.trial:
        heading = texts(_TRIALS[state.trial])
    last = Buttons((Button("more", texts("choices.more"), icon="list"), *_leave(texts).buttons))
    return Picture("technician", Tone.CALM, (Heading(heading), *rows, last), texts("technician.heading"))


def parts(page: int, state: VisitState, texts: Catalogue) -> Picture:
    known = all_parts(state)
    shown = known[page * PARTS_PAGE : page * PARTS_PAGE + PARTS_PAGE]
    faults = sum(not part.ok for _, part in known)
    heading = texts("parts.faults", n=faults) if faults else texts("parts.well")
    more = [Button("more", texts("choices.more"), icon="list")] if len(known) > PARTS_PAGE else []
    rows = tuple(PartRow(_part_name(name, texts), part.ok, _part_text(part, texts)) for name, part in shown)
    body: Block = Parts(rows) if rows else Paragraph(texts("parts.none"))
    back = Button("back", texts("parts.back"), icon="back")
    return Picture(
        "parts",
        Tone.TROUBLE if faults else Tone.GOOD,
        (Heading(heading), body, Buttons((*more, back))),
        heading,
    )


def all_parts(state: VisitState) -> list[tuple[str, Part]]:
    """Every part that link and voice know of, the faulty ones first."""
    known = dict(state.voice.parts) if state.voice is not None else {}
    if state.snapshot is not None:
        known |= state.snapshot.parts
    return sorted(known.items(), key=lambda part: (part[1].ok, part[0]))


def _part_name(name: str, texts: Catalogue) -> str:
    return texts(f"part.{name}") if texts.has(f"part.{name}") else name


def _part_text(part: Part, texts: Catalogue) -> str:
    return texts("parts.ok") if part.ok else f"{part.fault}: {part.remedy}" if part.remedy else part.fault


def _leave(texts: Catalogue) -> Buttons:
    return Buttons((Button("leave", texts("technician.leave"), icon="home"),))


_TRIALS = {Trial.OFF: "trial.over", Trial.ARMED: "trial.armed", Trial.DONE: "trial.done"}
