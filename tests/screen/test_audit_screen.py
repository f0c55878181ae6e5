"""``kiosk audit screen``: the real screens hold every limit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from kiosk.screen.audit.limits import PANELS
from kiosk.screen.gallery import GALLERY


def audit(*options: str) -> tuple[int, dict[str, Any]]:
    run = subprocess.run(
        [sys.executable, "-m", "kiosk", "audit", "screen", "--json", *options],
        stdout=subprocess.PIPE,
        timeout=600,
        check=False,
    )
    return run.returncode, json.loads(run.stdout)


def test_the_screens_hold_every_limit() -> None:
    status, result = audit("--quick")
    shown = "\n".join(f"{one['picture']}: {one['kind']}: {one['what']}" for one in result["violations"][:40])
    assert result["violation_count"] == 0, shown
    assert status == 0
    assert result["audit"] == "screen"
    assert result["pictures"] >= len(GALLERY) * len(PANELS)
    assert set(result["panels"]) == {panel.name for panel in PANELS}


def test_pictures_and_result_are_saved(tmp_path: Path) -> None:
    status, result = audit("--scenes", "welcome", "--sizes", "640x400@6", "--quick", "--out", str(tmp_path))
    saved = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    assert len(saved) == result["pictures"]
    assert "640x400/welcome-standard-zh_CN-day.png" in saved
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG\r\n") for name in saved)
    assert json.loads((tmp_path / "audit.json").read_text(encoding="utf-8")) == result
    assert status == (1 if result["violation_count"] else 0)
