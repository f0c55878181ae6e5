"""Which names a scene can send back when it is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiosk.screen.scene import Block, Buttons, Cards, Faces, Keypad, Scene

KEYS = (*(f"key-{digit}" for digit in range(10)), "key-delete", "key-enter")


def of_blocks(blocks: Iterable[Block]) -> Iterator[str]:
    """The actions of the middle of a scene."""
    for block in blocks:
        match block:
            case Cards(cards=cards) | Faces(cards=cards):
                yield from (card.action for card in cards)
            case Buttons(buttons=buttons):
                yield from (button.action for button in buttons)
            case Keypad():
                yield from KEYS
            case _:
                pass


def of_scene(scene: Scene) -> list[str]:
    """All of them; the human first."""
    stay = [scene.warning.stay.action] if scene.warning is not None else []
    return ["human", *stay, *(size.action for size in scene.sizes), *of_blocks(scene.blocks)]
