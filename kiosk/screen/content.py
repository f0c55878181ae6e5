"""The hall's content as the screen has it: the pack, who understands what is said, and what is wrong with them."""

from __future__ import annotations

import logging

from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.pack import Pack, PackError, load_pack
from kiosk.messages import Part
from kiosk.screen.later import LaterUnderstanding

log = logging.getLogger(__name__)


class Content:
    """``pack`` is None when it cannot be used; then there is only the way to a person."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pack_fault = self._classifier_fault = ""
        self.pack = self._load()
        self.understanding = LaterUnderstanding(self._understanding)

    def part(self) -> Part:
        """How it is, for the kiosk's health."""
        if self._pack_fault:
            return Part(False, "no-content", self._pack_fault)
        if self._classifier_fault:
            return Part(False, "not-learnt", self._classifier_fault)
        return Part(True)

    def _load(self) -> Pack | None:
        try:
            return load_pack(self._name)
        except PackError as error:
            log.error("%s", error)
            self._pack_fault = str(error)
            return None

    def _understanding(self) -> Understanding:
        from kiosk.dialogue.classifier import ClassifierError
        from kiosk.dialogue.trained import open_understanding

        if self.pack is None:
            return Understanding(None)
        try:
            return open_understanding(self._name, self.pack)
        except (ClassifierError, PackError) as error:
            log.error("%s. Until then only sentences of the pack are understood, word for word.", error)
            self._classifier_fault = str(error)
            return Understanding(self.pack)
