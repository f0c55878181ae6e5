import math
import os
import struct
import wave
from pathlib import Path

import pytest
from waiting import until

from kiosk.link import alarm
from kiosk.link.alarm import RATE, TONES, AlarmSound, find_players, write_wav


def player(tmp_path: Path, script: str) -> tuple[str, ...]:
    program = tmp_path / "player.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return (str(program),)


def installed(directory: Path, name: str, script: str = "") -> Path:
    """A player of the system, made here; gives the file of what it was called with."""
    log = directory / f"{name}.log"
    program = directory / name
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\n{script}\n')
    program.chmod(0o755)
    return log


def strength(samples: tuple[int, ...], hertz: float) -> float:
    """How much of a note is in the samples (one term of a Fourier transform), 0 to about 1."""
    real = sum(s * math.cos(2 * math.pi * hertz * n / RATE) for n, s in enumerate(samples))
    imaginary = sum(s * math.sin(2 * math.pi * hertz * n / RATE) for n, s in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples) / 32768


def test_the_wav_has_the_tones_at_16_khz_mono(tmp_path: Path) -> None:
    write_wav(tmp_path / "new" / "alarm.wav")
    with wave.open(str(tmp_path / "new" / "alarm.wav")) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 16000)
        frames = sound.readframes(sound.getnframes())
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)
    assert len(samples) == RATE * 16 // 10
    at = 0
    for hertz, seconds in TONES:
        part = samples[at + 100 : at + 100 + RATE // 10]  # a tenth of a second from within the tone
        at += int(seconds * RATE)
        loud = [note for note in (550, 660, 770, 880, 990) if strength(part, note) > 0.3]
        assert loud == ([hertz] if hertz else [])
        assert hertz or not any(part)


async def test_the_player_gets_the_wav_again_and_again_until_it_is_switched_off(tmp_path: Path) -> None:
    log = tmp_path / "log"
    sound = AlarmSound(tmp_path / "alarm.wav", (*player(tmp_path, f'echo "$@" >> {log}'), "-q"))
    assert not log.exists()
    sound.switch(True)
    sound.switch(True)
    assert sound.on
    await until(lambda: log.exists() and len(log.read_text().splitlines()) >= 3)
    await sound.close()
    assert not sound.on
    assert set(log.read_text().splitlines()) == {f"-q {tmp_path / 'alarm.wav'}"}
    assert sound.fault == ""


async def test_switching_off_stops_the_player_at_once(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    sound = AlarmSound(tmp_path / "alarm.wav", player(tmp_path, f"echo $$ > {pid}; exec sleep 600"))
    sound.switch(True)
    await until(lambda: pid.exists() and pid.read_text().strip())
    sound.switch(False)

    def gone() -> bool:
        try:
            os.kill(int(pid.read_text()), 0)
        except ProcessLookupError:
            return True
        return False

    await until(gone)


async def test_a_player_that_hangs_is_a_fault_and_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    hanging = player(tmp_path, f"echo >> {log}; exec sleep 600")
    sound = AlarmSound(tmp_path / "alarm.wav", hanging, stuck_s=0.05)
    sound.switch(True)
    await until(lambda: "hangs" in sound.fault and len(log.read_text()) >= 2)
    await sound.close()


async def test_a_player_that_fails_is_a_fault_with_its_own_words(tmp_path: Path) -> None:
    failing = player(tmp_path, "echo one >&2; echo no such device >&2; exit 3")
    sound = AlarmSound(tmp_path / "alarm.wav", failing)
    sound.switch(True)
    await until(lambda: sound.fault)
    await sound.close()
    assert "no such device" in sound.fault
    assert "alarm.player" in sound.fault


async def test_the_fault_is_over_when_the_player_works(tmp_path: Path) -> None:
    sound = AlarmSound(tmp_path / "alarm.wav", player(tmp_path, f"[ -e {tmp_path}/card ]"))
    sound.switch(True)
    await until(lambda: sound.fault)
    (tmp_path / "card").touch()
    await until(lambda: not sound.fault)
    await sound.close()


async def test_a_player_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    sound = AlarmSound(tmp_path / "alarm.wav", ("/no/such/player",))
    sound.switch(True)
    await until(lambda: sound.fault)
    await sound.close()
    assert "/no/such/player cannot be started" in sound.fault


async def test_without_any_player_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(alarm, "AGAIN_S", 0.05)
    assert find_players() == []
    sound = AlarmSound(tmp_path / "alarm.wav")
    sound.switch(True)
    assert "install" in sound.fault
    played = installed(tmp_path, "aplay")
    assert sound.fault == ""
    await until(played.exists)  # the alarm that was on meanwhile
    await sound.close()


async def test_where_one_player_plays_nothing_another_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(alarm, "AGAIN_S", 0.05)
    failed = installed(tmp_path, "paplay", "echo no sound server >&2; exit 1")
    played = installed(tmp_path, "aplay")
    sound = AlarmSound(tmp_path / "alarm.wav")
    sound.switch(True)
    await until(lambda: played.exists() and not sound.fault)
    await until(lambda: played.read_text().count("-q") > 2)
    await sound.close()
    assert failed.read_text().count("alarm.wav") == 1, "the one that plays goes on"


def test_a_wav_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sound = AlarmSound(tmp_path / "file" / "alarm.wav", ("true",))
    assert str(tmp_path / "file" / "alarm.wav") in sound.fault
