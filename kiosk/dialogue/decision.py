"""What is made of a sentence: answer, offer, hand over, or say that it was not understood. Pure.

This understanding is deliberately simple: what it does not find word for word it does not guess.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from kiosk.dialogue.pack import Pack

MAX_OFFER = 3


class Reason(StrEnum):
    """Why a sentence is handed over to a person."""

    ASKED = "asked"  # for a human
    URGENT = "urgent"  # money, account or body in danger


class Answer(Struct, frozen=True):
    """Surely this service."""

    service: str


class Offer(Struct, frozen=True):
    """One of these two or three, the likeliest first."""

    services: tuple[str, ...]


class HandOver(Struct, frozen=True):
    """A person is needed now."""

    reason: Reason


class Unclear(Struct, frozen=True):
    """Not understood."""


Decision = Answer | Offer | HandOver | Unclear

_HUMAN = re.compile(r"人工(?!智能)|找(?:个)?人(?!民)|叫(?:个)?人(?!民)|工作人员")
_SILENT = re.compile(r"[\s，。？！、,.?!~…]+")


class Understanding:
    """Finds the pack's titles and samples in what is said; without a pack it still knows who asks for a human."""

    def __init__(self, pack: Pack | None) -> None:
        services = pack.service if pack is not None else ()
        self._phrases = [
            (_bare(phrase), service) for service in services for phrase in (service.title, *service.samples)
        ]

    def understand(self, text: str) -> Decision:
        """Judge one sentence."""
        said = _bare(text)
        # The longest match of a service counts, so that 存折丢了 is not also 存折.
        found: dict[str, str] = {}
        urgent = False
        for phrase, service in self._phrases:
            if phrase in said:
                urgent |= service.urgent
                found[service.id] = max(found.get(service.id, ""), phrase, key=len)
        if urgent:
            return HandOver(Reason.URGENT)
        if _HUMAN.search(said):
            return HandOver(Reason.ASKED)
        whole = [
            service
            for service, phrase in found.items()
            if not any(phrase != other and phrase in other for other in found.values())
        ]
        if not whole:
            return Unclear()
        return Answer(whole[0]) if len(whole) == 1 else Offer(tuple(whole[:MAX_OFFER]))


def _bare(text: str) -> str:
    return _SILENT.sub("", text)
