"""``kiosk bench`` measures, ``kiosk audit`` checks."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the commands and what belongs to them to an argparse parser's commands."""
    _add_bench(commands)
    _add_audit(commands)


def _add_bench(commands: Any) -> None:
    bench = commands.add_parser("bench", help="measure").add_subparsers(required=True, metavar="NAME")
    call = bench.add_parser("call", help="from the press to lamp, broker, desk and page")
    call.add_argument("--presses", type=_positive, default=200)
    call.add_argument("--browser", action="store_true", help="a real Chromium is the page")
    call.add_argument("--json", action="store_true", help="print one JSON object")
    call.set_defaults(run=_bench_call)
    chaos = bench.add_parser("chaos", help="presses while everything breaks: none lost, none twice")
    chaos.add_argument("--presses", type=_positive, default=60)
    chaos.add_argument("--seed", type=int, default=1, help="the same seed is the same plan of mishaps")
    chaos.add_argument("--pace", type=float, default=10.0, help="10: ten times as fast as in a hall")
    chaos.add_argument("--kiosks", type=_positive, default=3)
    chaos.add_argument("--trouble", type=float, default=2.0, help="4: twice as many mishaps as by default")
    chaos.add_argument("--keep", type=Path, metavar="DIR", help="keep the logs, the journals and the ledger there")
    chaos.add_argument("--json", action="store_true", help="print one JSON object")
    chaos.set_defaults(run=_bench_chaos)
    faults = bench.add_parser(
        "faults", help="each fault in turn: who notices it, when, in which words; mended, is it gone?"
    )
    faults.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these faults of docs/faults.md")
    faults.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    faults.add_argument(
        "--write", type=Path, metavar="FILE", help="put the results into the table of this document"
    )
    faults.add_argument("--json", action="store_true", help="print one JSON object")
    faults.set_defaults(run=_bench_faults)
    fuzz = bench.add_parser("fuzz", help="valid, spoilt and senseless inputs on every surface")
    fuzz.add_argument("--inputs", type=_positive, default=100_000)
    fuzz.add_argument("--seed", type=int, default=1)
    fuzz.add_argument("--json", action="store_true", help="print one JSON object")
    fuzz.set_defaults(run=_bench_fuzz)
    fleet = bench.add_parser("fleet", help="thousands of simulated terminals on one mosquitto, and real desks")
    fleet.add_argument("--kiosks", type=_positive, default=10_000, help="a tenth of them is measured too")
    fleet.add_argument("--hall", type=_positive, default=100, help="terminals in each hall")
    fleet.add_argument("--real", type=_positive, default=5, help="halls with a real desk")
    fleet.add_argument("--seconds", type=_positive, default=120, help="how long the day takes")
    fleet.add_argument("--calls", type=float, default=0.5, help="by each terminal")
    fleet.add_argument("--pace", type=float, default=1.0, help="of the agents; 10 is ten times as fast as people")
    fleet.add_argument("--json", action="store_true", help="print one JSON object")
    fleet.set_defaults(run=_bench_fleet)
    idle = bench.add_parser("idle", help="what a terminal costs while nobody is there; how soon its button lives")
    idle.add_argument("--seconds", type=_positive, default=60)
    idle.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    idle.add_argument("--json", action="store_true", help="print one JSON object")
    idle.set_defaults(run=_bench_idle)
    report = bench.add_parser("report", help="a report of many calls, beside a ledger that writes")
    report.add_argument("--calls", type=_positive, default=100_000)
    report.add_argument("--json", action="store_true", help="print one JSON object")
    report.set_defaults(run=_bench_report)
    screen = bench.add_parser("screen", help="the touch screen: start, touch, idling, memory")
    screen.add_argument("--touches", type=_positive, default=100)
    screen.add_argument("--changes", type=_positive, default=10_000)
    screen.add_argument("--seconds", type=_positive, default=20, help="how long each CPU figure is measured")
    screen.add_argument("--size", default="1280x800")
    screen.add_argument("--json", action="store_true", help="print one JSON object")
    screen.set_defaults(run=_bench_screen)

    voice = bench.add_parser("voice", help="the ears on recorded Mandarin, beside plain vosk")
    bargein = bench.add_parser("bargein", help="hearing over the terminal's own voice, in simulated rooms")
    for one, quick in ((voice, "an eighth of the recordings"), (bargein, "a third of the rooms and calls")):
        one.add_argument("--quick", action="store_true", help=quick)
        one.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
        one.add_argument("--json", action="store_true", help="print one JSON object")
    voice.set_defaults(run=_bench_voice)
    bargein.set_defaults(run=_bench_bargein)

    dialogue = bench.add_parser("dialogue", help="what is made of sentences that nobody has trained with")
    dialogue.add_argument("--quick", action="store_true", help="an eighth of the sentences")
    dialogue.add_argument("--text", action="store_true", help="only as text, not spoken in noise")
    dialogue.add_argument("--sentences", type=Path, metavar="DIR", help="default: those of the clone")
    dialogue.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    dialogue.add_argument("--json", action="store_true", help="print one JSON object")
    dialogue.set_defaults(run=_bench_dialogue)

    video = bench.add_parser("video", help="from an agent's click to sound and picture on both sides; its cost")
    video.add_argument("--calls", type=_positive, default=20, help="for the times")
    video.add_argument("--resumes", type=_positive, default=10, help="of the screen, and of the page")
    video.add_argument("--memory-calls", type=_positive, default=50)
    video.add_argument("--seconds", type=_positive, default=10, help="how long each size is measured")
    video.add_argument("--json", action="store_true", help="print one JSON object")
    video.set_defaults(run=_bench_video)


def _add_audit(commands: Any) -> None:
    audit = commands.add_parser("audit", help="check").add_subparsers(required=True, metavar="NAME")
    screen = audit.add_parser("screen", help="every scene in a real window: sizes, contrast, what is cut off")
    screen.add_argument("--out", type=Path, metavar="DIR", help="save the pictures and the result there")
    screen.add_argument("--no-pictures", action="store_true", help="save only the result")
    screen.add_argument("--sizes", help="panels, such as 800x480,1024x768@15 (inches); else those it is made for")
    screen.add_argument("--scenes", help="only these of the gallery: welcome,calling")
    screen.add_argument("--quick", action="store_true", help="a few pictures that cover every pair of choices")
    screen.add_argument("--json", action="store_true", help="print one JSON object")
    screen.set_defaults(run=_audit_screen)


def _bench_call(args: argparse.Namespace) -> int:
    from kiosk.bench.call import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(presses=args.presses, browser=args.browser, as_json=args.json)


def _bench_chaos(args: argparse.Namespace) -> int:
    from kiosk.bench.chaos.run import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        presses=args.presses,
        seed=args.seed,
        pace=args.pace,
        kiosks=args.kiosks,
        trouble=args.trouble,
        as_json=args.json,
        keep=args.keep,
    )


def _bench_faults(args: argparse.Namespace) -> int:
    from kiosk.bench.faults.run import run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(only=args.only, models=args.models or default_dir(), as_json=args.json, write=args.write)


def _bench_fuzz(args: argparse.Namespace) -> int:
    from kiosk.bench.fuzz.run import run_bench

    return run_bench(inputs=args.inputs, seed=args.seed, as_json=args.json)


def _bench_fleet(args: argparse.Namespace) -> int:
    from kiosk.bench.fleet.run import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        kiosks=args.kiosks,
        hall=args.hall,
        real=args.real,
        seconds=args.seconds,
        calls=args.calls,
        pace=args.pace,
        as_json=args.json,
    )


def _bench_idle(args: argparse.Namespace) -> int:
    from kiosk.bench.idle import run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(seconds=args.seconds, models=args.models or default_dir(), as_json=args.json)


def _bench_report(args: argparse.Namespace) -> int:
    from kiosk.bench.reporting import run_bench

    return run_bench(calls=args.calls, as_json=args.json)


def _bench_screen(args: argparse.Namespace) -> int:
    from kiosk.bench.screen import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        touches=args.touches, changes=args.changes, seconds=args.seconds, size=args.size, as_json=args.json
    )


def _bench_voice(args: argparse.Namespace) -> int:
    from kiosk.bench.voice.run import run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(quick=args.quick, as_json=args.json, models=args.models or default_dir())


def _bench_dialogue(args: argparse.Namespace) -> int:
    from kiosk.bench.dialogue import SENTENCES, run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        quick=args.quick,
        spoken=not args.text,
        as_json=args.json,
        sentences=args.sentences or SENTENCES,
        models=args.models or default_dir(),
    )


def _bench_bargein(args: argparse.Namespace) -> int:
    from kiosk.bench.voice.bargein import run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(quick=args.quick, as_json=args.json, models=args.models or default_dir())


def _bench_video(args: argparse.Namespace) -> int:
    from kiosk.bench.video.run import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        calls=args.calls,
        resumes=args.resumes,
        memory_calls=args.memory_calls,
        seconds=args.seconds,
        as_json=args.json,
    )


def _audit_screen(args: argparse.Namespace) -> int:
    from kiosk.screen.audit.limits import PANELS, panel
    from kiosk.screen.audit.run import Wish, run_audit

    logging.getLogger().setLevel(logging.WARNING)
    wish = Wish(
        panels=tuple(panel(name) for name in args.sizes.split(",")) if args.sizes else PANELS,
        scenes=tuple(args.scenes.split(",")) if args.scenes else (),
        quick=args.quick,
        directory=args.out,
        pictures=not args.no_pictures,
    )
    return run_audit(wish, as_json=args.json)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
