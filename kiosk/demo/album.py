"""Pictures of the screen that a demo saves."""

from __future__ import annotations

from pathlib import Path

from kiosk.screen import client as screens


class Album:
    """Pictures of the screen, numbered in the order in which they were taken."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.pictures: list[Path] = []

    async def take(self, screen: screens.ScreenClient, name: str = "") -> Path:
        """A picture of the scene that is shown, under its own name where none is given."""
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{len(self.pictures) + 1:02d}-{name or screen.shown.scene}.png"
        await screen.save(path.resolve())
        self.pictures.append(path)
        return path
