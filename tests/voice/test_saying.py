"""Saying sentences: what is rendered ahead and kept, what is heard in the hall, and what stops it."""

import asyncio
import os
import re
import subprocess
import sys
import time
from datetime import time as hour
from pathlib import Path

import numpy as np
import pytest
from hall_sound import RATE, restart
from waiting import until

from kiosk import clock, config
from kiosk.voice.speech import speaker
from kiosk.voice.speech.audio import Audio, resampled
from kiosk.voice.speech.cache import Cache
from kiosk.voice.speech.engine import SpeechError
from kiosk.voice.speech.mouth import Mouth
from kiosk.voice.speech.played import Played
from kiosk.voice.speech.player import Player
from kiosk.voice.speech.renderer import Renderer
from kiosk.voice.speech.speaker import SpeakerError
from kiosk.voice.speech.volume import volume_at


class Counting:
    """A voice that hums, and counts what it is asked for."""

    name = "hum"
    identity = "hum-1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def render(self, text: str, speed: float) -> Audio:
        self.asked.append(text)
        return hum(0.1 * len(text) / speed)

    def close(self) -> None:
        """Nothing."""


def hum(seconds: float, rate: int = 24_000) -> Audio:
    return Audio(
        (0.3 * np.sin(2 * np.pi * 250 * np.arange(round(seconds * rate)) / rate)).astype(np.float32), rate
    )


# --- rendered ahead -------------------------------------------------------------------------------


@pytest.fixture
def voice() -> Counting:
    return Counting()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "speech", 10 << 20)


def test_what_was_prepared_is_not_rendered_again(voice, cache):
    assert Renderer(voice, cache).prepare(["您好，请坐。", "请坐。"], [0.85]) == 2
    voice.asked.clear()
    whole = Renderer(voice, cache).sentence("您好，请坐。", 0.85)
    assert voice.asked == []
    assert whole.seconds > 0.4
    assert Renderer(voice, cache).prepare(["您好，请坐。"], [0.85]) == 0


def test_another_pace_or_another_voice_is_rendered_for_itself(voice, cache):
    Renderer(voice, cache).prepare(["请坐"], [0.85])
    voice.asked.clear()
    Renderer(voice, cache).sentence("请坐", 0.7)
    voice.identity = "hum-2"
    Renderer(voice, cache).sentence("请坐", 0.85)
    assert voice.asked == ["请坐", "请坐"]


def test_what_is_not_the_terminals_own_is_never_written(voice, cache, tmp_path):
    renderer = Renderer(voice, cache)
    renderer.sentence("您说的是张三的卡", 0.85)
    renderer.sentence("您说的是张三的卡", 0.85)
    assert len(voice.asked) == 1, "it is kept in memory"
    assert not list(tmp_path.rglob("*.wav"))


def test_memory_holds_a_minute_of_what_was_said_and_no_more(voice):
    renderer = Renderer(voice)
    for number in range(300):
        renderer.sentence(f"第{number}位", 0.85)
    assert sum(audio.seconds for audio in renderer._memory.values()) <= 60


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:100] + b"?" + b[101:], lambda b: b""])
def test_a_damaged_file_is_rendered_again(voice, cache, tmp_path, damage):
    Renderer(voice, cache).prepare(["请坐"], [0.85])
    [path] = tmp_path.rglob("*.wav")
    path.write_bytes(damage(path.read_bytes()))
    voice.asked.clear()
    assert Renderer(voice, cache).prepare(["请坐"], [0.85]) == 1
    assert Renderer(voice, cache).sentence("请坐", 0.85).seconds > 0.2
    assert voice.asked == ["请坐"]


def test_a_file_can_be_played_by_anything(voice, cache, tmp_path):
    import wave

    Renderer(voice, cache).prepare(["请坐"], [0.85])
    [path] = tmp_path.rglob("*.wav")
    with wave.open(str(path)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 24_000)


def test_the_files_that_were_used_least_lately_make_room(voice, tmp_path):
    cache = Cache(tmp_path / "speech", 60_000)  # four seconds at most
    renderer = Renderer(voice, cache)
    renderer.prepare(["一一一一一"], [1.0])
    [first] = tmp_path.rglob("*.wav")
    os.utime(first, (time.time() - 5 * 86_400, time.time() - 5 * 86_400))
    renderer.prepare(["二二二二二"], [1.0])
    Renderer(voice, cache).sentence("一一一一一", 1.0)  # used: now it is not the oldest any more
    [second] = set(tmp_path.rglob("*.wav")) - {first}
    os.utime(second, (time.time() - 86_400, time.time() - 86_400))
    renderer.prepare(["三三三三三"], [1.0])
    assert first.exists()
    assert not second.exists()


def test_a_disk_that_cannot_be_written_is_told(voice, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Renderer(voice, Cache(tmp_path / "file" / "speech", 1 << 20)).prepare(["请坐"], [0.85])


def test_pauses_are_longer_after_a_sentence_and_at_a_slower_pace(voice):
    renderer = Renderer(voice)

    def pause(mark: str, speed: float) -> float:
        with_pause, without = (renderer.sentence(text, speed).seconds for text in (f"请坐{mark}请坐", "请坐请坐"))
        return with_pause - without

    assert pause("，", 1.0) < pause("。", 1.0) < pause("。", 0.5)


def test_there_is_no_pause_after_the_last_clause(voice, cache):
    renderer = Renderer(voice, cache)
    with_mark, without = (renderer.sentence(text, 0.85).seconds for text in ("您好，请坐。", "您好，请坐"))
    assert with_mark == without


# --- the hour -------------------------------------------------------------------------------------

HOURS = {
    ("21:00-07:00", "20:59"): 0.8,
    ("21:00-07:00", "21:00"): 0.4,
    ("21:00-07:00", "00:00"): 0.4,
    ("21:00-07:00", "06:59"): 0.4,
    ("21:00-07:00", "07:00"): 0.8,
    ("12:00-13:30", "13:00"): 0.4,
    ("12:00-13:30", "14:00"): 0.8,
    ("", "03:00"): 0.8,
}


@pytest.mark.parametrize(("quiet", "now"), HOURS)
def test_at_night_it_speaks_more_quietly(quiet, now):
    settings = config.Voice(volume=0.8, quiet=quiet, quiet_volume=0.4)
    assert volume_at(settings, hour.fromisoformat(now)) == HOURS[quiet, now]


#: Without a pause in it: whatever silence there is, is ours.
LONG = "您前面还有两位大约要等十五分钟请您坐下来休息一会儿轮到您的时候我会叫您"


# --- in the hall ----------------------------------------------------------------------------------


def settings(tmp_path: Path, **voice: object) -> config.Kiosk:
    return config.Kiosk(
        "h",
        "k",
        state_dir=str(tmp_path),
        voice=config.Voice(models_dir=str(tmp_path), **{"engine": "espeak"} | voice),
    )


@pytest.fixture
async def mouth(loudspeaker, tmp_path):
    speaking = Mouth(settings(tmp_path), lambda: None)
    yield speaking
    await speaking.close()


async def test_it_is_heard_in_the_hall_and_told_from_beginning_to_end(loudspeaker, tmp_path):
    told = []
    mouth = Mouth(settings(tmp_path), lambda: told.append((mouth.saying, mouth.part.ok)))
    mouth.say("r1", "请到3号窗口办理。")
    assert mouth.saying == "r1"
    await until(lambda: mouth.playing and loudspeaker.loudness() > 0.02)
    await until(lambda: not mouth.saying)
    assert not mouth.playing
    assert told == [("r1", True), ("", True)]
    await mouth.close()


async def test_what_is_heard_is_what_the_ears_are_told(mouth, loudspeaker):
    """Against the terminal's own voice in its microphone: sample by sample, piece by piece."""
    mouth.say("r1", "请到三号窗口办理。")
    await until(lambda: mouth.playing)
    began = clock.now()
    await until(lambda: not mouth.saying)
    told = mouth.played.window(began, 4.0, RATE)
    await until(lambda: loudspeaker.loudness() < 0.001)
    heard = loudspeaker.heard()
    pieces = [piece for piece in told.reshape(-1, RATE // 5) if np.abs(piece).max() > 0.05]
    # A machine that is too busy breaks the sound up here and there, but not most of it.
    assert sum(likeness(piece, heard) > 0.9 for piece in pieces) > len(pieces) / 2


def likeness(piece, sound):
    """The best correlation of a piece with any place of a longer sound; 1 is the same."""
    size = len(piece) + len(sound)
    match = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(sound)]
    power = np.concatenate([[0], np.cumsum(sound.astype(np.float64) ** 2)])
    there = np.sqrt(np.maximum(power[len(piece) :] - power[: -len(piece)], 1e-6))
    return (match[: len(there)] / there).max() / np.linalg.norm(piece)


async def test_a_touch_silences_it_at_once(mouth, loudspeaker):
    mouth.say("r1", LONG)
    await until(lambda: loudspeaker.loudness() > 0.02)
    before = mouth.played.last()
    mouth.hush()
    assert mouth.saying == ""
    await until(lambda: loudspeaker.loudness() < 0.001)
    # At most what the device had in its hands came out after that; nothing was handed to it any more.
    assert mouth.played.last() <= before + 0.05
    assert not mouth.playing


async def test_a_new_sentence_takes_the_place_of_the_old_one(mouth, loudspeaker):
    told = []
    mouth._on_change = lambda: told.append(mouth.saying)
    mouth.say("r1", LONG)
    await until(lambda: loudspeaker.loudness() > 0.02)
    mouth.say("r2", "请坐。")
    await until(lambda: not mouth.playing)
    await until(lambda: mouth.playing)
    assert mouth.saying == "r2", "the end of the first is not taken for the end of the second"
    await until(lambda: not mouth.saying)
    assert told == ["r1", "r2", ""]


async def test_many_sentences_in_a_moment_end_with_the_last(mouth, loudspeaker):
    for number in range(20):
        mouth.say(f"r{number}", "请您坐下来休息一会儿。")
        await asyncio.sleep(0)
    assert mouth.saying == "r19"
    await until(lambda: mouth.playing)
    await until(lambda: not mouth.saying)
    assert not mouth.playing


async def test_volume_is_heard_also_in_the_middle_of_a_sentence(mouth, loudspeaker):
    mouth.say("r1", LONG * 4)
    await until(lambda: loudspeaker.loudness() > 0.02)
    mouth.set_volume(0.0)
    await until(lambda: loudspeaker.loudness(0.5) < 0.001)
    assert mouth.saying == "r1"
    mouth.set_volume(1.0)
    await until(lambda: loudspeaker.loudness() > 0.04)
    mouth.set_volume(None)
    assert mouth.volume == 0.8
    mouth.hush()


async def test_something_with_nothing_to_say_is_over_at_once(mouth):
    mouth.say("r1", "……")
    await until(lambda: not mouth.saying)
    assert mouth.part.ok


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_what_nobody_foresaw_ends_the_service_that_waits_for_it(mouth, monkeypatch):
    monkeypatch.setattr(mouth, "_to_prepare", 5)  # whatever a programmer can get wrong
    mouth.wake()
    with pytest.raises(AttributeError):
        await asyncio.wait_for(mouth.ended, 20)
    monkeypatch.undo()


async def test_own_sentences_are_rendered_in_quiet_moments(mouth, tmp_path):
    mouth.prepare(["您好，请坐。", "再见。"])
    await until(lambda: len(list(tmp_path.rglob("*.wav"))) == 6)  # three clauses in two paces
    mouth.say("r1", "您好，请坐。")
    await until(lambda: not mouth.saying)


async def test_without_a_loudspeaker_it_says_so_and_finds_it_when_it_comes(loudspeaker, tmp_path, monkeypatch):
    import sounddevice

    monkeypatch.setattr("kiosk.voice.speech.mouth._RETRY_S", 0.05)
    there = os.environ.pop("ALSA_CONFIG_PATH")
    restart(sounddevice)
    mouth = Mouth(settings(tmp_path), lambda: None)
    await until(lambda: not mouth.part.ok)
    assert mouth.part.fault == "missing"
    assert "plug" in mouth.part.remedy
    mouth.say("r1", "请坐。")
    await until(lambda: not mouth.saying)
    assert mouth.part.fault == "missing"
    os.environ["ALSA_CONFIG_PATH"] = there
    await until(lambda: mouth.part.ok)
    mouth.say("r2", "请坐。")
    await until(lambda: loudspeaker.loudness() > 0.02)
    await mouth.close()


class Card:
    """In place of a loudspeaker: ``fault`` says how it fails, ``tried`` how often it was opened."""

    fault, tried = "", 0

    def __init__(self, _pattern, rate, _fill, finished):
        Card.tried += 1
        self.rate = rate
        if self.fault == "busy":
            raise SpeakerError("busy", "it cannot be opened")
        if not self.fault:
            finished()

    def close(self):
        """Nothing."""


@pytest.mark.parametrize("fault", ["busy", "stuck"])
async def test_a_loudspeaker_that_failed_is_well_again_only_once_it_was_tried(tmp_path, monkeypatch, fault):
    monkeypatch.setattr("kiosk.voice.speech.mouth._RETRY_S", 0.02)
    monkeypatch.setattr("kiosk.voice.speech.player._STUCK_S", 0.02)
    monkeypatch.setattr("kiosk.voice.speech.player.Output", Card)
    monkeypatch.setattr("kiosk.voice.speech.speaker.find", lambda _pattern: None)
    monkeypatch.setattr(Mouth, "_ready", lambda _: Renderer(Counting()))
    monkeypatch.setattr(Card, "tried", 0)
    monkeypatch.setattr(Card, "fault", fault)
    told = []
    mouth = Mouth(settings(tmp_path), lambda: told.append(mouth.part.fault))
    mouth.say("r1", "请坐。")
    await until(lambda: mouth.part.fault == fault)
    await until(lambda: Card.tried >= 4)
    assert told[0] == "" and set(told[told.index(fault) :]) == {fault}, "not well in between"
    monkeypatch.setattr(Card, "fault", "")
    await until(lambda: mouth.part.ok)
    await mouth.close()


def test_a_loudspeaker_that_cannot_be_opened_is_looked_for_anew_and_tried_once_more(monkeypatch):
    sounddevice = pytest.importorskip("sounddevice", exc_type=OSError)
    looked = []

    class Stream:
        def __init__(self, **_):
            if not looked:
                raise sounddevice.PortAudioError("Invalid device")

        def start(self):
            """Nothing."""

        close = abort = lambda self, **_: None

    monkeypatch.setattr("kiosk.voice.portaudio.look_again", lambda: looked.append(1) or True)
    monkeypatch.setattr(speaker, "find", lambda _pattern: None)
    monkeypatch.setattr(sounddevice, "query_devices", lambda *_: {"max_output_channels": 2})
    monkeypatch.setattr(sounddevice, "check_output_settings", lambda *_, **__: None)
    monkeypatch.setattr(sounddevice, "OutputStream", Stream)
    speaker.Output("", 48_000, None, None).close()
    assert looked == [1]


async def test_the_wrong_name_of_a_loudspeaker_is_told_with_the_right_ones(loudspeaker, tmp_path):
    mouth = Mouth(settings(tmp_path, speaker="Nonesuch"), lambda: None)
    await until(lambda: not mouth.part.ok)
    assert mouth.part.fault == "missing"
    assert "Nonesuch" in mouth.part.remedy and "hall_speaker" in mouth.part.remedy
    await mouth.close()
    found = Mouth(settings(tmp_path, speaker="HALL_speak"), lambda: None)
    found.say("r1", "请坐。")
    await until(lambda: loudspeaker.loudness() > 0.02)
    await found.close()


async def test_without_a_voice_it_says_so(loudspeaker, tmp_path):
    mouth = Mouth(settings(tmp_path, engine="fastspeech"), lambda: None)
    mouth.say("r1", "请坐。")
    await until(lambda: not mouth.saying and not mouth.part.ok)
    assert mouth.part.fault == "no-voice"
    assert "kiosk models fetch" in mouth.part.remedy
    await mouth.close()


def test_a_loudspeaker_plays_to_the_end_or_says_that_it_did_not(loudspeaker):
    player = Player()
    whole = player.open(24_000)
    whole.feed(hum(0.2))
    whole.finish()
    assert whole.wait()
    whole.close()
    cut = player.open(24_000)
    cut.feed(hum(60))
    cut.stop()
    assert not cut.wait()
    cut.close()
    cut.close()


def test_what_was_played_is_known_for_some_seconds_only():
    played = Played(seconds=5.0)
    for second in range(20):
        played.add(100.0 + second, 24_000, hum(1.0).samples)
    assert not played.window(105.0, 1.0).any()
    recent = played.window(118.0, 1.0)
    assert np.abs(recent - resampled(hum(1.0), RATE).samples).max() < 0.05
    assert not played.window(121.0, 1.0).any(), "not before it is played"
    assert played.came_out(119.2) == pytest.approx(119.2), "it is still coming out"
    assert played.came_out(500.0) == pytest.approx(120.0)
    played.cut(119.5)
    assert played.last() == pytest.approx(119.5)
    assert played.came_out(500.0) == pytest.approx(119.5)
    played.add(600.0, 24_000, hum(1.0).samples)
    played.cut(599.0)
    assert played.came_out(700.0) == pytest.approx(119.5), "what was dropped has never been heard"
    assert Played().came_out(700.0) is None


def test_times_that_a_device_tells_a_little_wrong_make_no_gaps():
    whole = hum(1.0).samples
    played = Played()
    for number, start in enumerate(range(0, 24_000, 240)):
        played.add(100.0 + start / 24_000 + 0.02 * (number % 3 - 1), 24_000, whole[start : start + 240])
    smooth = resampled(hum(0.9), RATE).samples
    assert likeness(smooth[RATE // 4 : RATE // 2], played.window(99.9, 1.2)) > 0.99


# --- the command ----------------------------------------------------------------------------------


def say(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "say", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_sentence_is_written_to_a_file(tmp_path):
    slow, fast = tmp_path / "slow.wav", tmp_path / "fast.wav"
    for path, speed in ((slow, "0.6"), (fast, "1.2")):
        done = say("请到3号窗口", "--out", str(path), "--engine", "espeak", "--speed", speed)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(rf"{path}: \d\.\d s, espeak\n", done.stdout)
    assert slow.stat().st_size > 1.5 * fast.stat().st_size


def test_a_sentence_is_spoken_in_the_hall(loudspeaker):
    done = say("请到3号窗口", "--engine", "espeak", **loudspeaker.environment)
    assert done.returncode == 0, done.stderr
    assert np.abs(loudspeaker.heard()).max() > 0.1
    assert "hall_speaker" in say("--devices", **loudspeaker.environment).stdout


def test_sentences_are_prepared_for_the_terminal(tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text(f'hall = "h"\nname = "k"\nstate_dir = "{tmp_path}"\n[voice]\nengine = "espeak"\n')
    lines = tmp_path / "lines"
    lines.write_text("# greetings\n您好。\n\n请坐。\n", encoding="utf-8")
    for new in ("4", "0"):
        done = say("--prepare", str(lines), "--config", str(file))
        assert done.stdout == f"2 sentences are ready; {new} clauses were new\n", done.stderr
    assert len(list((tmp_path / "speech").iterdir())) == 4


MISTAKES = {
    ("请坐", "--speed", "9"): "from 0.5 to 1.5",
    ("请坐", "--volume", "2"): "from 0 to 1",
    (): "Give a text",
    ("请坐", "--engine", "piper"): "voice.piper_model",
    ("请坐", "--engine", "espeak", "--out", "/nowhere/a.wav"): "/nowhere/a.wav",
    ("--prepare", "/nowhere/lines", "--engine", "espeak"): "--config",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_told_in_one_line(words):
    done = say(*words)
    assert done.returncode == 2
    assert MISTAKES[words] in done.stderr
    assert "Traceback" not in done.stderr


def test_an_engine_that_fails_is_told_in_one_line(tmp_path):
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\necho no data >&2; exit 1\n")
    program.chmod(0o755)
    done = say(
        "请坐", "--engine", "espeak", "--out", str(tmp_path / "a.wav"), PATH=f"{tmp_path}:{os.environ['PATH']}"
    )
    assert done.returncode == 2
    assert "espeak-ng cannot speak (no data)" in done.stderr
    assert issubclass(SpeechError, OSError), "so that the command tells it like every other"
