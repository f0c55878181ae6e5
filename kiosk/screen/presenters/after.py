"""After a call: 事情办好了吗?, the faces, the complaint; and the good-bye."""

from __future__ import annotations

from kiosk.screen.catalogue import Catalogue
from kiosk.screen.presenters import urgent
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import Button, Buttons, Card, Cards, Faces, Heading, Paragraph, Tone
from kiosk.screen.state import VisitState
from kiosk.screen.steps import ComplaintKept

SCORES = range(1, 6)
REASONS = ("wait", "manner", "unclear", "unsolved", "machine", "other")


def ended(state: VisitState, texts: Catalogue, now: float) -> Picture:
    freeze, said, key = urgent.afterwards(state, texts, now)
    return Picture(
        "ended",
        Tone.CALM,
        (
            Heading(texts("ended.heading")),
            *freeze,
            Cards(
                (
                    Card("resolved-yes", texts("ended.yes"), "check"),
                    Card("resolved-no", texts("ended.no"), "person", texts("ended.no-note")),
                )
            ),
        ),
        said + texts("ended.speech"),
        key=f"ended{key}",
    )


def rating(state: VisitState, texts: Catalogue, now: float) -> Picture:
    freeze, said, key = urgent.afterwards(state, texts, now)
    faces = tuple(Card(f"rate-{score}", texts(f"rating.{score}"), f"face-{score}") for score in SCORES)
    return Picture(
        "rating",
        Tone.CALM,
        (
            Heading(texts("rating.heading")),
            *freeze,
            Faces(faces),
            Buttons(
                (
                    Button("complain", texts("rating.complain"), icon="complaint"),
                    Button("skip", texts("rating.skip")),
                )
            ),
        ),
        said + texts("rating.speech"),
        key=f"rating{key}",
    )


def complaint(state: VisitState, texts: Catalogue) -> Picture:
    cards = tuple(Card(f"reason-{reason}", texts(f"complaint.{reason}")) for reason in REASONS)
    how = "complaint.how" if state.microphone else "complaint.how-no-mic"
    speech = "complaint.speech" if state.microphone else "complaint.speech-no-mic"
    return Picture(
        "complaint",
        Tone.CALM,
        (
            Heading(texts("complaint.heading")),
            Paragraph(texts(how), quiet=True),
            Cards(cards),
            Buttons((Button("cancel", texts("complaint.cancel"), icon="back"),)),
        ),
        texts(speech),
        key="complaint",
    )


def complaint_kept(step: ComplaintKept, state: VisitState, texts: Catalogue, now: float) -> Picture:
    freeze, said, key = urgent.afterwards(state, texts, now)
    done = Buttons((Button("done", texts("answer.done"), primary=True, icon="check"),))
    if step.failed:
        again = Button("complain", texts("rating.complain"), icon="complaint")
        buttons = Buttons((again, *done.buttons))
        failed = (Heading(texts("kept.failed")), Paragraph(texts("kept.failed-text")), *freeze, buttons)
        speech = said + texts("kept.failed-text")
        return Picture("complaint_kept", Tone.TROUBLE, failed, speech, key=f"kept failed{key}")
    if not step.number:
        waiting = (Heading(texts("kept.waiting")), Paragraph(texts("kept.waiting-text")), *freeze)
        return Picture("complaint_kept", Tone.WAITING, waiting, texts("kept.waiting"))
    return Picture(
        "complaint_kept",
        Tone.GOOD,
        (
            Heading(texts("kept.heading", number=step.number)),
            Paragraph(texts("kept.text")),
            *freeze,
            done,
        ),
        said + texts("kept.speech", number=texts.digits(step.number)),
        key=f"kept {step.number}{key}",
    )


def thanks(state: VisitState, texts: Catalogue, now: float) -> Picture:
    freeze, said, key = urgent.afterwards(state, texts, now)
    return Picture(
        "thanks",
        Tone.TROUBLE if said else Tone.GOOD,
        (
            Heading(texts("thanks.heading")),
            Paragraph(texts("thanks.text" if state.staffed else "thanks.text-nobody")),
            *freeze,
            Buttons((Button("home", texts("choices.home"), primary=True, icon="home"),)),
        ),
        said + texts("thanks.speech"),
        key=f"thanks{key}",
    )
