"""Which source the ears get: a file in the microphone's place, and a computer without PortAudio."""

import itertools
import sys
import threading
import time
import wave

import numpy as np
import pytest

from kiosk.voice.filemicrophone import FileMicrophone
from kiosk.voice.levels import SignalHealth
from kiosk.voice.microphones import look, open_microphone
from kiosk.voice.sound import FRAME, FRAME_S, RATE


def put(path, value, seconds):
    """A file of this one sample, put in its place whole."""
    new = path.with_suffix(".new")
    with wave.open(str(new), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.full(round(seconds * RATE), value, "<i2").tobytes())
    new.replace(path)


def loudest(source, count):
    return [int(np.abs(frame).max()) for frame in itertools.islice(source, count)]


def test_a_file_is_played_and_then_there_is_silence_at_the_pace_of_a_microphone(tmp_path):
    put(tmp_path / "a.wav", 1000, 3 * FRAME / RATE)
    begun = time.monotonic()
    frames = FileMicrophone(tmp_path / "a.wav").frames()
    assert loudest(frames, 6) == [1000, 1000, 1000, 0, 0, 0]
    assert time.monotonic() - begun >= 5 * FRAME_S


def test_it_is_played_whenever_it_is_opened_and_a_new_one_when_it_comes(tmp_path):
    path = tmp_path / "a.wav"
    put(path, 1000, 0.1)
    for _ in range(2):
        assert loudest(FileMicrophone(path).frames(), 1) == [1000]
    frames = FileMicrophone(path).frames()
    assert loudest(frames, 8)[-1] == 0
    put(path, 2000, 0.1)
    assert loudest(frames, 8)[0] == 2000


def test_one_that_is_not_there_or_no_sound_is_told_and_heard_when_it_comes(tmp_path):
    path, faults = tmp_path / "a.wav", []
    source = open_microphone(f"file:{path}", SignalHealth(), faults.append)
    frames = source.frames()
    assert loudest(frames, 2) == [0, 0]
    assert faults == ["missing"] == [look(f"file:{path}")]
    path.write_text("no sound")
    assert loudest(frames, 1) == [0]
    put(path, 1000, 0.1)
    assert loudest(frames, 1) == [1000]
    assert faults == ["missing", ""]
    assert look(f"file:{path}") == ""


def test_it_ends_when_it_is_closed(tmp_path):
    put(tmp_path / "a.wav", 1000, 60)
    source = FileMicrophone(tmp_path / "a.wav")
    threading.Timer(0.2, source.close).start()
    assert len(list(source.frames())) < 1000


def test_a_computer_without_portaudio_says_so_and_goes_on(monkeypatch):
    monkeypatch.delitem(sys.modules, "kiosk.voice.capture", raising=False)
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # importing it fails
    faults = []
    source = open_microphone("", SignalHealth(), faults.append)
    frames = source.frames()
    assert next(frames) is None
    assert faults == ["no-library"] == [look("")]
    source.close()
    with pytest.raises(StopIteration):
        next(frames)
