"""Measures against limits: pictures as plain values in, figures and violations out. No Kivy and no pixels here."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from kiosk.screen.audit.limits import Limits
from kiosk.screen.audit.seen import Box, Picture, SeenTarget, SeenText

HUMAN = "human"
#: The line at the top answers a staff's five touches. It is no button: no customer has to hit it.
HIDDEN = frozenset({"header"})
#: Pixels by which boxes may miss each other: texts lie on whole pixels, widgets need not.
SLACK = 1.0
#: Strokes that may be hidden, such as those under an edge's smoothed corner.
VISIBLE = 0.97
#: The strokes of a Chinese line are at least this part of their size high, or it was not drawn at that size.
INK_OF_SIZE = 0.7
#: Which forms of Chinese characters a language has, as faces are named; 直 and 骨 differ between them.
FORMS = {"zh_CN": "SC", "zh_TW": "TC", "en": "SC"}
ALL_FORMS = frozenset({"SC", "TC", "HK", "JP", "KR"})
NO_START = frozenset("，。、；：！？）】》」』”’…％,.;:!?)]}%")
#: Red pixels that smoothed edges may leave.
RED_PIXELS = 20
#: Part of the 人工 button that is red.
HUMAN_RED = 0.25


class Kind(StrEnum):
    """What can be wrong with a picture."""

    TEXT = "small-text"
    SPACING = "line-spacing"
    TARGET = "small-target"
    GAP = "small-gap"
    CONTRAST = "low-contrast"
    CLIPPED = "clipped"
    OVERLAP = "overlapping"
    EMPTY = "empty"
    GLYPH = "missing-glyph"
    FORMS = "wrong-forms"
    BREAK = "broken-word"
    HUMAN = "human"
    RED = "red-elsewhere"
    HEADING = "heading"
    ABSENT = "not-drawn"
    SIZES = "text-sizes"


class Violation(Struct, frozen=True):
    """One thing that is wrong in one picture; ``value`` was measured where ``limit`` is allowed."""

    picture: str
    kind: Kind
    what: str
    value: float
    limit: float


class Fault(Struct, frozen=True):
    """A violation that does not know its picture yet."""

    kind: Kind
    what: str
    value: float
    limit: float


def faults(picture: Picture, limits: Limits) -> Iterator[Fault]:
    """Everything wrong within one picture."""
    for text in picture.texts:
        yield from _letters(text, picture, limits)
        yield from _ink(text, limits)
    yield from _targets(picture, limits)
    yield from _overlaps(picture)
    yield from _scene(picture)
    yield from _red(picture)


def _letters(text: SeenText, picture: Picture, limits: Limits) -> Iterator[Fault]:
    if not text.text.strip():
        yield Fault(Kind.EMPTY, "a text without a word", 0, 1)
        return
    size = picture.panel.dp(text.size)
    if size < limits.text_dp:
        yield Fault(Kind.TEXT, _said(text), size, limits.text_dp)
    if text.pitch and text.pitch / text.size < limits.line_spacing:
        yield Fault(Kind.SPACING, _said(text), text.pitch / text.size, limits.line_spacing)
    if _bare(text.laid_out) != _bare(text.text):
        kept = len(_bare(text.laid_out)) / len(_bare(text.text))
        yield Fault(Kind.CLIPPED, f"{_said(text)}: laid out is only {text.laid_out}", kept, 1)
    forms, asked = text.family.rpartition(" ")[2], FORMS.get(picture.shot.language, "")
    if forms in ALL_FORMS and forms != asked:
        yield Fault(Kind.FORMS, f"{text.family} for {picture.shot.language}", 0, 1)
    if text.missing:
        yield Fault(Kind.GLYPH, f"{text.missing} in {_said(text)}", len(text.missing), 0)


def _ink(text: SeenText, limits: Limits) -> Iterator[Fault]:
    if not text.text.strip():
        return
    if text.ink is None:
        yield Fault(Kind.EMPTY, f"{_said(text)}: leaves no mark", 0, 1)
        return
    ink = text.ink
    if ink.contrast < limits.contrast:
        yield Fault(Kind.CONTRAST, _said(text), ink.contrast, limits.contrast)
    if (beyond := ink.box.outside(text.room)) > SLACK:
        yield Fault(Kind.CLIPPED, f"{_said(text)}: pixels beyond its place", beyond, SLACK)
    if ink.cut:
        yield Fault(Kind.CLIPPED, f"{_said(text)}: strokes end at the edge of their texture", 1, 0)
    if ink.visible < VISIBLE:
        yield Fault(Kind.CLIPPED, f"{_said(text)}: part of its strokes that is seen", ink.visible, VISIBLE)
    drawn = ink.tallest_line / text.size
    if _ideographs(text.text) >= 3 and drawn < INK_OF_SIZE:
        yield Fault(Kind.TEXT, f"{_said(text)}: its strokes, as a part of its size", drawn, INK_OF_SIZE)


def _targets(picture: Picture, limits: Limits) -> Iterator[Fault]:
    panel = picture.panel
    words = {text.target for text in picture.texts if text.text.strip()}
    display = Box(0, 0, panel.width, panel.height)
    for target in touched(picture):
        if (beyond := _unshifted(picture, target.box).outside(display)) > SLACK:
            yield Fault(Kind.CLIPPED, f"{target.action}: pixels beyond the display", beyond, SLACK)
        side = min(target.box.width, target.box.height)
        if panel.mm(side) < limits.target_mm:
            yield Fault(Kind.TARGET, f"{target.action}: mm", panel.mm(side), limits.target_mm)
        if panel.dp(side) < limits.target_dp:
            yield Fault(Kind.TARGET, f"{target.action}: dp", panel.dp(side), limits.target_dp)
        if target.action not in words:
            yield Fault(Kind.EMPTY, f"{target.action}: a touch without a word", 0, 1)
    for one, other in itertools.combinations(touched(picture), 2):
        gap = panel.mm(one.box.gap(other.box))
        if gap < limits.gap_mm and not _meet(one.box, other.box):
            yield Fault(Kind.GAP, f"{one.action} and {other.action}", gap, limits.gap_mm)


def _overlaps(picture: Picture) -> Iterator[Fault]:
    for one, other in itertools.combinations(picture.targets, 2):
        if _meet(one.box, other.box):
            yield _overlap(f"{one.action} and {other.action}", one.box, other.box)
    inked = [(text, text.ink.box) for text in picture.texts if text.ink is not None]
    for (text, box), (second, its_box) in itertools.combinations(inked, 2):
        if _meet(box, its_box):
            yield _overlap(f"{_said(text)} and {_said(second)}", box, its_box)
    for (text, box), target in itertools.product(inked, picture.targets):
        # The header's own words are not in it: it is a strip and no widget that holds them.
        if text.target != target.action and target.action not in HIDDEN and _meet(box, target.box):
            yield _overlap(f"{_said(text)} and {target.action}", box, target.box)


def _overlap(what: str, one: Box, other: Box) -> Fault:
    common = one.common(other)
    return Fault(Kind.OVERLAP, f"{what}: pixels", min(common.width, common.height), SLACK)


def _scene(picture: Picture) -> Iterator[Fault]:
    wanted = picture.wanted
    if len(wanted.headings) > 1:
        yield Fault(Kind.HEADING, ", ".join(wanted.headings), len(wanted.headings), 1)
    sizes = {_bare(text.text): text.size for text in picture.texts}
    body = max((sizes.get(_bare(text), 0.0) for text in wanted.body), default=0.0)
    for heading in wanted.headings:
        size = sizes.get(_bare(heading), 0.0)
        if 0 < size <= body:
            yield Fault(Kind.HEADING, f"{heading}: not larger than the text under it", size / body, 1)
    there = "\n".join(sizes)
    for words in wanted.texts:
        if not words.strip():
            yield Fault(Kind.EMPTY, "a text of the scene has no word", 0, 1)
        elif _bare(words) not in there:
            yield Fault(Kind.ABSENT, words, 0, 1)
    given = {_bare(words): words for words in wanted.texts}
    for text in picture.texts:
        for end, start in bad_breaks(text.laid_out, given.get(_bare(text.text), "")):
            yield Fault(Kind.BREAK, f"{_said(text)}: {end} | {start}", 1, 0)
    actions = [target.action for target in picture.targets]
    for action in wanted.actions:
        if actions.count(action) != 1:
            yield Fault(Kind.ABSENT, f"{action}: so often can it be touched", actions.count(action), 1)


def bad_breaks(laid_out: str, words: str) -> Iterator[tuple[str, str]]:
    """Where a line ends within a word of the scene's text, or the next begins with what closes a sentence."""
    spaces = {len(_bare(words[:at])) for at, letter in enumerate(words) if letter.isspace()}
    lines = [_bare(line) for line in laid_out.split("\n")]
    at = 0
    for line, following in itertools.pairwise(lines):
        at += len(line)
        if not line or not following:
            continue
        within = line[-1].isalnum() and following[0].isalnum() and (line[-1] + following[0]).isascii()
        if (words and within and at not in spaces) or following[0] in NO_START:
            yield line, following


def _red(picture: Picture) -> Iterator[Fault]:
    red = picture.red
    if red.elsewhere > RED_PIXELS:
        at = f" around {red.where.x:.0f},{red.where.y:.0f}" if red.where else ""
        yield Fault(Kind.RED, f"red pixels{at}", red.elsewhere, RED_PIXELS)
    if human(picture) is not None and red.human < HUMAN_RED:
        yield Fault(Kind.HUMAN, "人工 is not red: part of it", red.human, HUMAN_RED)


def between(pictures: Iterable[Picture]) -> Iterator[Violation]:
    """Everything wrong from one picture to the next: 人工 moves, a larger text size is smaller."""
    places: dict[str, Box] = {}
    smallest: dict[tuple[str, str, str, str], dict[str, tuple[float, str]]] = {}
    for picture in pictures:
        shot, panel = picture.shot, picture.panel.name
        button = human(picture)
        if button is None:
            yield Violation(picture.name, Kind.HUMAN, "人工 is not there", 0, 1)
        elif (moved := _moved(place := _unshifted(picture, button.box), places.setdefault(panel, place))) > 0:
            yield Violation(picture.name, Kind.HUMAN, "人工 is elsewhere: pixels", moved, 0)
        size = min((text.size for text in picture.texts), default=0.0)
        sizes = smallest.setdefault((panel, shot.scene, shot.language, shot.variant), {})
        sizes[shot.text] = (size, picture.name)
    for sizes in smallest.values():
        for lesser, larger in (("standard", "large"), ("large", "extra"), ("standard", "extra")):
            if lesser in sizes and larger in sizes and sizes[larger][0] < sizes[lesser][0]:
                name = sizes[larger][1]
                yield Violation(name, Kind.SIZES, f"smaller than {lesser}", sizes[larger][0], sizes[lesser][0])


def touched(picture: Picture) -> list[SeenTarget]:
    """What a customer may touch."""
    return [target for target in picture.targets if target.action not in HIDDEN]


def human(picture: Picture) -> SeenTarget | None:
    """The 人工 button."""
    return next((target for target in picture.targets if target.action == HUMAN), None)


def _unshifted(picture: Picture, box: Box) -> Box:
    return Box(box.x - picture.shift[0], box.y - picture.shift[1], box.width, box.height)


def _moved(box: Box, place: Box) -> float:
    sides = zip((box.x, box.y, box.right, box.bottom), (place.x, place.y, place.right, place.bottom), strict=True)
    return max(abs(here - there) for here, there in sides)


def _meet(one: Box, other: Box) -> bool:
    common = one.common(other)
    return common.width > SLACK and common.height > SLACK


def _bare(text: str) -> str:
    """Without white space: lines are broken where there is some."""
    return "".join(text.split())


def _said(text: SeenText) -> str:
    """In one line, for people."""
    return " ".join(text.text.split())


def _ideographs(text: str) -> int:
    """How many different ones; a line of 一 says nothing about its height."""
    return len({letter for letter in text if "\u4e00" <= letter <= "\u9fff"})
