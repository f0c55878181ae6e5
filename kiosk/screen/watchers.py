"""Whoever looks at the screen from outside, over ``screen.sock``: tests, benches and the demo."""

from __future__ import annotations

from pathlib import Path

from kiosk import config, messages
from kiosk.local import LocalClient, LocalService
from kiosk.messages import Result, Shown
from kiosk.screen.window import ScreenWindow


class Watchers:
    """Tells them what is shown, saves it as a picture, and passes on their touches. ``local`` is the socket."""

    def __init__(self, settings: config.Kiosk, window: ScreenWindow) -> None:
        self._simulate_touch = settings.screen.simulate_touch
        self._window = window
        self.local = LocalService(settings.screen_socket, self._shown, self._command)

    def drawn(self) -> None:
        """There is a new frame."""
        if self.local.clients:
            self.local.broadcast(self._shown())

    def _shown(self) -> bytes:
        frame = self._window.frame
        return messages.encode(
            Shown(
                frame.scene,
                frame.texts,
                frame.targets,
                frame.pressed,
                frame.number,
                frame.drawn_ns,
                frame.agent_frames,
            )
        )

    def _command(self, _client: LocalClient, line: bytes) -> bytes:
        command: messages.ScreenCommand = messages.decode(line, messages.ScreenCommand)  # type: ignore[arg-type]
        why = ""
        match command:
            case messages.Picture(path=path):
                try:
                    self._window.save(Path(path))
                except OSError as error:
                    why = f"{path}: {error.strerror or error}"
            case messages.Touch():
                if self._simulate_touch:
                    self._window.touch(command)
                else:
                    why = "touches are not simulated here: set screen.simulate_touch in kiosk.toml"
        return messages.encode(Result(command.request, ok=not why, why=why))
