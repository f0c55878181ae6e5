"""Starts Kivy as a kiosk needs it: no files in anybody's home, no arguments taken, no keys, no mouse tricks."""

from __future__ import annotations

import ctypes
import logging
import os
from pathlib import Path
from typing import Any


class NoDisplay(OSError):
    """No window can be opened here; the text says what to do."""


_HINT = (
    "Does the display server run, and may this user draw on it? Is OpenGL there? scripts/system-packages, or"
    " apt install libgl1 libgl1-mesa-dri"
)
_SETTINGS = {
    "kivy": {"exit_on_escape": "0", "pause_on_minimize": "0", "keyboard_mode": "", "log_enable": "0"},
    # The loop has its own rhythm; edges are smoothed as they are drawn, which every graphics chip can do.
    "graphics": {"maxfps": "0", "multisamples": "0", "resizable": "0", "vsync": "", "allow_screensaver": "0"},
}


def open_window(size: tuple[int, int] | None, home: Path) -> Any:
    """Kivy's one window: of that size without a frame, or over the whole display. ``home`` is Kivy's directory.

    Raises :class:`NoDisplay`. Kivy is imported here for the first time, since it reads its environment then.
    """
    os.environ.update(
        KIVY_NO_ARGS="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_ENV_CONFIG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_HOME=str(home),
        KIVY_WINDOW="sdl2",
        # SDL would make SIGTERM a wish to close the window, which a kiosk does not grant.
        SDL_NO_SIGNAL_HANDLERS="1",
        # A finger is a finger, and not also a mouse.
        SDL_TOUCH_MOUSE_EVENTS="0",
        SDL_MOUSE_TOUCH_EVENTS="0",
    )
    if not os.environ.get("SDL_VIDEODRIVER"):
        # Named, since SDL would else draw into nothing when the display server cannot be reached.
        if os.environ.get("DISPLAY"):
            os.environ["SDL_VIDEODRIVER"] = "x11"
        elif os.environ.get("WAYLAND_DISPLAY"):
            os.environ["SDL_VIDEODRIVER"] = "wayland"
        else:
            raise NoDisplay(
                "there is no display: DISPLAY and WAYLAND_DISPLAY are not set; start it in a graphical session, or"
                " under xvfb-run"
            )
    heard = _Heard()
    logger = logging.getLogger("kivy")
    logger.addHandler(heard)
    logger.propagate = False  # it tells at length which devices of other people's computers it does not find
    try:
        from kivy.config import Config

        for section, values in _SETTINGS.items():
            for key, value in values.items():
                Config.set(section, key, value)
        Config.set("graphics", "fullscreen", "0" if size else "auto")
        Config.set("graphics", "borderless", "1")
        Config.set("graphics", "show_cursor", "1" if size else "0")
        if size:
            Config.set("graphics", "width", str(size[0]))
            Config.set("graphics", "height", str(size[1]))
        for section in ("input", "modules"):  # fingers come through the window; see views/fingers.py
            Config.remove_section(section)
            Config.add_section(section)
        from kivy.base import EventLoop
        from kivy.core.window import Window
    except Exception as error:  # whatever a graphics driver says, it is the same to us
        raise NoDisplay(f"no window can be opened ({error}). {_HINT}") from error
    finally:
        logger.removeHandler(heard)
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    if Window is None:
        raise NoDisplay(f"no window can be opened on {_display()} ({heard.why or 'no reason given'}). {_HINT}")
    EventLoop.postproc_modules.clear()
    Window.bind(on_request_close=lambda *_args, **_kwargs: True)  # nobody leaves a kiosk by closing its window
    return Window


def event_descriptor(window: Any) -> int | None:
    """The file descriptor on which the display server's events come; none where that cannot be known.

    With it nothing has to be polled, and a terminal that nobody touches sleeps.
    """
    display = getattr(window.get_window_info(), "display", None)
    if not isinstance(display, int) or os.environ["SDL_VIDEODRIVER"] != "x11":
        return None
    try:
        library = ctypes.CDLL("libX11.so.6")  # SDL has it open already
    except OSError:
        return None
    library.XConnectionNumber.argtypes = [ctypes.c_void_p]
    descriptor: int = library.XConnectionNumber(display)
    return descriptor


def _display() -> str:
    return os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("SDL_VIDEODRIVER", "")


class _Heard(logging.Handler):
    """Keeps the last reason that Kivy gave for not opening a window."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.why = ""

    def emit(self, record: logging.LogRecord) -> None:
        found = [line for line in record.getMessage().splitlines() if line.startswith("sdl2 - ")]
        self.why = found[-1].removeprefix("sdl2 - ") if found else self.why
