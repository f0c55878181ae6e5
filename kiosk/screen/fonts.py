"""The Chinese font: found on the system, and its right face put where Kivy can open it. No Kivy here.

Noto Sans CJK comes as a collection with a face for each of Japan, Korea, the mainland, Taiwan and Hong Kong, and
SDL_ttf as Kivy uses it opens the first: Japanese forms of 直, 骨, 门. So the face that a language needs is copied
out of the collection once, into a cache.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import struct
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.sfnt import SFNTReader

from kiosk.screen.glyphs import Glyphs
from kiosk.screen.smallfont import NotSuch, common_characters, cut, font_file

log = logging.getLogger(__name__)

#: The face of each language, by the end of its name.
FACES = {"zh_CN": "SC", "zh_TW": "TC", "en": "SC"}
#: The character set whose characters are common in a language.
CODECS = {"zh_CN": "gb2312", "zh_TW": "big5", "en": "gb2312"}
WEIGHTS = ("Regular", "Bold")
PLACES = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/local/share/fonts",
)
_PROBE = "人工服务养老金骨直门"  # a font that lacks one of these is not a Chinese one


class FontMissing(OSError):
    """There is no font with Chinese characters; the text says what to install."""


class Fonts:
    """The two weights of one language, as files that SDL_ttf opens. ``cache`` is made when it is not there.

    Where root unpacks them (``kiosk setup``, the doctor), they belong to whoever has the directory around it.
    """

    def __init__(self, cache: Path, language: str = "zh_CN", places: tuple[str, ...] = PLACES) -> None:
        self._face = f"Noto Sans CJK {FACES.get(language, 'SC')}"
        codec = CODECS.get(language, "gb2312")
        around = next(directory for directory in cache.absolute().parents if directory.exists())
        try:
            files = [self._file(cache, weight, places) for weight in WEIGHTS]
            self.regular, self.bold = (Glyphs(file, _small(file, codec, cache)) for file in files)
        finally:
            _hand_over(cache.absolute(), around)
        self.missing_glyphs = lru_cache(maxsize=1024)(self._missing_glyphs)

    def of(self, bold: bool) -> Glyphs:
        return self.bold if bold else self.regular

    def line(self, px: int) -> int:
        """The height of a line of text as SDL_ttf draws it, pixels."""
        return max(face.line(px) for face in (self.regular, self.bold))

    def _missing_glyphs(self, text: str) -> str:
        """The characters of a text that would be drawn as empty boxes."""
        return "".join(
            sorted({c for c in text if not c.isspace() and not (self.regular.has(c) and self.bold.has(c))})
        )

    def _file(self, cache: Path, weight: str, places: tuple[str, ...]) -> Path:
        for place in places:
            source = Path(place) / f"NotoSansCJK-{weight}.ttc"
            if source.is_file():
                return extract(source, self._face, cache)
        for source, number in _by_fontconfig(self._face, weight):
            with contextlib.suppress(OSError, TTLibError, KeyError, struct.error):
                path = _copy(source, number, cache) if _is_collection(source) else source
                glyphs = Glyphs(path)
                if all(glyphs.has(character) for character in _PROBE):
                    return path
        raise FontMissing(
            "no font with Chinese characters is installed: run scripts/system-packages, or install fonts-noto-cjk"
        )


def extract(source: Path, face: str, cache: Path) -> Path:
    """The file of a named face of a collection; raises :class:`FontMissing` where there is no such face."""
    with source.open("rb") as file:
        for number in range(SFNTReader(file, fontNumber=0).numFonts):
            name = TTFont(source, fontNumber=number, lazy=True)["name"]
            if name.getDebugName(1) == face or name.getDebugName(16) == face:
                return _copy(source, number, cache)
    raise FontMissing(f"{source} has no face {face}: install fonts-noto-cjk anew")


def _copy(source: Path, number: int, cache: Path) -> Path:
    """One face of a collection as a file, made anew when the collection has changed.

    The tables are copied as they are; fontTools would compute the checksums of 16 MB first.
    """
    target = cache / f"{source.stem}-{number}-{source.stat().st_mtime_ns:x}.otf"
    if target.is_file():
        return target
    with source.open("rb") as file:
        reader = SFNTReader(file, fontNumber=number)
        data = font_file(reader.sfntVersion.encode("latin-1"), {tag: reader[tag] for tag in reader.tables})
    _write(target, data)
    for old in cache.glob(f"{source.stem}-{number}-*"):
        if not old.name.startswith(target.stem):
            old.unlink(missing_ok=True)
    return target


def _small(full: Path, codec: str, cache: Path) -> Glyphs | None:
    """The font with the common characters of a character set, made once; none where it cannot be made."""
    age = "" if full.parent == cache else f"-{full.stat().st_mtime_ns:x}"
    target = cache / f"{full.stem}{age}-{codec}.otf"
    if not target.is_file():
        try:
            _write(target, cut(Glyphs(full), common_characters(codec)))
        except NotSuch as error:
            log.info("the whole font is used: %s", error)
            return None
    return Glyphs(target)


def _write(target: Path, data: bytes) -> None:
    """The file appears as a whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(data)
            os.fchmod(new.fileno(), 0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _hand_over(cache: Path, around: Path) -> None:
    """What root has unpacked, now or long ago, the screen's user has to read, and to renew."""
    if os.geteuid() != 0 or not cache.is_dir():
        return
    keeper = around.stat()
    for path in (cache, *(one for one in cache.parents if around in one.parents), *cache.glob("*.otf")):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)  # whoever has the directory cannot lead root elsewhere
        try:
            os.fchown(handle, keeper.st_uid, keeper.st_gid)
            if stat.S_ISREG(os.fstat(handle).st_mode):
                os.fchmod(handle, 0o644)
        finally:
            os.close(handle)


def _is_collection(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"ttcf"


def _by_fontconfig(face: str, weight: str) -> list[tuple[Path, int]]:
    """Fonts that might do, best first: what fontconfig says is nearest, then whatever claims to be Chinese."""
    found = []
    for command in (
        ("fc-match", "-f", "%{file}|%{index}\n", f"{face}:style={weight}:lang=zh-cn"),
        ("fc-list", "-f", "%{file}|%{index}\n", ":lang=zh-cn"),
    ):
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        for line in sorted(run.stdout.splitlines()):
            path, _, number = line.partition("|")
            if path.endswith((".otf", ".ttf", ".ttc")):
                found.append((Path(path), int(number or 0) & 0xFFFF))
    return found
