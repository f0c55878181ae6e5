#!/usr/bin/env python3
"""Many presses through ``kiosk bench chaos``, seed by seed, and their sum in docs/reliability.md.

setsid nohup scripts/chaos-runs.py run >/dev/null 2>&1 &    in the background; begun again it goes on
scripts/chaos-runs.py state                                 how far it is
scripts/chaos-runs.py write                                 put the sum into docs/reliability.md
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- chaos-runs: begin -->", "<!-- chaos-runs: end -->"
SUMMED = (
    "presses",
    "delivered",
    "lost",
    "duplicated",
    "ghosts",
    "gone_with_board",
    "unknown",
    "set_aside",
    "calls",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "state", "write"])
    parser.add_argument("--dir", type=Path, default=ROOT / "chaos-runs", help="where the results are kept")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument(
        "--presses", type=int, default=10_100, help="of each run; a few are swallowed by a bad contact"
    )
    parser.add_argument("--kiosks", type=int, default=24)
    parser.add_argument("--pace", type=float, default=10.0)
    args = parser.parse_args()
    if args.what == "run":
        return run(args)
    results = finished(args.dir)
    if args.what == "write":
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), summary(results)), encoding="utf-8")
    print(summary(results))
    return 0 if len(results) >= args.runs and all(goal["met"] for r in results for goal in r["goals"]) else 1


def run(args: argparse.Namespace) -> int:
    """Every seed that has no result yet."""
    os.nice(19)
    args.dir.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    for seed in range(1, args.runs + 1):
        result = args.dir / f"seed-{seed}.json"
        if result.exists():
            continue
        kept = args.dir / f"seed-{seed}"
        shutil.rmtree(kept, ignore_errors=True)
        command = [sys.executable, "-m", "kiosk", "bench", "chaos", "--json", "--seed", str(seed)]
        command += [
            "--presses",
            str(args.presses),
            "--kiosks",
            str(args.kiosks),
            "--pace",
            str(args.pace),
            "--trouble",
            "1",
        ]
        with (args.dir / f"seed-{seed}.log").open("w") as log:
            done = subprocess.run(
                [*command, "--keep", str(kept)], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )
        try:
            figures: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            print(
                f"seed {seed} broke off with status {done.returncode}: see seed-{seed}.log; run again to repeat it"
            )
            continue
        figures |= {"date": time.strftime("%Y-%m-%d"), "commit": commit.stdout.strip(), "seed": seed}
        result.with_suffix(".part").write_text(json.dumps(figures, ensure_ascii=False))
        result.with_suffix(".part").replace(result)
        if all(goal["met"] for goal in figures["goals"]):
            shutil.rmtree(kept, ignore_errors=True)
    return 0


def finished(directory: Path) -> list[dict[str, Any]]:
    """The results so far, by seed."""
    results = [json.loads(path.read_text()) for path in directory.glob("seed-*.json")]
    return sorted(results, key=lambda result: result["seed"])


def summary(results: list[dict[str, Any]]) -> str:
    """The sum as Markdown."""
    if not results:
        return "No run has finished."
    figures = [result["figures"] for result in results]
    machine = results[0]["machine"]
    faults = sorted(key for key in figures[0] if key.startswith("fault_"))
    rows = [(key, sum(run[key] for run in figures)) for key in SUMMED]
    rows += [
        (key, max(run[key] for run in figures)) for key in ("recovery_s_p99", "recovery_s_max", "ledger_s_max")
    ]
    rows += [(key, sum(run[key] for run in figures)) for key in faults]
    dates = sorted({result["date"] for result in results})
    commits = sorted({result["commit"] for result in results})
    lines = [
        f"{dates[0]}{f' to {dates[-1]}' if len(dates) > 1 else ''}, seeds "
        f"{', '.join(str(result['seed']) for result in results)}, {machine['kiosks']} terminals in each run, "
        f"commit {', '.join(commits)}; {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}. "
        f"The runs took {sum(run['took_s'] for run in figures) / 60:.0f} minutes.",
        "",
        "| figure | all runs (times: the worst run) |",
        "|---|---|",
        *(f"| `{key}` | {value:,.10g} |" for key, value in rows),
    ]
    return "\n".join(lines)


def replaced(text: str, part: str) -> str:
    """The document with this between its marks."""
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{part}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    sys.exit(main())
