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
    screen = bench.add_parser("screen", help="the touch screen: start, touch, idling, memory")
    screen.add_argument("--touches", type=_positive, default=100)
    screen.add_argument("--changes", type=_positive, default=10_000)
    screen.add_argument("--seconds", type=_positive, default=20, help="how long each CPU figure is measured")
    screen.add_argument("--size", default="1280x800")
    screen.add_argument("--json", action="store_true", help="print one JSON object")
    screen.set_defaults(run=_bench_screen)

    voice = bench.add_parser("voice", help="the ears on recorded Mandarin, beside plain vosk")
    voice.add_argument("--quick", action="store_true", help="an eighth of the recordings")
    voice.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    voice.add_argument("--json", action="store_true", help="print one JSON object")
    voice.set_defaults(run=_bench_voice)


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


def _bench_screen(args: argparse.Namespace) -> int:
    from kiosk.bench.screen import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        touches=args.touches, changes=args.changes, seconds=args.seconds, size=args.size, as_json=args.json
    )


def _bench_voice(args: argparse.Namespace) -> int:
    from kiosk.bench.voice import run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(quick=args.quick, as_json=args.json, models=args.models or default_dir())


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
