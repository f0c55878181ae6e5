"""Where the classifiers of the halls lie: beside the packs, or where a site keeps packs of its own.

They are made by ``kiosk content train`` and by ``make setup``, not committed. One that was made of other sentences
than today's is not used: it would answer for services that have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kiosk.dialogue.classifier import Classifier, ClassifierError, load_classifier
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.examples import fingerprint
from kiosk.dialogue.pack import FOLDERS, Pack


def open_understanding(name: str, pack: Pack, folders: Sequence[Path] = FOLDERS) -> Understanding:
    """The understanding of the hall of that name.

    Raises :class:`~kiosk.dialogue.classifier.ClassifierError` when its classifier is missing, damaged or of other
    sentences, and :class:`~kiosk.dialogue.pack.PackError` for sentences that cannot be read.
    """
    return Understanding(pack, find_classifier(name, pack, folders))


def find_classifier(name: str, pack: Pack, folders: Sequence[Path] = FOLDERS) -> Classifier:
    """The classifier of exactly this content. Raises like :func:`open_understanding`."""
    wanted = fingerprint(name, pack, folders)
    why = f"there is no classifier of the hall '{name}'"
    for path in (folder / f"{name}.npz" for folder in folders):
        if not path.is_file():
            continue
        try:
            classifier = load_classifier(path)
        except OSError as error:
            raise ClassifierError(f"{path} cannot be read ({error.strerror}); correct its permissions") from error
        if classifier.fingerprint == wanted:
            return classifier
        why = f"{path} was made of other sentences than those of today"
    raise ClassifierError(f"{why}; run: kiosk content train {name}")
