"""The loudspeaker's device: found by part of its name, opened for a sentence, closed after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

#: Sound is handed to the device in pieces of this many seconds, and about this much waits there.
_BLOCK_S, _LATENCY_S = 0.01, 0.04
#: What devices can play that cannot play the voice's own rate.
_COMMON_RATES = (48_000, 44_100)

Fill = Callable[[Any, int, Any, Any], None]


class SpeakerError(OSError):
    """There is no sound. ``fault`` is its name for the technician, the text says what to do."""

    def __init__(self, fault: str, text: str) -> None:
        super().__init__(text)
        self.fault = fault


class Output:
    """An open device: plays what ``fill`` gives it until that raises :attr:`over` or :attr:`abort`, or is closed.

    After ``over`` what was given is still played, after ``abort`` it is dropped. PortAudio's thread calls ``fill``
    and ``finished``. Raises :class:`SpeakerError` when it cannot be opened.
    """

    def __init__(self, pattern: str, rate: int, fill: Fill, finished: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._held = ExitStack()
        try:
            self._open(pattern, rate, fill, finished)
        except SpeakerError as error:
            # A sound server that was started again knows nothing of the devices that PortAudio has listed.
            if error.fault != "busy" or not _looked_again():
                raise
            self._open(pattern, rate, fill, finished)

    def _open(self, pattern: str, rate: int, fill: Fill, finished: Callable[[], None]) -> None:
        device = find(pattern)
        import sounddevice  # only now: where there is no PortAudio, :func:`find` has said so

        from kiosk.voice import portaudio

        self.over: type[Exception] = sounddevice.CallbackStop
        self.abort: type[Exception] = sounddevice.CallbackAbort
        self._held.enter_context(portaudio.in_use())
        try:
            channels = min(int(sounddevice.query_devices(device, "output")["max_output_channels"]), 2)
            self.rate = _usable_rate(sounddevice, device, channels, rate)
            self._stream = sounddevice.OutputStream(
                device=device,
                samplerate=self.rate,
                channels=channels,
                dtype="float32",
                blocksize=round(self.rate * _BLOCK_S),
                latency=_LATENCY_S,
                callback=fill,
                finished_callback=finished,
            )
            self._held.callback(self._stream.close, ignore_errors=True)
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            self._held.close()
            raise SpeakerError(
                "busy", f"the loudspeaker cannot be opened ({error}): is another program using it?"
            ) from error

    def close(self) -> None:
        """Silence at once: what waits in the device is dropped. Closing twice is no harm."""
        with self._lock:
            self._stream.abort(ignore_errors=True)
            self._held.close()


def find(pattern: str) -> int | None:
    """The first output whose name contains ``pattern``, whatever the case; None, which is the default one, for "".

    One that was plugged in since the start is found unless the microphone is open. Raises :class:`SpeakerError`.
    """
    found = outputs()
    if not _matches(found, pattern) and _looked_again():
        found = outputs()
    if not found:
        raise SpeakerError("missing", "no loudspeaker: plug one in; the user needs the group audio")
    matching = _matches(found, pattern)
    if not matching:
        names = ", ".join(name for _, name in found)
        raise SpeakerError(
            "missing", f"no loudspeaker has '{pattern}' in its name (voice.speaker); there are: {names}"
        )
    return matching[0] if pattern else None


def _looked_again() -> bool:
    """Whether PortAudio, which must be there, has just listed the devices anew. Raises :class:`SpeakerError`."""
    import sounddevice

    from kiosk.voice import portaudio

    try:
        return portaudio.look_again()
    except sounddevice.PortAudioError as error:
        raise SpeakerError("busy", f"sound cannot be started anew ({error}): restart kiosk-voice") from error


def outputs() -> list[tuple[int, str]]:
    """Number and name of each device that can play. Raises :class:`SpeakerError` where there is no PortAudio."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise SpeakerError(
            "no-library", f"{error}: apt install libportaudio2, and install the voice extra"
        ) from error
    from kiosk.voice import portaudio

    try:
        with portaudio.in_use():  # the ears may be looking for a new microphone just now
            listed = enumerate(sounddevice.query_devices())
    except sounddevice.PortAudioError as error:
        raise SpeakerError("busy", f"the sound devices cannot be listed ({error}): restart kiosk-voice") from error
    return [(at, device["name"]) for at, device in listed if device["max_output_channels"] > 0]


def _matches(found: list[tuple[int, str]], pattern: str) -> list[int]:
    return [at for at, name in found if pattern.casefold() in name.casefold()]


def _usable_rate(sounddevice: Any, device: int | None, channels: int, wanted: int) -> int:
    """The voice's own rate where the device can, so that nothing is converted."""
    refusal: Exception | None = None
    for rate in (wanted, *_COMMON_RATES):
        try:
            sounddevice.check_output_settings(device, channels, "float32", samplerate=rate)
        except (sounddevice.PortAudioError, ValueError) as error:
            refusal = error
        else:
            return rate
    assert refusal is not None
    raise refusal
