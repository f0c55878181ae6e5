"""An understanding that is opened when it is needed decides like the one that it opens."""

from __future__ import annotations

import threading

import pytest

from kiosk.dialogue.classifier import ClassifierError
from kiosk.dialogue.decision import HandOver, Reason, Understanding
from kiosk.screen.later import LaterUnderstanding


def test_the_first_sentence_opens_it_and_is_understood():
    opened = []

    def make() -> Understanding:
        opened.append(True)
        return Understanding(None)

    later = LaterUnderstanding(make)
    assert not opened
    decision = later.understand("人工")
    assert isinstance(decision, HandOver)
    assert decision.reason is Reason.ASKED
    later.open()
    later.understand("人工")
    assert len(opened) == 1


def test_a_sentence_that_comes_while_it_is_being_opened_waits_for_it():
    may, opened = threading.Event(), []

    def make() -> Understanding:
        assert may.wait(10)
        opened.append(True)
        return Understanding(None)

    later = LaterUnderstanding(make)
    opening = threading.Thread(target=later.open)
    opening.start()
    threading.Timer(0.05, may.set).start()
    assert isinstance(later.understand("人工"), HandOver)
    opening.join()
    assert len(opened) == 1


def test_one_that_cannot_be_opened_says_why_each_time():
    def make() -> Understanding:
        raise ClassifierError("bank.npz is damaged")

    later = LaterUnderstanding(make)
    for _ in range(2):
        with pytest.raises(ClassifierError, match="is damaged"):
            later.understand("人工")
