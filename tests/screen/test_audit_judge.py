"""The audit's pure core: measures against limits."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.screen.audit.judge import Kind, bad_breaks, between, faults
from kiosk.screen.audit.limits import PANELS, Limits, Panel, PanelError, panel
from kiosk.screen.audit.matrix import LANGUAGES, Shot, covering, every
from kiosk.screen.audit.seen import Box, Ink, Picture, Red, SeenTarget, SeenText, Wanted
from kiosk.screen.audit.verdict import Verdict
from kiosk.screen.scene import TextSize, Variant

LIMITS = Limits()
PANEL = Panel(1280, 800, 10.1)
SHOT = Shot("welcome", TextSize.STANDARD, "zh_CN", Variant.DAY)
HUMAN = SeenTarget("human", Box(1000, 20, 260, 400))
DONE = SeenTarget("done", Box(20, 600, 300, 120))


def text(words: str = "养老金到账了", **changes: object) -> SeenText:
    """A text that is as it should be, but for the changes."""
    good = SeenText(
        text=words,
        laid_out=words,
        size=40,
        pitch=0,
        room=Box(0, 0, 900, 500),
        target="",
        font="font.otf",
        family="Noto Sans CJK SC",
        missing="",
        ink=Ink(Box(20, 20, 240, 38), contrast=12, visible=1, tallest_line=37, cut=False),
    )
    return msgspec.structs.replace(good, **changes)


def inked(**changes: object) -> SeenText:
    ink = text().ink
    assert ink is not None
    return text(ink=msgspec.structs.replace(ink, **changes))


def words_of(target: SeenTarget, words: str) -> SeenText:
    box = target.box
    middle = Box(box.x + 20, box.y + 40, 100, 38)
    return text(words, room=box, target=target.action, ink=Ink(middle, 12, 1, 37, False))


def picture(*texts: SeenText, targets: tuple[SeenTarget, ...] = (HUMAN, DONE), **changes: object) -> Picture:
    own = tuple(words_of(target, f"触摸{target.action}") for target in targets)
    good = Picture(PANEL, SHOT, Wanted((), (), (), ()), (*texts, *own), targets, Red(0.8, 0))
    return msgspec.structs.replace(good, **changes)


def kinds(judged: Picture) -> list[Kind]:
    return [fault.kind for fault in faults(judged, LIMITS)]


def test_a_good_picture_has_no_fault() -> None:
    assert kinds(picture(text(pitch=56))) == []


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (text(size=27.9), Kind.TEXT),
        (text(pitch=51), Kind.SPACING),
        (text(laid_out="养老金"), Kind.CLIPPED),
        (text(missing="账"), Kind.GLYPH),
        (text(family="Noto Sans CJK JP"), Kind.FORMS),
        (text(" "), Kind.EMPTY),
        (text(ink=None), Kind.EMPTY),
        (inked(contrast=6.9), Kind.CONTRAST),
        (inked(box=Box(700, 20, 240, 38)), Kind.CLIPPED),
        (inked(cut=True), Kind.CLIPPED),
        (inked(visible=0.9), Kind.CLIPPED),
        (inked(tallest_line=20), Kind.TEXT),
    ],
)
def test_each_fault_of_a_text_is_found(bad: SeenText, kind: Kind) -> None:
    assert kinds(picture(bad)) == [kind]


def test_spaces_where_lines_are_broken_are_not_missed() -> None:
    assert kinds(picture(text("wait here", laid_out="wait\nhere", pitch=56))) == []


def test_a_line_of_flat_characters_says_nothing_about_its_height() -> None:
    flat = text("一一一一", ink=Ink(Box(20, 20, 160, 8), contrast=12, visible=1, tallest_line=4, cut=False))
    assert kinds(picture(flat)) == []


@pytest.mark.parametrize(
    ("lines", "words", "broken"),
    [
        ("Dele\nte", "Delete", 1),
        ("a person\ncomes", "a person comes", 0),
        ("Delete\nall", "Delete all", 0),
        ("按钮是\nOK 的", "按钮是OK 的", 0),
        ("养老金\n到账了", "养老金到账了", 0),
        ("养老金\n，到账了", "养老金，到账了", 1),
        ("用 12\n34 号", "用 1234 号", 1),
        ("Dele\nte", "", 0),
    ],
)
def test_lines_end_between_words(lines: str, words: str, broken: int) -> None:
    assert len(list(bad_breaks(lines, words))) == broken


def test_a_broken_word_of_the_scene_is_found() -> None:
    asked = Wanted((), (), ("Delete it",), ())
    assert kinds(picture(text("Dele\nte it"), wanted=asked)) == [Kind.BREAK]
    assert kinds(picture(text("Delete\nit"), wanted=asked)) == []


def test_small_targets_are_found_in_both_units_and_directions() -> None:
    low = SeenTarget("low", Box(400, 600, 300, 50))
    thin = SeenTarget("thin", Box(400, 600, 120, 93))  # 15.8 mm, 99 dp
    assert kinds(picture(targets=(HUMAN, low))).count(Kind.TARGET) == 2
    assert kinds(picture(targets=(HUMAN, thin))) == [Kind.TARGET]


def test_a_target_beyond_the_display_is_found_but_not_one_shifted_there() -> None:
    low = SeenTarget("low", Box(400, 684, 300, 120))
    assert kinds(picture(targets=(HUMAN, low))) == [Kind.CLIPPED]
    assert kinds(picture(targets=(HUMAN, low), shift=(0, 4))) == []


def test_the_hidden_strip_at_the_top_is_no_button() -> None:
    strip = SeenTarget("header", Box(0, 0, 900, 40))
    judged = picture(text())
    assert kinds(msgspec.structs.replace(judged, targets=(*judged.targets, strip))) == []


def test_small_gaps_are_found_also_across_corners() -> None:
    beside = SeenTarget("beside", Box(331, 600, 300, 120))  # 1.9 mm
    corner = SeenTarget("corner", Box(325, 725, 300, 74))
    assert Kind.GAP in kinds(picture(targets=(HUMAN, DONE, beside)))
    assert Kind.GAP in kinds(picture(targets=(HUMAN, DONE, corner)))


def test_overlaps_are_found() -> None:
    other = SeenTarget("other", Box(300, 650, 300, 120))
    over_target = text("盖住了按钮", ink=Ink(Box(200, 580, 300, 60), 12, 1, 37, False), room=Box(0, 0, 900, 800))
    assert Kind.OVERLAP in kinds(picture(targets=(HUMAN, DONE, other)))
    assert kinds(picture(text(), text("第二个"))) == [Kind.OVERLAP]
    assert Kind.OVERLAP in kinds(picture(over_target))


def test_a_touch_without_a_word_is_found() -> None:
    judged = picture()
    assert kinds(msgspec.structs.replace(judged, texts=judged.texts[:1])) == [Kind.EMPTY]


def test_what_the_scene_asks_for_is_there_once() -> None:
    asked = Wanted(("养老金到账了",), (), ("养老金 到账了", "没有的话"), ("human", "done", "stay"))
    assert kinds(picture(text(), wanted=asked)) == [Kind.ABSENT, Kind.ABSENT]
    assert kinds(picture(wanted=Wanted((), (), ("",), ()))) == [Kind.EMPTY]


def test_one_heading_larger_than_the_body() -> None:
    below = text("正文的话", ink=Ink(Box(20, 200, 240, 38), 12, 1, 37, False))
    asked = Wanted(("养老金到账了",), ("正文的话",), (), ())
    assert kinds(picture(text(), below, wanted=asked)) == [Kind.HEADING]
    assert kinds(picture(text(size=50), below, wanted=asked)) == []
    assert kinds(picture(text(), wanted=Wanted(("养老金到账了", "第二个"), (), (), ()))) == [Kind.HEADING]


def test_red_is_for_the_human_only_and_the_human_is_red() -> None:
    assert kinds(picture(red=Red(0.8, 500, Box(1, 2, 30, 40)))) == [Kind.RED]
    assert kinds(picture(red=Red(0.1, 0))) == [Kind.HUMAN]


def test_the_human_is_on_every_picture_of_a_panel_at_the_same_place() -> None:
    moved = SeenTarget("human", Box(1000, 21, 260, 400))
    narrow = Panel(800, 480, 7.0)
    found = list(between([picture(), picture(targets=(moved, DONE)), picture(targets=(DONE,))]))
    assert [(one.kind, one.value) for one in found] == [(Kind.HUMAN, 1), (Kind.HUMAN, 0)]
    assert list(between([picture(), picture(targets=(moved, DONE), panel=narrow)])) == []


def test_a_larger_text_size_is_never_smaller() -> None:
    def sized(size: TextSize, px: float) -> Picture:
        shot = msgspec.structs.replace(SHOT, text=size)
        judged = picture(shot=shot)
        return msgspec.structs.replace(judged, texts=(text(size=px),))

    grown = [sized(TextSize.STANDARD, 30), sized(TextSize.LARGE, 30), sized(TextSize.EXTRA, 45)]
    assert list(between(grown)) == []
    shrunk = [sized(TextSize.STANDARD, 30), sized(TextSize.LARGE, 36), sized(TextSize.EXTRA, 35)]
    assert [one.kind for one in between(shrunk)] == [Kind.SIZES]


def test_the_verdict_names_the_worst_and_its_place() -> None:
    small = msgspec.structs.replace(picture(inked(contrast=5)), shot=msgspec.structs.replace(SHOT, scene="rating"))
    verdict = Verdict([picture(text(pitch=56)), small], LIMITS)
    shown = verdict.as_json()
    assert shown["pictures"] == 2
    assert shown["violation_count"] == 1 == len(shown["violations"])
    assert shown["violations"][0] | {"picture": ""} == {
        "picture": "",
        "kind": "low-contrast",
        "what": "养老金到账了",
        "value": 5.0,
        "limit": 7.0,
    }
    assert shown["figures"]["lowest_contrast"] == 5
    assert shown["figures"]["line_spacing"] == 1.4
    assert shown["kinds"]["low-contrast"] == 1
    assert shown["where"]["lowest_contrast"].startswith("1280x800/rating-standard-zh_CN-day: ")


def test_the_verdict_says_how_much_a_larger_text_size_does() -> None:
    large = msgspec.structs.replace(SHOT, text=TextSize.LARGE)
    verdict = Verdict([picture(text(size=40)), picture(text(size=60), shot=large)], LIMITS)
    assert 1.2 < verdict.figures["growth_large"] < 1.5  # the buttons below stay as they are
    assert "growth_extra" not in verdict.figures


def test_a_dp_is_of_the_panel() -> None:
    small, large = Panel(800, 480, 7.0), Panel(1920, 1080, 21.5)
    assert small.dp(25) == pytest.approx(30.0, abs=0.1)
    assert small.mm(84) == pytest.approx(16.0, abs=0.1)
    assert large.dp(30) == pytest.approx(46.8, abs=0.1)


def test_panels_by_name() -> None:
    assert panel("800x480") == Panel(800, 480, 7.0)
    assert panel("1024x768@15") == Panel(1024, 768, 15)
    for wrong in ("1024x768", "800x", "1024x768@0", "x"):
        with pytest.raises(PanelError, match="there are 800x480"):
            panel(wrong)


def test_every_picture_has_its_own_name() -> None:
    names = [shot.name for shot in every(["welcome", "calling"])]
    assert len(names) == len(set(names)) == 2 * 3 * 3 * 2


def test_the_few_pictures_cover_each_pair() -> None:
    scenes = [f"scene{number}" for number in range(20)]
    chosen = covering(scenes, PANELS)
    pictures = [(panel, shot) for panel, shots in chosen.items() for shot in shots]
    assert len(pictures) <= 1.3 * len(scenes) * len(PANELS)
    assert {(shot.scene, panel) for panel, shot in pictures} == {(s, p) for s in scenes for p in PANELS}
    assert len({(shot.scene, shot.text) for _, shot in pictures}) == 20 * 3
    assert len({(shot.scene, shot.language) for _, shot in pictures}) == 20 * len(LANGUAGES)
    assert len({(shot.scene, shot.variant) for _, shot in pictures}) == 20 * 2
    # Every panel is drawn in much of what can be chosen, not always the same.
    assert len({(panel, shot.text, shot.language) for panel, shot in pictures}) >= 4 * 8
    assert len({(shot.text, shot.language) for _, shot in pictures}) == 9
    assert len({(shot.text, shot.variant) for _, shot in pictures}) == 6
