"""``kiosk setup terminal``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from kiosk import config
from kiosk.certs.roles import Holder, Role
from kiosk.ops.doctor import files
from kiosk.ops.doctor.line import Line, State, shown
from kiosk.ops.setup import answers as made, asking, checks, document, placing, starting
from kiosk.ops.setup.questions import TERMINAL

SHARE = Path("/usr/share/rengong-kiosk")
_KEYS = {
    "hall": "hall",
    "name": "name",
    "title": "title",
    "place": "place",
    "broker": "broker.url",
    "driver": "button.driver",
    "port": "button.port",
    "diagonal": "screen.diagonal_inch",
    "pack": "screen.pack",
    "microphone": "voice.microphone",
    "speaker": "voice.speaker",
}


def run(args: argparse.Namespace) -> int:
    """Ask, check, write, start, call; 1 when something is bad.

    Raises ConfigError, AnswerError, CertificateError.
    """
    path: Path = args.config
    text = placing.existing(path, force=args.force)
    now = document.known(text, path)
    defaults = {key: str(now[name]) for key, name in _KEYS.items() if name in now}
    certs = path.parent / "certs"

    def settings(given: made.Answers, where: Path) -> config.Kiosk:
        values = made.terminal({"hall": "hall", "name": "name", **given}, where)
        if "broker" not in given:  # not asked yet
            values = {key: value for key, value in values.items() if not key.startswith("broker.")}
        return config.parse(document.changed(text, values, path), path, config.Kiosk)

    def check(key: str, given: made.Answers) -> list[Line]:
        brought = Path(given["certs"]) if given.get("certs") else certs
        return list(_look(key, given, settings(given, brought), brought))

    given, seen = asking.collect(args, TERMINAL, defaults, check, ask=asking.can_ask())
    wanted = settings(given, certs)
    if wanted.broker.tls:
        holder = Holder(given["hall"], Role.KIOSK, given["name"])
        placing.certificates(Path(given["certs"]) if given["certs"] else certs, certs, [holder])
    placing.settings(path, document.changed(text, made.terminal(given, certs), path))
    print(f"\n{path} is written")
    later = [*_models(given, wanted), *_start(given)] if not args.no_start else _models(given, wanted)
    later += starting.call(wanted) if not args.no_start else []
    for line in later:
        print(shown(line), flush=True)
    print(f"\n{starting.verdict([*seen, *later]) if not args.no_start else 'Not started. Then: kiosk doctor'}")
    return int(any(line.state is State.BAD for line in [*seen, *later]))


def _look(key: str, given: made.Answers, settings: config.Kiosk, brought: Path) -> Iterator[Line]:
    """The checks of one answer, each as soon as all that it needs was said."""
    if key == "certs":
        holder = Holder(given["hall"], Role.KIOSK, given["name"])
        if not (brought / f"{holder.file}.crt").exists() and given["certs"]:
            others = ", ".join(sorted(found.name for found in brought.glob("kiosk-*.crt"))) or "none of a terminal"
            yield Line(
                "certificate",
                State.BAD,
                f"{brought} has no {holder.file}.crt; there is: {others}",
                f"take another name, or at the desk's machine: kiosk certs issue {holder.words}",
            )
    elif key == "broker":
        if settings.broker.tls:
            yield from files.certificates(settings, user="")  # still on the stick
        yield checks.broker(settings, f"{settings.hall}/{settings.name}")
    elif key == "driver" and given["driver"] in ("board", "lines"):
        yield checks.ports()
    elif key == "port" or (key == "driver" and given["driver"] in ("gpio", "none")):
        yield checks.button(settings)
    elif key == "pack":
        yield from checks.content(settings)
    elif key == "voice" and given["voice"] == "yes":
        yield checks.microphones()
    elif key == "microphone":
        yield checks.microphone(settings)
    elif key == "speaker":
        yield checks.speaker(settings)


def _models(given: made.Answers, settings: config.Kiosk) -> list[Line]:
    """Bring them, and look at every byte."""
    source = given.get("models", "")
    if not source or source == "none":
        return []
    from kiosk.voice.models import manifest
    from kiosk.voice.models.fetch import fetch

    directory = Path(settings.voice.models_dir)
    directory.mkdir(parents=True, exist_ok=True)
    failed = []
    for model in manifest.models():
        try:
            fetch(model, directory, sys.stderr, None if source == "network" else Path(source))
        except manifest.ModelError as error:
            failed.append(Line("model", State.BAD, str(error), "kiosk models fetch --from a USB stick"))
    for found in [directory, *directory.rglob("*")]:
        placing.own(found, user=placing.USER)
    return failed or list(files.models(settings))


def _start(given: made.Answers) -> list[Line]:
    parts = {"kiosk-link": True, "kiosk-voice": given["voice"] == "yes", "kiosk-screen": given["screen"] != "none"}
    lines = []
    if given["screen"] == "cage" and not placing.copy_drop_in(
        SHARE / "kiosk-screen-cage.conf", "kiosk-screen", "cage.conf"
    ):
        lines.append(Line("cage", State.BAD, f"{SHARE} has no drop-in for it", "install the Debian package"))
    wanted = [unit for unit, on in parts.items() if on]
    return lines + starting.start(wanted, [unit for unit, on in parts.items() if not on])
