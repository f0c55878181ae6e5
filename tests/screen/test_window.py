"""The real window under a virtual display."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.display import VirtualDisplay
from kiosk.screen.metrics import Metrics
from kiosk.screen.theme import DAY, rgb

PROBE = Path(__file__).with_name("window_probe.py")
LIMIT_S = 240


def run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("window")


@pytest.fixture(scope="module")
def seen(directory: Path) -> dict[str, Any]:
    """Everything the probe saw; done once for all tests."""
    with VirtualDisplay(1024, 768) as display:
        home = directory / "home"
        home.mkdir()
        probe = run(str(PROBE), str(directory), environment=display.environment | {"HOME": str(home)})
    assert probe.returncode == 0, probe.stderr[-3000:]
    found: dict[str, Any] = json.loads(probe.stdout.splitlines()[-1])
    return found


def colour(name: str) -> list[int]:
    return [round(255 * part) for part in rgb(name)]


def test_human_is_at_the_same_place_on_every_scene(seen: dict[str, Any]) -> None:
    assert seen["human_places"] == [list(Metrics(800, 480, 7.0).human)]


def test_no_text_is_cut_or_wider_than_planned(seen: dict[str, Any]) -> None:
    assert seen["clipped"] == []


def test_a_press_is_shown_in_the_next_frame(seen: dict[str, Any]) -> None:
    frames, pressed, _ = seen["pressed_frame"]
    assert frames == 1
    assert pressed.startswith("topic-")
    before, after = seen["pressed_pixels"]
    assert before == colour(DAY.surface)
    assert after == colour(DAY.pressed.ground)


def test_a_shaking_finger_touches_once_and_the_press_ends(seen: dict[str, Any]) -> None:
    assert seen["touched_once"]
    assert seen["released"] == ["", colour(DAY.surface)]


def test_whoever_touches_is_there_also_where_it_does_nothing(seen: dict[str, Any]) -> None:
    nothing, palm, card, action = seen["did_nothing"]
    assert nothing == [1, []]
    assert palm == [2, []]
    assert card == [2, [action]]


def test_a_frame_is_drawn_only_when_something_has_changed(seen: dict[str, Any]) -> None:
    assert seen["idle_frames"] == 0
    assert seen["asked_frames"] == 1
    assert seen["numbers_rise"]


def test_video_frames_come_from_any_thread(seen: dict[str, Any]) -> None:
    assert seen["video_pixel"] == [10, 20, 200]
    assert "64x48" in seen["bad_frame"]


def test_the_last_picture_of_a_call_is_not_shown_in_the_next(seen: dict[str, Any]) -> None:
    assert seen["next_call_pixel"] != [10, 20, 200]


def test_dimming_and_moving_against_burn_in(seen: dict[str, Any]) -> None:
    assert seen["shifted"] == [4, -3]
    bright, dimmed = seen["dimmed"]
    assert bright == colour(DAY.human.ground)
    assert dimmed == pytest.approx([part / 2 for part in bright], abs=2)


def test_a_real_pointer_touches_and_keys_do_nothing(seen: dict[str, Any]) -> None:
    if "pointer" not in seen:
        pytest.skip("the display server cannot be told to click: libXtst is not installed")
    assert seen["pointer"] == ["home", ["home"]]
    assert seen["still_there"]


def test_nobody_leaves_through_the_window_manager(seen: dict[str, Any]) -> None:
    assert seen["close_refused"] and seen["still_there"]


def test_the_saved_picture_shows_something(seen: dict[str, Any], directory: Path) -> None:
    picture = (directory / "welcome.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) == 800 and int.from_bytes(picture[20:24]) == 480
    assert len(picture) > 15_000  # an empty one is a twentieth of that


def test_kivy_writes_nothing_into_the_home(seen: dict[str, Any], directory: Path) -> None:
    assert [path.name for path in (directory / "home").rglob("*kivy*")] == []


OPEN = """
import sys
from pathlib import Path
from kiosk import config
from kiosk.screen.window import NoDisplay, ScreenWindow
try:
    ScreenWindow(config.Screen(size="800x480"), Path(sys.argv[1]), on_touch=print)
except NoDisplay as error:
    print(isinstance(error, OSError), error)
"""


@pytest.mark.parametrize(
    ("display", "says"), [("", "graphical session"), (":987", "apt install libgl1")], ids=["none", "unreachable"]
)
def test_without_a_display_it_says_what_to_do(tmp_path: Path, display: str, says: str) -> None:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    }
    tried = run("-c", OPEN, str(tmp_path), environment=environment | ({"DISPLAY": display} if display else {}))
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.startswith("True ") and says in tried.stdout
    assert tried.stderr == ""


def test_scenes_and_layouts_need_no_kivy() -> None:
    code = "import sys, kiosk.screen.window, kiosk.screen.gallery; sys.exit('kivy' in sys.modules)"
    assert run("-c", code, environment=dict(os.environ)).returncode == 0
