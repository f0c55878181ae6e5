"""The microphone, through a real PulseAudio: found by name, lost, found again; what a technician reads."""

import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hall_sound import Loudspeaker, eventually, plugged_in

from kiosk.voice.capture import Microphone, inputs
from kiosk.voice.levels import SignalHealth
from kiosk.voice.microphones import REMEDIES
from kiosk.voice.sound import FRAME, RATE

pytestmark = pytest.mark.skipif(
    bool(Loudspeaker.missing() or not shutil.which("pacat")), reason="PulseAudio is not installed"
)


class Card:
    """A sound card whose microphone hears what is played on it; it can be pulled out."""

    def __init__(self, socket):
        self._server = ["-s", f"unix:{socket}"]
        self.plug_in()

    def plug_in(self):
        self._ctl("load-module", "module-null-sink", "sink_name=hall", "norewinds=1")
        self._ctl("set-default-source", "hall.monitor")

    def pull_out(self):
        self._ctl("unload-module", "module-null-sink")  # all of them: else the stream moves to another one

    def play(self, sound):
        player = subprocess.Popen(
            ["pacat", *self._server, "-d", "hall", "--format=s16le", f"--rate={RATE}", "--channels=1"],
            stdin=subprocess.PIPE,
        )
        player.communicate(sound.tobytes())

    def _ctl(self, *words):
        return subprocess.run(["pactl", *self._server, *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def card():
    with tempfile.TemporaryDirectory() as directory, plugged_in(Path(directory)):
        yield Card(Path(directory) / "card")


class Listening:
    """A microphone in a thread; what it brought and which faults it told."""

    def __init__(self, **settings):
        self.faults = []
        self.frames = []
        self.pause_s = 0.0
        self.microphone = Microphone(on_fault=self.faults.append, **settings)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.microphone.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self):
        for frame in self.microphone.frames():
            if frame is not None:
                self.frames.append(frame)
            if self.pause_s:
                time.sleep(self.pause_s)
                self.pause_s = 0.0

    def loudest(self):
        """The frequency that is loudest in the last second, in Hz; 0 in silence."""
        last = np.concatenate([np.zeros(FRAME, np.int16), *self.frames[-31:]]).astype(float)
        if np.abs(last).max() < 200:
            return 0
        return int(np.argmax(np.abs(np.fft.rfft(last)))) * RATE / len(last)


def tone(frequency, seconds):
    at = np.arange(round(seconds * RATE)) / RATE
    return np.rint(8000 * np.sin(2 * np.pi * frequency * at)).astype(np.int16)


def hears(listening, card, frequency):
    """Play it until it is heard."""
    stop = threading.Event()

    def play():
        while not stop.is_set():
            card.play(tone(frequency, 1.0))

    player = threading.Thread(target=play)
    player.start()
    try:
        eventually(lambda: abs(listening.loudest() - frequency) < 10, f"{frequency} Hz")
    finally:
        stop.set()
        player.join()


def test_what_is_played_in_the_hall_comes_as_frames_of_ours(card):
    with Listening() as listening:
        hears(listening, card, 440)
    assert {len(frame) for frame in listening.frames} == {FRAME}
    assert listening.faults == []


def test_a_microphone_is_found_by_part_of_its_name(card):
    assert any("hall_speaker" in name for name in inputs())
    with Listening(pattern="HALL_speak") as listening:
        hears(listening, card, 440)


def test_a_microphone_that_is_pulled_out_and_plugged_in_again_is_heard_again(card):
    with Listening() as listening:
        hears(listening, card, 440)
        card.pull_out()
        eventually(lambda: listening.faults, "the fault")
        assert listening.faults == ["unplugged"]
        card.plug_in()
        hears(listening, card, 660)
        assert listening.faults[-1] == ""


def test_a_recogniser_that_thinks_for_long_does_not_make_a_microphone_go(card, monkeypatch, caplog):
    monkeypatch.setattr("kiosk.voice.capture._STALL_WAITS", 3)
    caplog.set_level("INFO", "kiosk.voice.capture")
    with Listening() as listening:
        eventually(lambda: listening.frames, "sound")
        listening.pause_s = 1.5  # more than three waits
        eventually(lambda: listening.pause_s == 0, "the pause")
        hears(listening, card, 440)
    assert listening.faults == []
    assert len([record for record in caplog.records if "open at" in record.message]) == 1


def test_a_microphone_that_is_not_there_is_told_with_its_remedy(card):
    with Listening(pattern="no such card") as listening:
        eventually(lambda: listening.faults, "the fault")
    assert listening.faults == ["missing"]
    assert "voice.microphone" in REMEDIES["missing"]


def test_a_muted_microphone_is_told_and_recovers(card):
    with Listening(health=SignalHealth(1.0)) as listening:
        eventually(lambda: listening.faults, "the fault")
        assert listening.faults == ["silent"]
        hears(listening, card, 440)
        eventually(lambda: "" in listening.faults, "the recovery")
