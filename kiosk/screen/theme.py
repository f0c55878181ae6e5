"""How it looks: colours by role for a bright hall and a dark one, the type scale, and contrast. No Kivy here.

One accent (deep teal) says what can be touched next; red says 人工 and nothing else. Every text stands on its
background with at least 7:1 and every edge that matters with at least 3:1 (WCAG 2.2); a test computes both.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

from kiosk.screen.scene import TextSize, Tone, Variant

#: What is asked of a text and its background, and of an edge and what it lies on.
TEXT_CONTRAST, EDGE_CONTRAST = 7.0, 3.0
#: From line to line, as a part of the size of the letters: with room enough, with less, and the least. (Noto Sans
#: CJK asks for 1.45 itself; below 1.38 the tail of a g would lie in the next line.)
LINE_SPACING = (1.45, 1.42, 1.39)
#: The parts of the text size chosen by one touch.
FACTORS = {TextSize.STANDARD: 1.0, TextSize.LARGE: 1.25, TextSize.EXTRA: 1.5}

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Pair:
    """A background and the text upon it, ``#rrggbb``."""

    ground: str
    text: str


@dataclass(frozen=True)
class Palette:
    """The colours of one variant by what they are for, ``#rrggbb``."""

    background: str
    rail: str  # behind 人工 and the text sizes
    surface: str  # cards, buttons, rows
    text: str
    quiet: str  # less important, but still 7:1
    outline: str  # the edge of what can be touched
    hairline: str  # divides, decoration only
    primary: Pair  # the expected next step
    pressed: Pair  # anything while it is touched
    primary_pressed: Pair
    human: Pair
    human_pressed: Pair
    human_edge: str
    track: str  # what a bar has still to fill
    tones: dict[Tone, Pair]

    def pairs(self) -> list[tuple[str, Pair]]:
        """Every text with every background it is drawn upon, with a name."""
        plain = {"background": self.background, "rail": self.rail, "surface": self.surface}
        found = [(f"text on {name}", Pair(ground, self.text)) for name, ground in plain.items()]
        found += [(f"quiet on {name}", Pair(ground, self.quiet)) for name, ground in plain.items()]
        found += [(f"accent on {name}", Pair(ground, self.primary.ground)) for name, ground in plain.items()]
        found += [
            ("primary", self.primary),
            ("pressed", self.pressed),
            ("primary pressed", self.primary_pressed),
            ("human", self.human),
            ("human pressed", self.human_pressed),
        ]
        for tone, pair in self.tones.items():
            found += [
                (f"{tone} tone", pair),
                (f"text on {tone} tone", Pair(pair.ground, self.text)),
                (f"quiet on {tone} tone", Pair(pair.ground, self.quiet)),
            ]
        return found


DAY = Palette(
    background="#f7f4ed",
    rail="#ece6da",
    surface="#ffffff",
    text="#16211f",
    quiet="#3b4744",
    outline="#75807c",
    hairline="#d8d2c5",
    primary=Pair("#0b4f4a", "#ffffff"),
    pressed=Pair("#0b4f4a", "#ffffff"),
    primary_pressed=Pair("#04211f", "#ffffff"),
    human=Pair("#a90f1c", "#ffffff"),
    human_pressed=Pair("#5e050d", "#ffffff"),
    human_edge="#5e050d",
    track="#dcd6c8",
    tones={
        Tone.CALM: Pair("#e3efec", "#0b4f4a"),
        Tone.WAITING: Pair("#fff0c7", "#5c3d00"),
        Tone.GOOD: Pair("#ddf1dc", "#0f4a22"),
        Tone.TROUBLE: Pair("#e9e5f6", "#3f2f80"),
    },
)

DARK = Palette(
    background="#101817",
    rail="#0a100f",
    surface="#1c2726",
    text="#f2f0ea",
    quiet="#c3ccc8",
    outline="#7f8c88",
    hairline="#2c3836",
    primary=Pair("#8adbd0", "#06211e"),
    pressed=Pair("#8adbd0", "#06211e"),
    primary_pressed=Pair("#e2faf6", "#06211e"),
    human=Pair("#b01420", "#ffffff"),
    human_pressed=Pair("#6e0710", "#ffffff"),
    human_edge="#f0c9cc",
    track="#36433f",
    tones={
        Tone.CALM: Pair("#14302d", "#a8e6dd"),
        Tone.WAITING: Pair("#3a2c05", "#ffd982"),
        Tone.GOOD: Pair("#12331b", "#a5e3af"),
        Tone.TROUBLE: Pair("#2a2448", "#cfc5ff"),
    },
)

PALETTES = {Variant.DAY: DAY, Variant.DARK: DARK}


@dataclass(frozen=True)
class Scale:
    """The sizes of letters as parts of the body size. The smallest, ``quiet``, is never below 30 dp."""

    quiet: float = 0.85
    body: float = 1.0
    card: float = 1.2  # words that stand out within a block
    cards: tuple[float, ...] = (1.5, 1.35, 1.2, 1.05)  # the titles of cards, as large as fits
    caption: float = 1.5  # what is being heard
    #: With room enough, with less, and with the least: the largest that needs at most two lines. A heading is
    #: larger than any paragraph of the same screen.
    heading: tuple[tuple[float, ...], ...] = ((1.7, 1.5, 1.4), (1.5, 1.35, 1.2), (1.2, 1.12))
    paragraph: tuple[tuple[float, ...], ...] = ((1.3, 1.15, 1.0), (1.1, 1.0), (1.0,))
    phones: tuple[float, ...] = (5.0, 4.0, 3.2, 2.6, 2.1, 1.7, 1.4, 1.15)  # numbers to ring, as large as fits
    sign: tuple[float, ...] = (2.8, 2.4, 2.1, 1.85, 1.6, 1.4, 1.2, 1.0)  # what an agent shows, as large as fits
    number: float = 1.7  # the seconds left, the keys of the keypad


SCALE = Scale()


def rgb(colour: str) -> Rgb:
    """``#rrggbb`` as three numbers from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2, 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_red(colour: str) -> bool:
    """Whether people would call it red: a hue within 20 degrees of red, and neither pale nor black nor grey."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*rgb(colour))
    return min(hue, 1 - hue) < 20 / 360 and saturation > 0.35 and 0.12 < lightness < 0.75
