"""A customer at a screen without a terminal, and how what is shown is read."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from kiosk import config
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.trained import open_understanding
from kiosk.messages import Say, Staff
from kiosk.screen import actions
from kiosk.screen.scene import Scene
from kiosk.screen.walker import Walker, bank

HEADER = ["header"] * 5
PIN = [f"key-{digit}" for digit in "4711"]


def customer(*, elderly: bool = False, **screen: Any) -> Walker:
    """A visit at the welcome, everything well; ``screen`` are settings of the screen."""
    settings = config.Kiosk(hall="xinhua", name="k1", elderly=elderly, screen=config.Screen(**screen))
    return Walker(settings, understanding=understanding())


@functools.cache
def understanding() -> Understanding:
    """What the bank's classifier understands."""
    return open_understanding("bank", bank())


def technician(walker: Walker) -> Walker:
    """Somebody of the staff has entered the right PIN."""
    walker.touch(*HEADER, *PIN, "key-enter")
    walker.result(Staff)
    return walker


def words(scene: Scene) -> str:
    """Everything that can be read in the middle of a scene."""
    return "\n".join(_texts(msgspec.to_builtins(scene.blocks)))


def heading(scene: Scene) -> str:
    """Its first words."""
    return _texts(msgspec.to_builtins(scene.blocks[0]))[0]


def offered(scene: Scene) -> list[str]:
    """What can be touched in the middle of a scene."""
    return list(actions.of_blocks(scene.blocks))


def spoken(walker: Walker) -> list[str]:
    """Everything that was said aloud."""
    return [say.text for say in walker.commands(Say)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            text for key, one in value.items() if key not in ("type", "action", "icon") for text in _texts(one)
        ]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []
