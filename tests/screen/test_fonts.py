"""The Chinese font."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from kiosk.screen import fonts
from kiosk.screen.fonts import FontMissing, Fonts
from kiosk.screen.glyphs import Glyphs


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.mark.parametrize(("language", "face"), [("zh_CN", "SC"), ("zh_TW", "TC"), ("en", "SC")])
def test_a_language_gets_its_own_face(cache: Path, language: str, face: str) -> None:
    """Not the first of the collection, which is the Japanese one."""
    found = Fonts(cache, language)
    for weight, glyphs in (("Regular", found.regular), ("Bold", found.bold)):
        names = TTFont(glyphs.path, lazy=True)["name"]
        assert names.getDebugName(1) == f"Noto Sans CJK {face}"
        assert names.getDebugName(2) == weight


def test_the_face_is_a_whole_font(cache: Path) -> None:
    """What is read here is what fontTools reads."""
    glyphs = Fonts(cache).regular
    font = TTFont(glyphs.path)
    codes, widths, units = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    for letter in "人工服务养老金Ay1，。…“":
        assert glyphs.has(letter)
        assert glyphs.width(letter, units) == widths[codes[ord(letter)]][0]
    assert not glyphs.has("\U0001f600")


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
@pytest.mark.parametrize("bold", [False, True])
def test_common_characters_come_from_a_small_font_that_draws_them_alike(
    cache: Path, language: str, bold: bool
) -> None:
    face = Fonts(cache, language).of(bold)
    text = (
        "人工，您好！窗口服務龍體abc 123 gy（）"
        if language == "zh_TW"
        else "人工，您好！窗口服务龙脏abc 123 gy（）"
    )
    small = face.file_for(text)
    assert small != face.path
    assert small.stat().st_size < face.path.stat().st_size / 8
    few, all_of_them = TTFont(small), TTFont(face.path)
    for letter in text:
        drawn = []
        for font in (few, all_of_them):
            pen = RecordingPen()
            glyph = font.getGlyphSet()[font.getBestCmap()[ord(letter)]]
            glyph.draw(pen)
            drawn.append((pen.value, glyph.width))
        assert drawn[0] == drawn[1], letter


def test_rare_characters_come_from_the_whole_font(cache: Path) -> None:
    face = Fonts(cache).regular
    assert face.has("䶮")
    assert face.file_for("王䶮") == face.path


def test_an_older_font_table_is_read_too() -> None:
    """Kivy's own font knows the first 65,536 characters only."""
    kivy = importlib.util.find_spec("kivy")
    assert kivy is not None and kivy.origin is not None
    path = Path(kivy.origin).parent / "data" / "fonts" / "Roboto-Regular.ttf"
    glyphs, font = Glyphs(path), TTFont(path)
    codes = font.getBestCmap()
    wrong = [code for code in range(0x20, 0x2100) if glyphs.has(chr(code)) != (code in codes)]
    assert wrong == []
    for letter in "Hello, 1":
        assert glyphs.width(letter, 2048) == font["hmtx"][codes[ord(letter)]][0]


def test_missing_glyphs_are_named(cache: Path) -> None:
    found = Fonts(cache)
    assert found.missing_glyphs("人工 1 窗口") == ""
    assert found.missing_glyphs("人\U0001f600工\u0e01") == "\u0e01\U0001f600"


def test_it_is_taken_out_once_and_again_when_the_package_changes(tmp_path: Path) -> None:
    source = tmp_path / "system"
    source.mkdir()
    for weight in fonts.WEIGHTS:
        shutil.copy(Path("/usr/share/fonts/opentype/noto") / f"NotoSansCJK-{weight}.ttc", source)
    first = Fonts(tmp_path / "cache", places=(str(source),)).bold.path
    made = first.stat().st_mtime_ns
    assert Fonts(tmp_path / "cache", places=(str(source),)).bold.path == first
    assert first.stat().st_mtime_ns == made
    os.utime(source / "NotoSansCJK-Bold.ttc", (1, 1))
    second = Fonts(tmp_path / "cache", places=(str(source),)).bold.path
    assert second != first and second.exists() and not first.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root unpacks for somebody else")
def test_what_root_unpacks_is_for_the_user_of_the_screen(tmp_path: Path) -> None:
    """``sudo kiosk doctor`` too; and it mends what it has left behind for root only."""
    os.chown(tmp_path, 65534, 65534)
    cache = tmp_path / "new" / "fonts"
    found = Fonts(cache)
    left = found.bold.path
    os.chown(left, 0, 0)
    left.chmod(0o600)
    Fonts(cache)
    for path in (cache.parent, cache, *cache.iterdir()):
        assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534), path
        assert path.is_dir() or path.stat().st_mode & 0o777 == 0o644


def test_elsewhere_it_is_found_through_fontconfig(cache: Path) -> None:
    found = Fonts(cache, places=())
    assert found.missing_glyphs("人工服务养老金") == ""


def test_without_any_chinese_font_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_by_fontconfig", lambda face, weight: [])
    with pytest.raises(FontMissing, match="fonts-noto-cjk") as caught:
        Fonts(tmp_path, places=())
    assert isinstance(caught.value, OSError)


def test_a_font_without_chinese_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latin = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if latin is None:
        pytest.skip("no Latin font is installed")
    monkeypatch.setattr(fonts, "_by_fontconfig", lambda face, weight: [(latin, 0)])
    with pytest.raises(FontMissing):
        Fonts(tmp_path, places=())
