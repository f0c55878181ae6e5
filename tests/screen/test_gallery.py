"""Every scene of the gallery keeps to the rules of a picture, in every language and size."""

import re
from typing import get_args

import pytest
from walking import heading, words

from kiosk.dialogue.pack import Icon
from kiosk.screen import actions
from kiosk.screen.catalogue import LANGUAGES
from kiosk.screen.gallery import GALLERY, make
from kiosk.screen.icons import NAMES
from kiosk.screen.scene import Buttons, Cards, Paragraph, Rows, Scene, TextSize, Variant

WANTED = """
    welcome welcome_no_mic welcome_no_pack listening listening_caption choices unclear answer
    answer_repeated asked asked_slow calling calling_queue calling_alarm calling_offline calling_closed
    calling_nobody calling_escalated urgent confirm_end accepted_walk accepted_video connected_walk connected_video
    connected_video_lost connected_video_card connected_video_answer
    ended rating complaint complaint_kept thanks warning ended_warning out_of_order practice
    practice_done pin technician parts
""".split()  # noqa: SIM905
MAX_HEADING = 12  # Chinese characters


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(params=GALLERY)
def scene(request, language) -> Scene:
    return make(request.param, language, TextSize.LARGE, Variant.DARK)


def test_all_scenes_are_there():
    assert set(WANTED) <= GALLERY.keys()


def test_the_human_is_on_every_scene_and_so_are_the_sizes(scene):
    assert scene.human.text in ("人工", "Help")
    assert [button.action for button in scene.sizes] == ["size-standard", "size-large", "size-extra"]
    assert [button.primary for button in scene.sizes] == [size is scene.size for size in TextSize]


def test_a_scene_begins_with_one_short_heading_and_can_be_read_aloud(scene, language):
    assert scene.speech.strip()
    if language != "en":
        chinese = re.sub(r"[A-Za-z0-9 ]", "", heading(scene))
        assert 2 <= len(chinese) <= MAX_HEADING, heading(scene)


def test_no_action_is_there_twice_and_none_is_the_humans(scene):
    found = actions.of_scene(scene)
    assert len(found) == len(set(found))


def test_a_scene_is_not_crowded(scene):
    for block in scene.blocks:
        match block:
            case Cards(cards=cards):
                assert 1 <= len(cards) <= 6
            case Buttons(buttons=buttons):
                assert 1 <= len(buttons) <= 4
            case Rows(rows=rows):
                assert 1 <= len(rows) <= 3
            case Paragraph(text=text) if scene.language != "en":
                assert len(text) <= 60


def test_icons_are_drawn_ones(scene):
    for block in scene.blocks:
        for group in ("cards", "buttons", "rows"):
            for one in getattr(block, group, ()):
                assert getattr(one, "icon", "") in NAMES | {""}


def test_every_icon_that_a_pack_may_name_is_drawn():
    assert set(get_args(Icon)) <= NAMES


def test_nobody_is_shouted_at(scene):
    assert not set("!！") & set(words(scene))


def test_at_the_largest_size_a_scene_has_less_to_say():
    for name in GALLERY:
        for block in make(name, size=TextSize.EXTRA).blocks:
            if isinstance(block, Rows) and name.startswith("calling"):
                assert len(block.rows) <= 2
            if isinstance(block, Buttons) and name.startswith("answer"):
                assert len(block.buttons) <= 3


def test_the_words_on_the_screen_change_with_the_language():
    for name in GALLERY:
        if make(name).name not in ("answer", "choices") and not name.endswith("_answer"):  # the hall's own words
            assert heading(make(name, "en")) != heading(make(name))
