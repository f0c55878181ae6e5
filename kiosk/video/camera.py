"""The customer's camera: V4L2 through FFmpeg, found again after it was unplugged; or a synthetic picture."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import av
import av.error

from kiosk import clock
from kiosk.logs import about
from kiosk.video.devices import FILE, NONE, SYNTHETIC
from kiosk.video.synthetic import picture

log = logging.getLogger(__name__)

_AGAIN_S = 1.0
#: Compressed in the camera where it can: two bytes a pixel do not fit through USB 2 at 1280x720.
_FORMATS: tuple[dict[str, str], ...] = ({"input_format": "mjpeg"}, {})

#: Gets the name of each fault that begins, and "" when all is well.
OnFault = Callable[[str], None]


class Camera(Protocol):
    """``newest`` gives the last picture, the same again while there is no other; None while there is none."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def newest(self) -> av.VideoFrame | None: ...


def open_camera(name: str, width: int, height: int, fps: int, on_fault: OnFault) -> Camera:
    """A camera by its name in ``kiosk.toml``. What is wrong with it is told as a fault, never raised."""
    if name == SYNTHETIC:
        return SyntheticCamera(width, height)
    if name == NONE:
        on_fault("missing")
        return NoCamera()
    return DeviceCamera(name, width, height, fps, on_fault)


class NoCamera:
    """A terminal without one."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def newest(self) -> None:
        return None


class SyntheticCamera:
    """A moving picture with the time in it, drawn when it is asked for."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._on = False

    def start(self) -> None:
        self._on = True

    def stop(self) -> None:
        self._on = False

    def newest(self) -> av.VideoFrame | None:
        return av.VideoFrame.from_ndarray(picture(*self._size, clock.now()), format="rgb24") if self._on else None


class DeviceCamera:
    """A device by its path (empty: the first that can be opened), read in a thread while it is started.

    For trials ``file:PATH`` is played over and over in its place, at its own pace.
    """

    def __init__(self, name: str, width: int, height: int, fps: int, on_fault: OnFault) -> None:
        self._name = name
        self._wished = {"video_size": f"{width}x{height}", "framerate": str(fps)}
        self._on_fault = on_fault
        self._fault = ""
        self._newest: av.VideoFrame | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if not self._paths():
            self._tell("missing")

    def start(self) -> None:
        if self._thread is None:
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="camera", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Does not wait: a driver may hang in its last picture."""
        self._stop.set()
        self._thread, self._newest = None, None

    def newest(self) -> av.VideoFrame | None:
        return self._newest

    def _run(self, stop: threading.Event) -> None:
        seen = False
        while not stop.is_set():
            fault = "unplugged" if seen else "missing"
            for path in self._paths():
                try:
                    for frame in self._frames(path, stop):
                        seen = True
                        self._tell("")
                        if not stop.is_set():
                            self._newest = frame
                except (av.error.FFmpegError, OSError, ValueError) as error:
                    log.debug("camera %s: %s", path, error)
                    if not isinstance(error, FileNotFoundError):
                        fault = "busy"
                if stop.is_set():
                    return
            self._newest = None
            if not (seen and self._name.startswith(FILE)):
                self._tell(fault)
                stop.wait(_AGAIN_S)

    def _paths(self) -> list[str]:
        if self._name.startswith(FILE):
            return [self._name.removeprefix(FILE)]
        if self._name:
            return [self._name] if Path(self._name).exists() else []
        return [str(path) for path in sorted(Path("/dev").glob("video*"))]

    def _frames(self, path: str, stop: threading.Event) -> Iterator[av.VideoFrame]:
        if self._name.startswith(FILE):
            yield from _played(path, stop)
            return
        for options in _FORMATS:
            try:
                container = av.open(path, format="v4l2", options={**self._wished, **options}, timeout=5.0)
            except (av.error.InvalidDataError, av.error.ArgumentError, ValueError):
                if not options:
                    raise
                continue
            with container:
                for frame in container.decode(video=0):
                    if stop.is_set():
                        return
                    yield frame
            return

    def _tell(self, fault: str) -> None:
        if fault != self._fault:
            self._fault = fault
            told = about(part="camera", event=fault or "recovered")
            log.log(logging.ERROR if fault else logging.INFO, "camera: %s", fault or "recovered", extra=told)
            self._on_fault(fault)


def _played(path: str, stop: threading.Event) -> Iterator[av.VideoFrame]:
    with av.open(path) as container:
        start = time.monotonic()
        for frame in container.decode(video=0):
            if stop.wait(max(0.0, start + float(frame.time or 0) - time.monotonic())):
                return
            yield frame
