"""``kiosk say``: speak a sentence, write it to a file, or render the terminal's own sentences ahead."""

from __future__ import annotations

import argparse
import datetime
import logging
from pathlib import Path
from typing import Any

import msgspec

from kiosk import config
from kiosk.voice.models import default_dir


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser("say", help="speak, to hear the terminal's voice")
    parser.add_argument("text", nargs="?", help="Chinese; numbers, money and times are read as people say them")
    parser.add_argument("--out", type=Path, metavar="FILE.wav", help="write it there, and play nothing")
    parser.add_argument(
        "--speed", type=_within(0.5, 1.5), help="1 is an announcer's pace (default: as configured)"
    )
    parser.add_argument("--volume", type=_within(0, 1), help="default: as configured for this hour")
    parser.add_argument("--engine", choices=["auto", "piper", "fastspeech", "espeak"])
    parser.add_argument("--prepare", type=Path, metavar="FILE", help="render its lines ahead, for the terminal")
    parser.add_argument("--devices", action="store_true", help="list the loudspeakers for voice.speaker")
    parser.add_argument("--config", type=Path, help=f"default: {config.DEFAULT_PATH}, if it is there")
    parser.set_defaults(run=_say)


def _say(args: argparse.Namespace) -> int:
    from kiosk.voice.speech.speaker import outputs
    from kiosk.voice.speech.voices import open_voices

    logging.getLogger().setLevel(logging.WARNING)
    if args.devices:
        print("\n".join(name for _, name in outputs()) or "no loudspeaker")
        return 0
    if not args.text and not args.prepare:
        raise ValueError("say what? Give a text, or --prepare FILE, or --devices")
    kiosk = _kiosk(args.config)
    voice = kiosk.voice if kiosk else config.Voice(models_dir=str(default_dir()))
    if args.engine:
        voice = msgspec.structs.replace(voice, engine=args.engine)
    voices = open_voices(voice, Path(voice.models_dir))
    try:
        if args.prepare:
            return _prepare(args, kiosk, voice, voices)
        return _speak(args, voice, voices)
    finally:
        voices.close()


def _speak(args: argparse.Namespace, voice: config.Voice, voices: Any) -> int:
    from kiosk.voice.speech.audio import Audio, to_wav
    from kiosk.voice.speech.player import Player
    from kiosk.voice.speech.renderer import Renderer
    from kiosk.voice.speech.volume import volume_at

    speed = voice.speed if args.speed is None else args.speed
    volume = volume_at(voice, datetime.datetime.now().time()) if args.volume is None else args.volume
    renderer = Renderer(voices)
    if args.out:
        whole = renderer.sentence(args.text, speed)
        args.out.write_bytes(to_wav(Audio(whole.samples * volume**2, whole.rate)))
        print(f"{args.out}: {whole.seconds:.1f} s, {voices.name}")
        return 0
    player = Player(voice.speaker)
    player.volume = volume
    playback = None
    try:
        for audio in renderer.clauses(args.text, speed):
            playback = playback or player.open(audio.rate)
            playback.feed(audio)
        if playback is not None:
            playback.finish()
            playback.wait()
    finally:
        if playback is not None:
            playback.close()
    return 0


def _prepare(args: argparse.Namespace, kiosk: config.Kiosk | None, voice: config.Voice, voices: Any) -> int:
    from kiosk.voice.speech.cache import Cache
    from kiosk.voice.speech.renderer import Renderer

    if kiosk is None:
        raise ValueError("--prepare needs --config FILE: its state_dir is where the sound goes")
    cache = Cache(Path(kiosk.state_dir) / "speech", voice.cache_mb << 20)
    lines = args.prepare.read_text(encoding="utf-8").splitlines()
    sentences = [line for line in lines if line.strip() and not line.startswith("#")]
    new = Renderer(voices, cache).prepare(sentences, [voice.speed, voice.slow_speed])
    print(f"{len(sentences)} sentences are ready; {new} clauses were new")
    return 0


def _kiosk(path: Path | None) -> config.Kiosk | None:
    if path is None and not config.DEFAULT_PATH.exists():
        return None
    return config.load(path or config.DEFAULT_PATH, config.Kiosk)


def _within(low: float, high: float) -> Any:
    def number(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be from {low} to {high}")
        return value

    return number
