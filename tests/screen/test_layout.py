"""Every scene of the gallery on every panel, without a window: nothing too small, too near, hidden or cut."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from kiosk.screen import gallery
from kiosk.screen.fonts import Fonts
from kiosk.screen.layout import Layout, Words, lay_out
from kiosk.screen.layout.pen import LINE_SPACING
from kiosk.screen.metrics import Metrics, Rect
from kiosk.screen.scene import (
    Button,
    Buttons,
    Caption,
    Card,
    Cards,
    Heading,
    Keypad,
    Paragraph,
    Row,
    Rows,
    Scene,
    Sign,
    TextSize,
    Tone,
    Video,
    Wait,
    Warning,
)

SMALL, MIDDLE, WIDE, PORTRAIT = PANELS = [
    Metrics(800, 480, 7.0),
    Metrics(1280, 800, 10.1),
    Metrics(1920, 1080, 21.5),
    Metrics(1080, 1920, 21.5),
]
LayOut = Callable[[Scene, Metrics], Layout]
Letters = Callable[[Words], Rect]
EACH_PANEL = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}")


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fonts]:
    cache = tmp_path_factory.mktemp("fonts")
    return {language: Fonts(cache, language) for language in ("zh_CN", "zh_TW", "en")}


@pytest.fixture(scope="module")
def lay(fonts: dict[str, Fonts]) -> LayOut:
    """Each scene is laid out once for all tests."""
    return functools.cache(lambda scene, panel: lay_out(scene, panel, fonts[scene.language]))


@pytest.fixture(scope="module")
def letters(fonts: dict[str, Fonts]) -> Letters:
    """The part of its box that the letters of a text fill."""

    def around(words: Words) -> Rect:
        face = fonts["zh_CN"].of(words.bold)
        wide = max(face.width(line, words.px) for line in words.lines)
        left = {
            "left": words.rect.x,
            "center": words.rect.x + (words.rect.width - wide) // 2,
            "right": words.rect.right - wide,
        }[words.align]
        trim = round(0.22 * words.px)
        return Rect(left, words.rect.y + trim, wide, words.rect.height - 2 * trim)

    return around


def scenes(language: str) -> Iterator[tuple[str, TextSize, Scene]]:
    for size in TextSize:
        for name, scene in gallery.scenes(language, size).items():
            yield name, size, scene


@EACH_PANEL
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_scene_holds_the_limits(lay: LayOut, letters: Letters, panel: Metrics, language: str) -> None:
    whole = Rect(0, 0, panel.width, panel.height)
    for name, size, scene in scenes(language):
        layout = lay(scene, panel)
        what = f"{name} {size}"
        assert layout.fits, what
        targets = [spot for spot in layout.spots if spot.action != "header"]
        for spot in targets:
            assert min(spot.rect.width, spot.rect.height) >= panel.touch, f"{what} {spot}"
        for one, other in itertools.combinations(targets, 2):
            assert not one.rect.meets(Rect(*other.rect).inset(1 - panel.gap)), f"{what} {one} {other}"
        for words in (item for item in layout.items if isinstance(item, Words)):
            assert words.px >= panel.smallest_text, f"{what} {words}"
            assert words.pitch >= 1.35 * words.px
            assert _inside(letters(words), whole), f"{what} {words}"
            if words.action:
                target = next(spot.rect for spot in layout.spots if spot.action == words.action)
                assert _inside(letters(words), target), f"{what} {words}"


def _inside(inner: Rect, outer: Rect) -> bool:
    return (
        outer.x <= inner.x and inner.right <= outer.right and outer.y <= inner.y and inner.bottom <= outer.bottom
    )


@EACH_PANEL
def test_no_words_lie_on_others(lay: LayOut, letters: Letters, panel: Metrics) -> None:
    for name, size, scene in scenes("zh_CN"):
        words = [item for item in lay(scene, panel).items if isinstance(item, Words)]
        for one, other in itertools.combinations(words, 2):
            assert not letters(one).meets(letters(other)), f"{name} {size}: {one.text} and {other.text}"


@EACH_PANEL
def test_human_is_at_the_same_place_on_every_scene(lay: LayOut, panel: Metrics) -> None:
    places = {
        spot.rect
        for _, _, scene in scenes("zh_CN")
        for spot in lay(scene, panel).spots
        if spot.action == "human" or spot.action.startswith("size-")
    }
    assert places == {panel.human, *panel.sizes}


@EACH_PANEL
def test_all_texts_and_actions_of_a_scene_are_there(lay: LayOut, panel: Metrics) -> None:
    scene = gallery.make("welcome")
    layout = lay(scene, panel)
    said = set(layout.texts)
    cards = next(block for block in scene.blocks if isinstance(block, Cards)).cards
    assert {scene.human.text, scene.human.note, scene.header.clock, *(card.title for card in cards)} <= said
    assert {card.action for card in cards} <= {spot.action for spot in layout.spots}


@EACH_PANEL
def test_a_larger_text_size_is_never_smaller(lay: LayOut, panel: Metrics) -> None:
    for name in gallery.GALLERY:
        factors = [lay(gallery.make(name, "zh_CN", size), panel).factor for size in TextSize]
        assert factors == sorted(factors), name


def test_extra_text_really_is_larger_where_there_is_room(lay: LayOut) -> None:
    for panel in PANELS[1:]:
        assert lay(gallery.make("thanks", "zh_CN", TextSize.EXTRA), panel).factor == 1.5


def make(*blocks: object, warning: Warning | None = None, tone: Tone = Tone.CALM) -> Scene:
    return replace(gallery.make("welcome"), blocks=blocks, warning=warning, tone=tone)  # type: ignore[arg-type]


def where(layout: Layout, action: str) -> Rect:
    return next(spot.rect for spot in layout.spots if spot.action == action)


STAY = Warning("您还在吗?", Button("stay", "我还在", primary=True), 17)


@EACH_PANEL
def test_the_warning_hides_neither_human_nor_half_of_anything(lay: LayOut, panel: Metrics) -> None:
    cards = Cards(tuple(Card(f"card-{number}", "银行卡丢了", "card") for number in range(6)))
    layout = lay(make(Heading("您要办什么事?"), cards, warning=STAY), panel)
    stay = where(layout, "stay")
    assert where(layout, "human") == panel.human
    assert stay.height >= panel.touch
    assert "17" in layout.texts
    for spot in layout.spots:
        assert spot.action == "stay" or not spot.rect.meets(stay)


@EACH_PANEL
def test_who_touches_the_question_of_the_warning_has_answered_it(lay: LayOut, panel: Metrics) -> None:
    layout = lay(make(Heading("您要办什么事?"), warning=STAY), panel)
    question = next(item for item in layout.items if isinstance(item, Words) and item.text == STAY.text)
    number = next(item for item in layout.items if isinstance(item, Words) and item.text == "17")
    for words in (question, number):
        assert words.action == "stay"
        middle = words.rect.x + words.rect.width // 2, words.rect.y + words.rect.height // 2
        assert layout.at(*middle) == "stay"


def test_more_than_a_panel_holds_is_left_out_and_not_cut(lay: LayOut) -> None:
    rows = Rows(
        tuple(
            Row("list", "要带", "身份证、户口本、旧银行卡、存折、手机和社保卡，还有儿女的电话") for _ in range(9)
        )
    )
    layout = lay(make(Heading("要带什么"), rows, Buttons((Button("done", "好了"),))), SMALL)
    assert not layout.fits
    assert where(layout, "done").bottom <= SMALL.height
    assert layout.texts.count("要带") < 9
    assert layout.texts.count("要带") >= 1


def test_a_caption_keeps_its_place_while_words_come_in(lay: LayOut) -> None:
    button = Buttons((Button("home", "不说了"),))
    places = {
        tuple(lay(make(Heading("我在听"), Caption(text, 0.4), button), panel).spots)
        for panel in (MIDDLE,)
        for text in ("", "我", "我的银行卡", "我的银行卡好像丢了怎么办呢")
    }
    assert len(places) == 1


def test_a_long_caption_shows_its_newest_words(lay: LayOut) -> None:
    text = "从头说起" * 40 + "存折丢了"
    layout = lay(make(Heading("我在听"), Caption(text, 0.4)), SMALL)
    words = next(item for item in layout.items if isinstance(item, Words) and item.text == text)
    assert "".join(words.lines).endswith("存折丢了")
    assert len(words.lines) <= 5


@pytest.mark.parametrize(("waited", "part"), [(0, 0.0), (8, 8 / 15), (15, 1.0), (900, 1.0)])
def test_the_wait_fills_towards_the_promised_time_and_stays_full(lay: LayOut, waited: int, part: float) -> None:
    scene = make(Wait(waited, 15, "已等", "一般15秒内有人应"))
    bars = [
        item.rect
        for item in lay(scene, MIDDLE).items
        if getattr(item, "radius", 0) and item.rect.height == round(0.7 * MIDDLE.body)
    ]
    track, filled = bars
    assert filled.width / track.width == pytest.approx(max(part, track.height / track.width), abs=0.01)


def test_the_video_has_a_large_place(lay: LayOut) -> None:
    for panel in PANELS:
        layout = lay(gallery.make("connected_video"), panel)
        place = next(item.rect for item in layout.items if type(item).__name__ == "Place")
        assert place.width * place.height > 0.25 * panel.stage.width * panel.stage.height


@EACH_PANEL
def test_the_keypad_has_four_columns_and_three_rows(lay: LayOut, panel: Metrics) -> None:
    layout = lay(make(Heading("请输密码"), Keypad(2, "删除", "确定"), Buttons((Button("home", "离开"),))), panel)
    keys = [spot.rect for spot in layout.spots if spot.action.startswith("key-")]
    assert len(keys) == 12
    assert len({rect.x for rect in keys}) == 4
    assert len({rect.y for rect in keys}) == 3


def test_what_the_agent_shows_is_the_largest_and_gets_smaller_the_longer_it_is(lay: LayOut) -> None:
    def px(text: str) -> dict[str, int]:
        shown = lay(make(Heading("请看这里"), Sign(text, "正在视频")), MIDDLE)
        return {item.text: item.px for item in shown.items if isinstance(item, Words)}

    short, long = px("请到3号窗口"), px("请带身份证原件和旧卡" * 6)
    assert short["请到3号窗口"] > 1.2 * short["请看这里"]
    assert short["请到3号窗口"] > long["请带身份证原件和旧卡" * 6] >= long["正在视频"]


def test_a_hall_with_a_long_name_keeps_its_clock(lay: LayOut) -> None:
    scene = make(Heading("您好"))
    long = replace(scene, header=replace(scene.header, hall="中国某某银行股份有限公司新华路第一营业厅"))
    for panel in PANELS:
        texts = lay(long, panel).texts
        assert scene.header.clock in texts
        assert scene.header.privacy in texts


def test_a_paragraph_is_never_larger_than_the_heading(lay: LayOut) -> None:
    for panel in PANELS:
        for name, size, scene in scenes("zh_CN"):
            headings = {block.text for block in scene.blocks if isinstance(block, Heading)}
            paragraphs = {block.text for block in scene.blocks if isinstance(block, Paragraph)}
            words = [item for item in lay(scene, panel).items if isinstance(item, Words)]
            largest = max((item.px for item in words if item.text in paragraphs), default=0)
            assert all(item.px > largest for item in words if item.text in headings), f"{name} {size}"


def test_lines_are_set_closer_only_where_room_is_short(lay: LayOut) -> None:
    words = next(item for item in lay(gallery.make("thanks"), MIDDLE).items if isinstance(item, Words))
    assert words.pitch >= LINE_SPACING[0] * words.px


def test_a_video_scene_without_a_video_block_has_no_place(lay: LayOut) -> None:
    layout = lay(make(Heading("您好"), Video("请稍等")), MIDDLE)
    assert "请稍等" in layout.texts
