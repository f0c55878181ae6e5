"""Draws hand-made screens, one right and each other wrong in one way, and prints what the audit sees of them.

A process of its own: Kivy has one window in a process. It prints one JSON object, name -> picture.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgspec
from kivy.clock import Clock
from kivy.core.text import Label as Line
from kivy.core.window import Window
from kivy.graphics import Color, PopMatrix, PushMatrix, Rectangle, Scale, Translate
from kivy.lang import Builder
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.label import Label

from kiosk.screen.audit.limits import Panel
from kiosk.screen.audit.matrix import Shot
from kiosk.screen.audit.measuring import Measurer
from kiosk.screen.audit.seen import Picture, SeenTarget, Wanted
from kiosk.screen.scene import TextSize, Variant

WIDTH, HEIGHT = 1280, 800
PANEL = Panel(WIDTH, HEIGHT, 10.1)
RED = (0.66, 0.06, 0.11, 1)
INK = (0.09, 0.13, 0.12, 1)
WHITE = (1, 1, 1, 1)


class Touchable(FloatLayout):
    """A coloured rectangle that answers a touch."""

    def __init__(self, action: str, colour: tuple[float, ...], place: tuple[int, int, int, int]) -> None:
        super().__init__(size_hint=(None, None), pos=place[:2], size=place[2:])
        self.action = action
        with self.canvas.before:
            Color(*colour)
            Rectangle(pos=place[:2], size=place[2:])


class Screen(FloatLayout):
    """A screen that is as it should be: 人工, a heading, a text of two lines, two cards."""

    def __init__(self, font: str) -> None:
        super().__init__(size_hint=(None, None), size=(WIDTH, HEIGHT))
        self.font = font
        with self.canvas.before:
            self.colour = Color(0.97, 0.96, 0.93, 1)
            Rectangle(size=(WIDTH, HEIGHT))
        self.human = self.touch("human", "人工", (1000, 300, 260, 480), colour=RED, ink=WHITE)
        self.heading = self.words("请选一件事", (40, 680, 900, 80), font_size=56)
        self.body = self.words(
            "养老金每月十五号到账，忘了带身份证也没有关系的，工作人员会帮您办好这件事情",
            (40, 500, 900, 160),
            line_height=1.0,
        )
        self.first = self.touch("first", "养老金查询", (40, 60, 440, 200))
        self.second = self.touch("second", "医保卡挂失", (500, 60, 440, 200))

    def touch(
        self, action: str, text: str, place: tuple[int, int, int, int], colour: Any = WHITE, ink: Any = INK
    ) -> Touchable:
        target = Touchable(action, colour, place)
        self.add_widget(target)
        self.words(text, place, parent=target, color=ink, halign="center", valign="middle")
        return target

    def words(self, text: str, place: tuple[int, int, int, int], parent: Any = None, **options: Any) -> Label:
        given = {"font_name": self.font, "font_size": 40, "color": INK} | options
        x, y, width, height = place
        label = Label(
            text=text, text_size=(width, None), size_hint=(None, None), pos=(x, y), size=(width, height), **given
        )
        (parent or self).add_widget(label)
        return label


def _small_text(screen: Screen) -> None:
    screen.body.font_size = 27


def _squeezed_text(screen: Screen) -> None:
    """The widget says 40 pixels; drawn it is a half of that."""
    with screen.body.canvas.before:
        PushMatrix()
        Translate(40, 600)
        Scale(0.5, 0.5, 1)
        Translate(-40, -600)
    with screen.body.canvas.after:
        PopMatrix()


def _broken_word(screen: Screen) -> None:
    screen.body.text = "Dele\nte it"


def _closed_sentence(screen: Screen) -> None:
    screen.body.text = "养老金每月十五号到账，忘了带身份证\n，工作人员会帮您办好"


def _tight_lines(screen: Screen) -> None:
    screen.body.line_height = 0.85


def _tight_lines_one_by_one(screen: Screen) -> None:
    """Drawn without labels, as pictures of lines below each other."""
    screen.remove_widget(screen.body)
    with screen.canvas.after:
        Color(1, 1, 1, 1)
        for number, line in enumerate(("养老金每月十五号到账", "忘了带身份证也没有关系")):
            texture = _line(screen, line)
            Rectangle(texture=texture, size=texture.size, pos=(40, 600 - 48 * number))


def _line(screen: Screen, text: str) -> Any:
    line = Line(text=text, font_name=screen.font, font_size=40, color=INK)
    line.refresh()
    return line.texture


def _small_target(screen: Screen) -> None:
    screen.remove_widget(screen.first)
    screen.touch("first", "养老金", (40, 60, 440, 80))


def _small_gap(screen: Screen) -> None:
    screen.remove_widget(screen.second)
    screen.touch("second", "医保卡挂失", (489, 60, 440, 200))


def _overlapping_targets(screen: Screen) -> None:
    screen.remove_widget(screen.second)
    screen.touch("second", "医保卡挂失", (440, 60, 500, 200))


def _low_contrast(screen: Screen) -> None:
    screen.body.color = (0.45, 0.45, 0.45, 1)


def _low_contrast_behind(screen: Screen) -> None:
    """The theme's colours are right, but something dark lies behind a part of the text."""
    with screen.canvas.before:
        Color(0.35, 0.35, 0.4, 1)
        Rectangle(pos=(300, 560), size=(200, 100))


def _faded(screen: Screen) -> None:
    screen.body.opacity = 0.5


def _clipped_lines(screen: Screen) -> None:
    screen.body.text_size = (900, 60)


def _clipped_by_the_card(screen: Screen) -> None:
    label = screen.first.children[0]
    label.text, label.text_size = "养老金查询和养老金资格认证以及", (None, None)


def _clipped_by_the_panel(screen: Screen) -> None:
    """It reaches beyond the area that is painted behind it, which is no widget."""
    with screen.canvas.before:
        Color(1, 1, 1, 1)
        Rectangle(pos=(20, 520), size=(820, 140))


def _japanese_forms(screen: Screen) -> None:
    """What Kivy opens of a collection is its first face."""
    screen.heading.font_name = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def _target_beyond_the_window(screen: Screen) -> None:
    screen.remove_widget(screen.first)
    screen.touch("first", "养老金查询", (40, -30, 440, 200))


def _clipped_by_the_window(screen: Screen) -> None:
    screen.heading.y = 760


def _covered(screen: Screen) -> None:
    with screen.canvas.after:
        Color(0.97, 0.96, 0.93, 1)
        Rectangle(pos=(40, 700), size=(120, 60))


def _overlapping_texts(screen: Screen) -> None:
    screen.heading.y = 600


def _empty(screen: Screen) -> None:
    screen.first.children[0].text = ""


def _blank(screen: Screen) -> None:
    screen.heading.text = "\u3000\u200b\u3000"


def _missing_glyph(screen: Screen) -> None:
    screen.heading.text = "请选一件事\U0001f600"


def _font_without_chinese(screen: Screen) -> None:
    screen.heading.font_name = "Roboto"


def _human_moved(screen: Screen) -> None:
    screen.remove_widget(screen.human)
    screen.touch("human", "人工", (1000, 290, 260, 480), colour=RED, ink=WHITE)


def _human_absent(screen: Screen) -> None:
    screen.remove_widget(screen.human)


def _human_not_red(screen: Screen) -> None:
    screen.remove_widget(screen.human)
    screen.touch("human", "人工", (1000, 300, 260, 480), colour=(0.04, 0.3, 0.29, 1), ink=WHITE)


def _red_elsewhere(screen: Screen) -> None:
    screen.remove_widget(screen.first)
    screen.touch("first", "养老金查询", (40, 60, 440, 200), colour=(0.7, 0.05, 0.05, 1), ink=WHITE)


def _all_well(_screen: Screen) -> None:
    """The screen as it should be."""


FAULTS: tuple[Callable[[Screen], None], ...] = (
    _all_well,
    *(_small_text, _squeezed_text, _tight_lines, _tight_lines_one_by_one, _broken_word, _closed_sentence),
    *(_small_target, _small_gap, _overlapping_targets),
    *(_low_contrast, _low_contrast_behind, _faded),
    *(
        _clipped_lines,
        _clipped_by_the_card,
        _clipped_by_the_panel,
        _clipped_by_the_window,
        _covered,
        _target_beyond_the_window,
    ),
    *(_overlapping_texts, _empty, _blank, _missing_glyph, _font_without_chinese, _japanese_forms),
    *(_human_moved, _human_absent, _human_not_red, _red_elsewhere),
)


def draw(measurer: Measurer, fault: Callable[[Screen], None], font: str) -> Picture:
    screen = Screen(font)
    fault(screen)
    for old in list(Window.children):
        Window.remove_widget(old)
    Window.add_widget(screen)
    for _ in range(2):  # a label's picture is made in one tick, and its rectangle told in the next
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
    Window.dispatch("on_draw")
    reading = measurer.read()
    targets = [SeenTarget(widget.action, box) for widget, box in reading.widgets if isinstance(widget, Touchable)]
    texts = ("Delete it",) if fault is _broken_word else ()
    shot = Shot(fault.__name__.strip("_"), TextSize.STANDARD, "zh_CN", Variant.DAY)
    wanted = Wanted(("请选一件事",), (screen.body.text,), texts, ("human", "first", "second"))
    return measurer.measure(measurer.frame(), shot, wanted, targets)


def main(font: str) -> None:
    measurer = Measurer(PANEL)
    pictures = [draw(measurer, fault, font) for fault in FAULTS]
    sys.stdout.buffer.write(msgspec.json.encode({picture.shot.scene: picture for picture in pictures}))


if __name__ == "__main__":
    main(sys.argv[1])
