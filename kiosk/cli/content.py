"""``kiosk ask`` tries the understanding, ``kiosk content train`` makes it of the sentences of a hall."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.content import command as check
from kiosk.dialogue.pack import HALLS


def add(commands: Any) -> None:
    """Add the commands and what belongs to them to an argparse parser's commands."""
    ask = commands.add_parser("ask", help="what the terminal makes of a sentence")
    ask.add_argument("sentences", nargs="*", metavar="SENTENCE", help="else one a line on standard input")
    ask.add_argument("--hall", help="the pack: bank, telecom, gov or a site's own (default: as configured)")
    ask.add_argument("--json", action="store_true", help="print one JSON object a line")
    ask.set_defaults(run=_ask)

    content = commands.add_parser("content", help="what the terminal can say").add_subparsers(
        required=True, metavar="WHAT"
    )
    train = content.add_parser(
        "train", help="learn to understand the sentences of halls; needed after each change"
    )
    train.add_argument("names", nargs="*", metavar="HALL", help=f"default: {', '.join(HALLS)}")
    train.add_argument("--measure", action="store_true", help="also say how well, on sentences that are held out")
    train.add_argument("--force", action="store_true", help="also where nothing has changed")
    train.add_argument("--out", type=Path, metavar="DIR", help="where to write; default: beside the packs")
    train.set_defaults(run=_train)
    check.add(content)


def _ask(args: argparse.Namespace) -> int:
    from kiosk.dialogue.asked import asked
    from kiosk.dialogue.classifier import ClassifierError
    from kiosk.dialogue.decision import Understanding
    from kiosk.dialogue.examples import load_examples
    from kiosk.dialogue.pack import load_pack
    from kiosk.dialogue.trained import open_understanding
    from kiosk.dialogue.training import train

    logging.getLogger().setLevel(logging.WARNING)
    name = args.hall or _configured_pack()
    pack = load_pack(name)
    try:
        understanding = open_understanding(name, pack)
    except ClassifierError as error:
        print(f"kiosk: {error}. Learning it for this time, which takes a while.", file=sys.stderr)
        understanding = Understanding(pack, train(load_examples(name, pack)))
    for sentence in args.sentences or (line.strip() for line in sys.stdin):
        if not sentence:
            continue
        row = asked(sentence, understanding.judge(sentence))
        if args.json:
            print(json.dumps(row, ensure_ascii=False), flush=True)
            continue
        titles = [pack.find(service).title for service in row["choices"] or [row["intent"]] if pack.find(service)]  # type: ignore[union-attr]
        print(f"{row['decision']:9} {row['confidence']:.2f}  {' | '.join(titles)}", flush=True)
    return 0


def _configured_pack() -> str:
    if config.DEFAULT_PATH.exists():
        return config.load(config.DEFAULT_PATH, config.Kiosk).screen.pack
    return config.Screen().pack


def _train(args: argparse.Namespace) -> int:
    from kiosk.dialogue.classifier import ClassifierError
    from kiosk.dialogue.examples import fingerprint, load_examples
    from kiosk.dialogue.pack import FOLDERS, first, load_pack
    from kiosk.dialogue.trained import find_classifier
    from kiosk.dialogue.training import train

    for name in args.names or HALLS:
        pack = load_pack(name)
        if not args.force and not args.measure:
            try:
                find_classifier(name, pack)
            except ClassifierError:
                pass
            else:
                print(f"{name}: nothing has changed")
                continue
        examples = load_examples(name, pack)
        if args.measure:
            _measure(name, pack, examples)
        beside = first(FOLDERS, f"{name}.toml")
        assert beside is not None  # the pack has been loaded from there
        path = (args.out or beside.parent) / f"{name}.npz"
        train(examples, fingerprint(name, pack)).save(path)
        print(f"{name}: learnt from {len(examples.texts)} sentences, in {path}")
    return 0


def _measure(name: str, pack: Any, examples: Any) -> None:
    from kiosk.dialogue.outcome import tally
    from kiosk.dialogue.training import held_out

    def progress(line: str) -> None:
        print(f"{name}: {line}", file=sys.stderr)

    for key, value in tally(held_out(examples, pack, progress), pack).items():
        print(f"{name}: {key:24} {value:.4f}")
