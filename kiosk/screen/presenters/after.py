"""After a call: 事情办好了吗?, the faces, the complaint."""

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
    """Also what has not been confirmed of a request to freeze: that is not over with the call."""
    call = state.snapshot.call if state.snapshot is not None else None
    freeze = urgent.meanwhile(call, state, texts, now) if call is not None and call.freeze is not None else []
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
        texts("ended.speech"),
        key="ended",
    )


def rating(texts: Catalogue) -> Picture:
    faces = tuple(Card(f"rate-{score}", texts(f"rating.{score}"), f"face-{score}") for score in SCORES)
    return Picture(
        "rating",
        Tone.CALM,
        (
            Heading(texts("rating.heading")),
            Faces(faces),
            Buttons(
                (
                    Button("complain", texts("rating.complain"), icon="complaint"),
                    Button("skip", texts("rating.skip")),
                )
            ),
        ),
        texts("rating.speech"),
        key="rating",
    )


def complaint(state: VisitState, texts: Catalogue) -> Picture:
    cards = tuple(Card(f"reason-{reason}", texts(f"complaint.{reason}")) for reason in REASONS)
    how = "complaint.how" if state.microphone else "complaint.how-no-mic"
    return Picture(
        "complaint",
        Tone.CALM,
        (
            Heading(texts("complaint.heading")),
            Paragraph(texts(how), quiet=True),
            Cards(cards),
            Buttons((Button("cancel", texts("complaint.cancel"), icon="back"),)),
        ),
        texts("complaint.speech"),
        key="complaint",
    )


def complaint_kept(step: ComplaintKept, texts: Catalogue) -> Picture:
    done = Buttons((Button("done", texts("answer.done"), primary=True, icon="check"),))
    if step.failed:
        again = Button("complain", texts("rating.complain"), icon="complaint")
        buttons = Buttons((again, *done.buttons))
        blocks = (Heading(texts("kept.failed")), Paragraph(texts("kept.failed-text")), buttons)
        return Picture("complaint_kept", Tone.TROUBLE, blocks, texts("kept.failed-text"), key="kept failed")
    if not step.number:
        waiting = (Heading(texts("kept.waiting")), Paragraph(texts("kept.waiting-text")))
        return Picture("complaint_kept", Tone.WAITING, waiting, texts("kept.waiting"))
    return Picture(
        "complaint_kept",
        Tone.GOOD,
        (
            Heading(texts("kept.heading", number=step.number)),
            Paragraph(texts("kept.text")),
            done,
        ),
        texts("kept.speech", number=texts.digits(step.number)),
        key=f"kept {step.number}",
    )
