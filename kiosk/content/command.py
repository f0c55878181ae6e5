"""``kiosk content check`` looks over what a hall's terminal can answer, ``kiosk content patch`` adds to it."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from kiosk.content.check import Knows
    from kiosk.content.findings import Finding

EXIT_WRONG = 1


def add(commands: Any) -> None:
    """Add it to the commands of ``kiosk content``."""
    check = commands.add_parser(
        "check", help="look over packs; exits 1 when a terminal should not use one of them"
    )
    check.add_argument("packs", nargs="*", metavar="NAME|FILE", help="bank, or a file of a pack; without: all")
    check.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=_check)
    patch = commands.add_parser("patch", help="what was taught at the desk, as a file for the terminals")
    patch.add_argument("--config", type=Path, default=Path("/etc/kiosk/desk.toml"), help="the desk's desk.toml")
    patch.add_argument("--hall", default="bank", help="the pack: bank, telecom, gov or a site's own")
    patch.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: NAME.taught.toml")
    patch.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    patch.set_defaults(run=_patch)


def _check(args: argparse.Namespace) -> int:
    from kiosk.content.check import all_packs, check
    from kiosk.content.findings import in_order

    knows, found = _words(args.models)
    packs = args.packs or all_packs()
    for pack in packs:
        found += check(pack, knows)
    found = in_order(found)
    wrong = sum(not one.warning for one in found)
    if args.json:
        findings = [
            msgspec.to_builtins(one) | {"severity": "warning" if one.warning else "error"} for one in found
        ]
        whole = {"packs": packs, "errors": wrong, "warnings": len(found) - wrong, "findings": findings}
        print(msgspec.json.encode(whole).decode())
    else:
        for one in found:
            print(one)
        print(f"{', '.join(packs)}: {wrong} errors, {len(found) - wrong} warnings")
    return EXIT_WRONG if wrong else 0


def _words(models: Path | None) -> tuple[Knows | None, list[Finding]]:
    """What knows the speech model's words, or why they are not looked up."""
    from kiosk.content.findings import Finding, Rule
    from kiosk.content.vocabulary import known_words
    from kiosk.voice.models import ModelError, default_dir

    try:
        return known_words(models or default_dir()), []
    except ModelError as error:
        remedy = "or name its folder with --models"
        return None, [Finding("", 0, Rule.MODEL, f"the words were not looked up: {error}", remedy)]
    except ImportError as error:
        remedy = "install it: pip install 'rengong-kiosk[voice]'"
        return None, [Finding("", 0, Rule.MODEL, f"the words were not looked up: {error}", remedy)]


def _patch(args: argparse.Namespace) -> int:
    """Nothing is written that a terminal should not use."""
    from kiosk import config
    from kiosk.content.check import check
    from kiosk.content.teaching import patch
    from kiosk.desk.database import open_database
    from kiosk.desk.misses import MissRecord

    settings, name = config.load(args.config, config.Desk), args.hall
    taught = MissRecord(open_database(settings.database), settings.hall).taught(name)
    if not taught:
        print(f"{name}: nothing was taught yet; the page /unanswered of the desk is for that")
        return EXIT_WRONG
    knows, found = _words(args.models)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / f"{name}.taught.toml"
        draft.write_text(patch(name, taught), encoding="utf-8")
        found += [one for one in check(str(draft), knows) if Path(one.file) == draft or not one.warning]
        out = args.out or Path(draft.name)
        for one in found:
            print(str(one).replace(str(draft), str(out)))
        if any(not one.warning for one in found):
            print(f"{out} was not written; take back at the desk what is wrong")
            return EXIT_WRONG
        shutil.copyfile(draft, out)
    print(f"{out}: {len(taught)} sentences. Put it at /etc/kiosk/halls/{name}.taught.toml on each terminal; then:")
    print(f"kiosk content check {name}; kiosk content train {name}; and start screen and voice again")
    return 0
