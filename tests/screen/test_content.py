"""A screen without content, or without what was learnt of it, says so and goes on."""

import pytest

from kiosk.dialogue import trained
from kiosk.dialogue.classifier import ClassifierError
from kiosk.dialogue.decision import HandOver
from kiosk.screen.content import Content


def test_a_pack_that_is_not_there_is_named_and_a_person_can_still_be_asked_for() -> None:
    content = Content("no-such-hall")
    assert content.pack is None
    part = content.part()
    assert (part.ok, part.fault) == (False, "no-content")
    assert "no-such-hall" in part.remedy
    assert isinstance(content.understanding.understand("人工"), HandOver)


def test_a_classifier_that_is_not_there_is_named_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ClassifierError("run: kiosk content train bank")

    monkeypatch.setattr(trained, "open_understanding", missing)
    content = Content("bank")
    assert content.pack is not None
    assert content.part().ok, "nobody has asked for it yet"
    assert isinstance(content.understanding.understand("人工"), HandOver)
    part = content.part()
    assert (part.ok, part.fault, part.remedy) == (False, "not-learnt", "run: kiosk content train bank")
