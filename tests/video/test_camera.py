"""The customer's camera: devices that are not there, and a recording in the place of one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

av = pytest.importorskip("av", reason="video needs PyAV")

from kiosk.video.camera import open_camera  # noqa: E402 - after the check that there is PyAV

LIMIT_S = 15.0


class Camera:
    """One camera, and the faults that it has told; "" for well again."""

    def __init__(self, name: str) -> None:
        self.faults: list[str] = []
        self.camera = open_camera(name, 64, 48, 15, self.faults.append)

    def until(self, true: Callable[[], object]) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def recording(path: Path, level: int) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="rgb24")
    planes = frame.reformat(format="yuv420p").to_ndarray().tobytes()
    path.write_bytes(b"YUV4MPEG2 W64 H48 F15:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + planes) * 8)


def brightness(frame: av.VideoFrame) -> float:
    return float(frame.to_ndarray(format="rgb24").mean())


def test_a_recording_is_played_over_and_over_while_it_is_on(tmp_path):
    recording(tmp_path / "a.y4m", 200)
    seen = Camera(f"file:{tmp_path / 'a.y4m'}")
    assert seen.camera.newest() is None
    seen.camera.start()
    seen.until(lambda: seen.camera.newest() is not None)
    assert abs(brightness(seen.camera.newest()) - 200) < 6
    frames = [seen.camera.newest()]

    def another() -> bool:
        if seen.camera.newest() is not frames[-1]:
            frames.append(seen.camera.newest())
        return len(frames) > 12  # it has eight

    seen.until(another)
    seen.camera.stop()
    assert seen.camera.newest() is None, "nothing is seen any more"
    assert not any(seen.faults)


def test_a_device_that_is_not_there_is_missing_and_looked_for(tmp_path):
    seen = Camera("/dev/no-such-camera")
    assert seen.faults == ["missing"]
    seen.camera.start()
    time.sleep(0.2)
    assert seen.camera.newest() is None
    seen.camera.stop()


def test_a_file_that_is_no_camera_is_a_fault_and_not_an_error(tmp_path):
    path = tmp_path / "no-camera"
    path.write_bytes(b"not a camera")
    seen = Camera(str(path))
    seen.camera.start()
    seen.until(lambda: "busy" in seen.faults)
    seen.camera.stop()


def test_a_terminal_that_has_none_says_so():
    seen = Camera("none")
    assert seen.faults == ["missing"]
    seen.camera.start()
    assert seen.camera.newest() is None
