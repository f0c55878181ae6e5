"""The microphone, and the loudspeaker as it hears it. What is recorded stays in memory, while this takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kiosk import config
from kiosk.ops.doctor.line import Line, State

RATE = 16_000
QUIET_S, TONE_S = 1.0, 1.0
TONE_HZ = 1000.0
VOLUME = 0.25
#: The tone must stand out of what the microphone hears anyway by this much.
HEARD_DB = 10.0

Samples = NDArray[np.float32]


def lines(settings: config.Kiosk) -> list[Line]:
    """Records a second of the hall and a second of our own tone."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        return [Line("sound", State.SKIP, f"no PortAudio here: {error}", "apt install libportaudio2")]
    devices = (settings.voice.microphone or None, settings.voice.speaker or None)
    tone = np.concatenate([np.zeros(round(RATE * QUIET_S), np.float32), make_tone()])
    try:
        recorded = sounddevice.playrec(tone, RATE, channels=1, dtype="float32", device=devices, blocking=True)
    except (sounddevice.PortAudioError, ValueError) as error:
        how = f"neither played nor recorded: {error}"
        remedy = "systemctl stop kiosk-voice; kiosk doctor; systemctl start kiosk-voice"
        return [Line("sound", State.SKIP, how, remedy)]
    return judge(recorded[:, 0])


def make_tone() -> Samples:
    """A second of 1 kHz that swells and fades, so that nothing clicks."""
    t = np.arange(round(RATE * TONE_S)) / RATE
    return (VOLUME * np.sin(2 * np.pi * TONE_HZ * t) * np.sin(np.pi * t / TONE_S)).astype(np.float32)


def judge(recorded: Samples) -> list[Line]:
    """What a second of the hall and a second of tone say about microphone and loudspeaker. Pure."""
    quiet, loud = recorded[: round(RATE * QUIET_S)], recorded[round(RATE * QUIET_S) :]
    level = _db(float(np.std(recorded)))
    if level <= -90:
        remedy = "switch it on; alsamixer, F4: is it muted? Is it the one that voice.microphone names?"
        return [Line("microphone", State.BAD, "digital silence for 2 s", remedy)]
    found = [Line("microphone", State.OK, f"hears the hall at {_db(float(np.std(quiet))):.0f} dB of full scale")]
    if float(np.mean(np.abs(recorded) > 0.98)) > 0.01:
        found[0] = Line("microphone", State.WARN, "the sound is cut off", "alsamixer, F4: turn it down")
    ratio = _tone_db(loud) - _tone_db(quiet)
    if ratio >= HEARD_DB:
        found.append(Line("loudspeaker", State.OK, f"the microphone hears it, {ratio:.0f} dB above the hall"))
    else:
        remedy = "is it plugged in, on, turned up? Is it the one voice.speaker names? Or the microphone is too far"
        how = f"the microphone does not hear its tone ({ratio:.0f} dB)"
        found.append(Line("loudspeaker", State.BAD, how, remedy))
    return found


def _tone_db(samples: Samples) -> float:
    """How much of 1 kHz is in it."""
    t = np.arange(len(samples)) / RATE
    return _db(float(abs(np.mean(samples * np.exp(-2j * np.pi * TONE_HZ * t)))))


def _db(value: float) -> float:
    return 20 * float(np.log10(max(value, 1e-6)))
