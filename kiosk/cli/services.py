"""The processes of a terminal: ``kiosk link``, ``screen``, ``voice``, and ``run`` for all three."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from kiosk import config, logs
from kiosk.cli.serving import run_service


def add(commands: Any) -> None:
    """Add the commands to an argparse parser's commands."""
    for name, run, text in (
        ("link", _link, "the human plane of a kiosk: button, call, journal, broker"),
        ("screen", _screen, "the touch screen of a kiosk"),
        ("voice", _voice, "the ears and the mouth of a kiosk"),
        ("run", _run, "link, voice and screen of a kiosk together, where there is no systemd"),
    ):
        parser = commands.add_parser(name, help=text)
        parser.add_argument("--config", type=Path, default=config.DEFAULT_PATH)
        parser.set_defaults(run=run)


def _settings(path: Path) -> config.Kiosk:
    settings = config.load(path, config.Kiosk)
    logs.belongs_to(settings.hall, settings.name)
    return settings


def _link(args: argparse.Namespace) -> int:
    from kiosk.button import UnknownDriver, open_button
    from kiosk.link.hours import OpeningHoursError
    from kiosk.link.service import LinkService

    settings = _settings(args.config)
    button = settings.button
    try:
        service = LinkService(settings, open_button(button.driver, button.port, pins=settings.gpio))
    except UnknownDriver as error:
        raise config.wrong_key(args.config, "button.driver", str(error)) from error
    except OpeningHoursError as error:
        raise config.wrong_key(args.config, error.key, str(error)) from error
    return run_service(service.run)


def _screen(args: argparse.Namespace) -> int:
    from kiosk.screen.app import ScreenService

    return run_service(ScreenService(_settings(args.config)).run)


def _voice(args: argparse.Namespace) -> int:
    from kiosk.voice.service import VoiceService

    return run_service(VoiceService(_settings(args.config)).run)


def _run(args: argparse.Namespace) -> int:
    from kiosk.supervisor import supervise

    config.load(args.config, config.Kiosk)  # a wrong file is told once, not by each part again and again
    return run_service(lambda: supervise(args.config))
