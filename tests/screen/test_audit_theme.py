"""The real views with their theme broken in one way after the other: the audit finds what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from kiosk.display import VirtualDisplay
from kiosk.screen.audit.judge import Kind
from kiosk.screen.audit.limits import Limits
from kiosk.screen.audit.seen import Picture
from kiosk.screen.audit.verdict import Verdict

SCRIPT = Path(__file__).with_name("audit_broken_theme.py")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Picture]]:
    """A few scenes with each theme."""
    with VirtualDisplay(800, 480) as display:
        run = subprocess.run(
            [sys.executable, str(SCRIPT), str(tmp_path_factory.mktemp("fonts"))],
            env=display.environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-3000:]
    return msgspec.json.decode(run.stdout, type=dict[str, list[Picture]])


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        ("small_text", Kind.TEXT),
        ("tight_lines", Kind.SPACING),
        ("small_targets", Kind.TARGET),
        ("small_gaps", Kind.GAP),
        ("low_contrast", Kind.CONTRAST),
        ("unbroken_lines", Kind.CLIPPED),
        ("spread_human", Kind.OVERLAP),
        ("wandering_human", Kind.HUMAN),
        ("red_accent", Kind.RED),
        ("no_words", Kind.EMPTY),
        ("latin_font", Kind.GLYPH),
    ],
)
def test_each_broken_theme_is_caught(drawn: dict[str, list[Picture]], broken: str, kind: Kind) -> None:
    whole = Verdict(drawn["whole"], Limits())
    found = Verdict(drawn[broken], Limits())
    assert found.kinds[kind] > whole.kinds[kind], found.kinds
