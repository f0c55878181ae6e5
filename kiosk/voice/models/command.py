"""``kiosk models list|fetch|verify``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.voice.models import manifest, store
from kiosk.voice.models.manifest import Model, ModelError
from kiosk.voice.models.place import default_dir


def add(commands: Any) -> None:
    """Add the command and what belongs to it to an argparse parser's commands."""
    parser = commands.add_parser("models", help="the models that the terminal hears and speaks with")
    what = parser.add_subparsers(required=True, metavar="WHAT")
    for name, run, text in (
        ("list", _list, "what there is, what it is for and whether it is here"),
        ("fetch", _fetch, "bring what is missing or damaged"),
        ("verify", _verify, "compare every file with its hash; exits 1 when one is wrong"),
    ):
        one = what.add_parser(name, help=text)
        one.add_argument("names", nargs="*", metavar="MODEL", help="all when none is named")
        where = one.add_mutually_exclusive_group()
        where.add_argument(
            "--dir", type=Path, help="where they lie; else KIOSK_MODELS, the clone, or kiosk.toml says"
        )
        where.add_argument("--config", type=Path, help="a kiosk.toml whose voice.models_dir it is")
        if name == "fetch":
            one.add_argument(
                "--from", dest="brought", type=Path, metavar="DIR", help="look here first: a USB stick"
            )
        one.set_defaults(run=run)


def _list(args: argparse.Namespace) -> int:
    directory = _directory(args)
    print(directory)
    for model in _chosen(args):
        state = "missing" if not (directory / model.name).is_dir() else "damaged"
        if not store.flaw(model, directory):
            state = "here"
        print(f"\n{model.name}  {state}")
        print(f"  for      {model.purpose}")
        print(f"  version  {model.version}")
        print(f"  size     {model.size / 1e6:.0f} MB to fetch, {model.unpacked_size / 1e6:.0f} MB on disk")
        print(f"  licence  {model.licence}")
        for source in model.sources:
            print(f"  from     {source.url or f'the Python package {source.wheel}'}")
    return 0


def _fetch(args: argparse.Namespace) -> int:
    from kiosk.voice.models.fetch import fetch  # it loads an HTTP client, which no service needs

    directory = _directory(args)
    failed = []
    for model in _chosen(args):
        try:
            fresh = fetch(model, directory, sys.stderr, args.brought)
        except ModelError as error:
            failed.append(f"{error}. Without it {model.without}.")
        else:
            print(f"{model.name}: {'fetched' if fresh else 'here, and whole'}")
    if failed:
        raise ModelError("\nkiosk: ".join(failed))
    return 0


def _verify(args: argparse.Namespace) -> int:
    directory = _directory(args)
    wrong = 0
    for model in _chosen(args):
        damage = store.damage(model, directory)
        wrong += bool(damage)
        print(f"{model.name} {damage}; run: kiosk models fetch" if damage else f"{model.name}: whole")
    return 1 if wrong else 0


def _directory(args: argparse.Namespace) -> Path:
    if args.config is not None:
        return Path(config.load(args.config, config.Kiosk).voice.models_dir)
    directory: Path = args.dir or default_dir()
    return directory


def _chosen(args: argparse.Namespace) -> tuple[Model, ...]:
    return tuple(manifest.named(name) for name in args.names) or manifest.models()
