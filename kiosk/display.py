"""A display for a machine that has none: a virtual one, which demo, audit, benches and tests draw on."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import TracebackType
from typing import Self


class DisplayError(OSError):
    """No virtual display could be started; the text says what to do."""


def has_display() -> bool:
    """Whether this session has a display of its own."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class VirtualDisplay:
    """An Xvfb on a display number that was free; :attr:`environment` is for the processes that draw on it.

    ``width`` and ``height`` in pixels. Raises :class:`DisplayError`.
    """

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            raise DisplayError("Xvfb is not installed: apt install xvfb")
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as number:
            self._process = subprocess.Popen(
                [
                    *(program, "-displayfd", str(writer), "-nolisten", "tcp", "-noreset"),
                    *("-screen", "0", f"{width}x{height}x24"),
                ],
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            os.close(writer)
            line = number.readline().strip()  # it tells its number when it serves
        if not line:
            self._process.wait()
            raise DisplayError(f"Xvfb ended at once with status {self._process.returncode}")
        self.name = f":{line.decode()}"

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with the display in it, drawn in software."""
        others = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
        return others | {"DISPLAY": self.name, "SDL_VIDEODRIVER": "x11"}

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()
