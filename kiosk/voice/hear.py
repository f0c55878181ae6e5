"""``kiosk hear``: what the terminal understands of WAV files, or of the microphone."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from kiosk import config
from kiosk.voice.models import default_dir


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser("hear", help="what the terminal understands of a recording, or of the microphone")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.wav", help="16 bit, any rate")
    parser.add_argument("--live", action="store_true", help="the microphone, until Ctrl-C")
    parser.add_argument("--devices", action="store_true", help="list the microphones for voice.microphone")
    parser.add_argument("--pack", help="the hall's content, whose sentences are expected (default: as configured)")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each utterance")
    parser.add_argument("--config", type=Path, help=f"default: {config.DEFAULT_PATH}, if it is there")
    parser.set_defaults(run=_hear)


def _hear(args: argparse.Namespace) -> int:
    from kiosk.voice.activity import Activity
    from kiosk.voice.clear import Clear
    from kiosk.voice.ears import Ears
    from kiosk.voice.events import Event
    from kiosk.voice.recogniser import open_recogniser
    from kiosk.voice.sentences import hall_sentences
    from kiosk.voice.sound import Source
    from kiosk.voice.wavfile import Recording, read_wav

    logging.getLogger().setLevel(logging.WARNING)
    if args.devices:
        from kiosk.voice.capture import inputs

        print("\n".join(inputs()) or "no microphone")
        return 0
    if bool(args.files) == args.live:
        raise ValueError("hear what? Give WAV files, or --live, or --devices")
    voice, hearing, pack = _settings(args.config)
    recordings = {str(path): read_wav(path) for path in args.files}
    sentences = hall_sentences(args.pack or pack)
    recogniser = open_recogniser(Path(voice.models_dir), sentences, hearing.memory_mb)

    def hear(name: str, source: Source) -> None:
        tell: Callable[[Event], None] = _printer(name, as_json=args.json)
        Ears(source, recogniser, Activity(), hearing, Clear(sentences), tell).run()

    for name, samples in recordings.items():
        hear(name, Recording(samples))
    if args.live:
        from kiosk.voice.levels import SignalHealth
        from kiosk.voice.microphones import REMEDIES, open_microphone

        def fault(name: str) -> None:
            print(f"microphone: {REMEDIES.get(name, 'recovered')}", file=sys.stderr)

        hear("", open_microphone(voice.microphone, SignalHealth(hearing.silent_s), fault))
    return 0


def _settings(path: Path | None) -> tuple[config.Voice, config.Hearing, str]:
    if path is None and config.DEFAULT_PATH.exists():
        path = config.DEFAULT_PATH
    if path is not None:
        kiosk = config.load(path, config.Kiosk)
        return kiosk.voice, kiosk.hearing, kiosk.screen.pack
    return config.Voice(models_dir=str(default_dir())), config.Hearing(), config.Screen().pack


def _printer(name: str, *, as_json: bool) -> Callable[[Any], None]:
    from kiosk.voice.events import Caption, Said
    from kiosk.voice.written import written

    live = sys.stderr.isatty() and not as_json

    def tell(event: Any) -> None:
        if isinstance(event, Caption) and live:
            print(f"\r\033[K{event.text}", end="", file=sys.stderr, flush=True)
        if not isinstance(event, Said):
            return
        heard = event.heard
        if as_json:
            row = {
                "file": name,
                "text": heard.text,
                "written": written(heard.text),
                "confidence": round(heard.confidence, 3),
                "person": event.person,
                "hall": heard.hall,
                "begin_s": round(event.begin_s, 3),
                "end_s": round(event.end_s, 3),
                "alternatives": heard.alternatives,
                "words": msgspec.to_builtins(heard.words),
            }
            print(json.dumps(row, ensure_ascii=False), flush=True)
            return
        if live:
            print("\r\033[K", end="", file=sys.stderr)
        person = f"  [calls a person: {event.person}]" if event.person else ""
        where = f"{name} " if name else ""
        print(f"{where}{event.begin_s:.2f}-{event.end_s:.2f} s  {heard.text}  {heard.confidence:.2f}{person}")
        for word in heard.words:
            print(f"    {word.start:6.2f}-{word.end:5.2f}  {word.confidence:.2f}  {word.text}", flush=True)

    return tell
