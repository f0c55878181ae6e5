"""What a scene asks to be drawn, so that nothing of it is left out."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.screen.audit.seen import Wanted
from kiosk.screen.scene import (
    Block,
    Button,
    Buttons,
    Caption,
    Card,
    Cards,
    Faces,
    Heading,
    Keypad,
    Paragraph,
    Parts,
    Phones,
    Rows,
    Scene,
    Sign,
    Video,
    Wait,
)


def wanted(scene: Scene) -> Wanted:
    """Its texts and actions. What may be left empty (a note) is asked for only where it is not.

    A warning may take the place of blocks: then only the warning and the frame have to be there.
    """
    texts = [scene.human.text, *_given(scene.human.note)]
    texts += _given(scene.header.hall, scene.header.clock, scene.header.privacy)
    texts += [button.text for button in scene.sizes]
    touches: list[Button | Card] = [*scene.sizes]
    actions = ["human"]
    for block in scene.blocks if scene.warning is None else ():
        texts += _texts(block)
        touches += _touches(block)
        if isinstance(block, Keypad):
            actions += [f"key-{key}" for key in (*range(10), "delete", "enter")]
    if scene.warning is not None:
        texts += [scene.warning.text, scene.warning.stay.text]
        touches.append(scene.warning.stay)
    return Wanted(
        headings=tuple(block.text for block in scene.blocks if isinstance(block, Heading)),
        body=tuple(block.text for block in scene.blocks if isinstance(block, Paragraph)),
        texts=tuple(texts),
        actions=(*actions, *(touch.action for touch in touches)),
    )


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text) | Paragraph(text=text):
            yield text
        case Rows(rows=rows):
            for row in rows:
                yield from (*_given(row.label), row.text)
        case Cards(cards=cards) | Faces(cards=cards):
            for card in cards:
                yield from (card.title, *_given(card.note))
        case Buttons(buttons=buttons):
            for button in buttons:
                yield button.text
        case Wait():
            yield from (block.label, block.promise)
        case Phones(phones=phones):
            for phone in phones:
                yield from (phone.label, phone.number)
        case Keypad():
            yield from (*"0123456789", block.delete, block.enter)
        case Parts(rows=parts):
            for part in parts:
                yield from (part.name, *_given(part.text))
        case Sign():
            yield from (block.text, block.light)
        case Caption() | Video():
            return  # of a long caption only the end is drawn; a picture covers the video's text


def _touches(block: Block) -> Iterator[Button | Card]:
    match block:
        case Cards(cards=cards) | Faces(cards=cards):
            yield from cards
        case Buttons(buttons=buttons):
            yield from buttons


def _given(*texts: str) -> list[str]:
    return [text for text in texts if text]
