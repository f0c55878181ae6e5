"""Frames, the ring, gain, and what the signal says about the microphone."""

import numpy as np
import pytest

from kiosk.voice.levels import AutoGain, SignalHealth, level
from kiosk.voice.ring import Ring
from kiosk.voice.sound import FRAME, RATE, Framer, frames_in
from kiosk.voice.wavfile import Recording, WavError, read_wav


def tone(seconds=1.0, amplitude=3000.0, frequency=300):
    at = np.arange(round(seconds * RATE)) / RATE
    return np.rint(amplitude * np.sin(2 * np.pi * frequency * at)).astype(np.int16)


def frames(sound):
    return Framer().feed(sound)


def test_frames_keep_every_sample_whatever_the_blocks():
    sound = tone()
    framer, got = Framer(), []
    for at in range(0, len(sound), 441):
        got += framer.feed(sound[at : at + 441])
    got += framer.flush()
    assert np.array_equal(np.concatenate(got)[: len(sound)], sound)
    assert {len(frame) for frame in got} == {FRAME}


def test_a_full_ring_keeps_the_newest_and_counts_what_is_lost():
    ring = Ring(300)
    for value in range(5):
        ring.put(np.full(100, value, np.int16))
    assert ring.lost() == 200
    assert ring.lost() == 0
    assert [int(ring.get(0)[0]) for _ in range(3)] == [2, 3, 4]
    assert ring.get(0) is None


@pytest.mark.parametrize("quieter_db", [10, 20, 30])
def test_a_quiet_speaker_is_brought_up(quieter_db):
    gain = AutoGain(-21, 36)
    quiet = frames(tone(amplitude=3000 / 10 ** (quieter_db / 20)))
    gain.begin(quiet[:10])
    assert abs(level(np.concatenate([gain.apply(frame) for frame in quiet])) - -21) < 1.5


def test_a_loud_speaker_is_left_alone():
    gain = AutoGain(-21, 36)
    loud = frames(tone(amplitude=20_000))
    gain.begin(loud[:10])
    assert all(np.array_equal(gain.apply(frame), frame) for frame in loud)


def test_gain_never_cuts_off_a_shout_after_a_whisper():
    gain = AutoGain(-21, 36)
    gain.begin(frames(tone(amplitude=100)))
    shout = tone(amplitude=15_000)
    given = np.concatenate([gain.apply(frame) for frame in frames(shout)])
    clipped = np.count_nonzero(np.abs(given.astype(int)) >= 32767) / len(given)
    assert clipped < 0.01


def test_gain_stands_still_in_a_pause():
    gain = AutoGain(-21, 36)
    gain.begin(frames(tone(amplitude=300)))
    before = gain.gain_db
    for frame in frames(np.zeros(RATE * 3, np.int16)):
        gain.apply(frame)
    assert gain.gain_db == before


def test_a_dead_microphone_is_told_after_its_time_and_a_living_one_never():
    health = SignalHealth(silent_s=10)
    dead = frames(np.full(RATE * 11, 7, np.int16))  # nothing but an offset
    told = [health.feed(frame) for frame in dead]
    assert told[frames_in(9)] == ""
    assert told[-1] == "silent"
    noise = np.random.default_rng(1).normal(0, 5, FRAME).astype(np.int16)
    assert health.feed(noise) == ""


def test_sound_that_is_cut_off_for_a_second_is_told_and_forgotten_again():
    health = SignalHealth(120)
    cut = np.clip(tone(seconds=2).astype(int) * 50, -32768, 32767).astype(np.int16)
    assert [health.feed(frame) for frame in frames(cut)][-1] == "clipping"
    assert [health.feed(frame) for frame in frames(tone(seconds=12))][-1] == ""


def test_one_bang_is_no_fault():
    health = SignalHealth(120)
    bang = np.full(FRAME, 32767, np.int16)
    bang[::2] = -32768
    assert [health.feed(frame) for frame in [bang, *frames(tone())]] == [""] * (1 + len(frames(tone())))


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (44_100, 2), (48_000, 1), (8_000, 1)])
def test_a_wav_of_any_rate_is_heard_at_ours(rate, channels, tmp_path):
    import wave

    at = np.arange(rate) / rate
    one = np.rint(5000 * np.sin(2 * np.pi * 440 * at)).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.repeat(one, channels).tobytes())
    sound = read_wav(tmp_path / "a.wav")
    assert abs(len(sound) - RATE) < 50
    spectrum = np.abs(np.fft.rfft(sound))
    assert abs(int(np.argmax(spectrum)) * RATE / len(sound) - 440) < 3


@pytest.mark.parametrize("content", [b"", b"RIFFnonsense", b"no sound at all" * 100])
def test_what_is_no_wav_is_refused_by_name(content, tmp_path):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(WavError, match=r"a\.wav"):
        read_wav(tmp_path / "a.wav")


def test_a_closed_recording_ends():
    source = Recording(tone(seconds=60))
    taken = iter(source.frames())
    next(taken)
    source.close()
    assert list(taken) == []
