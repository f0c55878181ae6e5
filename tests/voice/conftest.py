"""The real models and a sound card, for the tests that need them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hall_sound import Loudspeaker, plugged_in
from speech_hall import SoundCard

from kiosk.bench.voice.recordings import Recordings, RecordingsMissing, find_recordings, load_recordings
from kiosk.voice import models
from kiosk.voice.models.fetch import fetch


def fetched(name: str) -> Path:
    """Where a model lies. A machine that cannot fetch it skips the test; CI can, so there it fails."""
    directory = models.default_dir()
    try:
        fetch(models.named(name), directory, sys.stderr)
    except models.ModelError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    return models.find(name, directory)


@pytest.fixture(scope="session")
def hearing_model() -> Path:
    """The directory of the model that hears Mandarin."""
    return fetched("vosk-model-small-cn-0.22")


@pytest.fixture(scope="session")
def speaking_model() -> Path:
    """The directory of the voice that speaks Mandarin."""
    return fetched("fastspeech2-baker")


@pytest.fixture(scope="session")
def recordings() -> Recordings:
    """People who speak Mandarin. They lie outside the repository; CI has them, and fails without."""
    try:
        return load_recordings(find_recordings())
    except RecordingsMissing as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def loudspeaker() -> Iterator[Loudspeaker]:
    """A sound card of the test's own, which PortAudio here sees; its path must be short, for the socket."""
    if why := Loudspeaker.missing():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as directory, plugged_in(Path(directory)) as card:
        yield card


@pytest.fixture
def card() -> Iterator[SoundCard]:
    if why := SoundCard.missing():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as directory:  # short, for the socket
        card = SoundCard(Path(directory))
        yield card
        card.close()
