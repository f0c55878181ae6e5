"""``kiosk bench bargein``: the terminal speaks in simulated rooms, and customers speak over it.

Does it hear their calls for a person, and not itself? With ``hearing.echo`` at calls, at cancel and, as the floor,
at mute.

Everything but sound cards is the terminal's own: what was played (told with times that are a little wrong), the
canceller, the ears; and the loudspeaker falls silent when the ears say so.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from kiosk.bench.report import Report, percentile, progress
from kiosk.bench.voice.listening import Listener
from kiosk.bench.voice.rendered import PACES, Renderer
from kiosk.bench.voice.rooms import ROOMS, Room, microphone
from kiosk.config import Hearing
from kiosk.dialogue.pack import load_pack
from kiosk.voice.activity import Activity
from kiosk.voice.ears import Ears
from kiosk.voice.echo import Canceller, Clean
from kiosk.voice.events import Event, Interrupts, Said, Started
from kiosk.voice.sentences import hall_sentences
from kiosk.voice.sound import FRAME, FRAME_S, RATE, Samples
from kiosk.voice.speech import renderer as speech
from kiosk.voice.speech.audio import Audio, Samples as Floats, resampled
from kiosk.voice.speech.fastspeech import FastSpeech
from kiosk.voice.speech.played import Played

PACK = "bank"
#: What is said over the terminal's voice.
CALLS = (
    "人工", "转人工", "我要人工", "人工服务", "找人工", "叫个人来", "有没有人", "找工作人员", "找经理", "来人",
    "有人吗", "找个人来", "我要找人",
)  # fmt: skip
#: What the screen has said beside the pack's answers: 人工 is in each.
SCREENS = (
    "您好，要办什么事？点一张图，或者点一下，按这里说话。要找人，就按红色的人工。",
    "对不起，没听明白。请再说一遍，或者点一张图。要找人，就按红色的人工。",
    "请按红色的人工",
    "想找人，就说“人工”。",
)
Echo = Literal["calls", "cancel", "mute"]
WAYS: tuple[Echo, ...] = ("calls", "cancel", "mute")
_SPEED, _VOLUME = 0.85, 0.8
_PAUSE_S = 2.5
#: The device plays so much that it has been given before it is told to stop, and is told ahead of it.
_AHEAD_S = 0.04
_BLOCK_S = 0.01
#: The clock shows some time at the beginning.
_EPOCH = 1000.0


@dataclass(frozen=True)
class Sentence:
    """One of the terminal's, as its loudspeaker gets it."""

    text: str
    audio: Audio


@dataclass
class Visit:
    """What came of one: times in seconds of sound."""

    said: list[Said] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    interrupted: list[float] = field(default_factory=list)


class Hall:
    """A source of frames: the terminal says its sentences one after the other, customers speak when they like."""

    def __init__(
        self, room: Room, sentences: Sequence[Sentence], customers: Sequence[tuple[float, Samples]]
    ) -> None:
        """``customers``: when each begins to speak (seconds), and what."""
        self.room = room
        self.played = Played()
        self.at = 0.0  # when the frame that was brought last began, by the microphone's clock
        chance = random.Random(room.seed)
        self.times: list[tuple[float, float, str]] = []
        self._told: list[tuple[float, int, Floats]] = []
        far, now = [np.zeros(RATE)], 1.0
        for one in sentences:
            off = chance.uniform(-room.jitter_s, room.jitter_s)
            samples = one.audio.samples * np.float32(_VOLUME**2)
            size = round(one.audio.rate * _BLOCK_S)
            for start in range(0, len(samples), size):
                told = now + start / one.audio.rate + off
                self._told.append((told, one.audio.rate, samples[start : start + size]))
            sound = resampled(Audio(samples, one.audio.rate), RATE).samples.astype(np.float64)
            self.times.append((now, now + len(sound) / RATE, one.text))
            far += [sound, np.zeros(round(_PAUSE_S * RATE))]
            now += len(sound) / RATE + _PAUSE_S
        self._far = np.concatenate(far)
        self._gain = room.echo_gain(self._far)
        self._rest = room.noise(len(self._far))
        for at, voice in customers:
            heard = room.near(np.concatenate([voice.astype(np.float64), np.zeros(round(room.t60_s * RATE))]))
            begin = round(at * RATE)
            self._rest[begin : begin + len(heard)] += heard[: max(0, len(self._rest) - begin)]
        self._mix()
        self._frame = 0

    def frames(self) -> Iterator[Samples | None]:
        for number in range(len(self._far) // FRAME):
            self._frame = number
            now = self._frame * FRAME_S
            self.at = _EPOCH + now
            while self._told and self._told[0][0] < now + FRAME_S + _AHEAD_S:
                told, rate, samples = self._told.pop(0)
                self.played.add(_EPOCH + told, rate, samples)
            yield self._mic[self._frame * FRAME : (self._frame + 1) * FRAME]

    def close(self) -> None:
        """Nothing."""

    def hush(self) -> None:
        """The loudspeaker is told to be silent at the end of this frame."""
        now = (self._frame + 1) * FRAME_S
        end = next((end for begin, end, _ in self.times if begin <= now < end), None)
        if end is None:
            return
        self.played.cut(_EPOCH + now)
        self._told = [one for one in self._told if one[0] > end]
        self._far[round((now + _AHEAD_S / 2) * RATE) : round(end * RATE)] = 0
        self._mix()

    def speaks(self) -> str:
        """The sentence that is being said, or is just about to be."""
        now = (self._frame + 1) * FRAME_S
        return next((text for begin, end, text in self.times if begin - 0.1 <= now < end), "")

    def _mix(self) -> None:
        self._mic = microphone(self._rest, self.room.echo(self._far) * self._gain)


def visit(hall: Hall, listener: Listener, echo: Echo, canceller: Canceller | None = None) -> Visit:
    """What the ears make of it."""
    result = Visit()
    remover = canceller or Canceller(hall.played)

    def tell(event: Event) -> None:
        now = (hall._frame + 1) * FRAME_S
        match event:
            case Said():
                result.said.append(event)
            case Started():
                result.started.append(now)
            case Interrupts():
                result.interrupted.append(now)
                hall.hush()
                ears.speaking(False)

    class Timed:
        """The hall, which tells the ears when the mouth speaks."""

        def frames(self) -> Iterator[Samples | None]:
            before = ""
            for frame in hall.frames():
                if (text := hall.speaks()) != before:
                    ears.speaking(bool(text), text)
                    before = text
                yield frame

        def close(self) -> None:
            """Nothing."""

    def cleans(frame: Samples | None) -> list[Clean]:
        return remover.flush() if frame is None else remover.feed(frame, hall.at)

    settings = Hearing(echo=echo)
    ears = Ears(
        Timed(), listener.tee, Activity(), settings, listener.clear, tell, None if echo == "mute" else cleans
    )
    ears.run()
    listener.tee.pieces.clear()
    return result


class Terminal:
    """Renders what the terminal says, as it says it."""

    def __init__(self, models: Path) -> None:
        self._renderer = speech.Renderer(_Named(models))

    def says(self, text: str) -> Sentence:
        return Sentence(text, self._renderer.sentence(text, _SPEED))


class _Named(FastSpeech):
    """The voice, in this process."""

    name = identity = "fastspeech"

    def close(self) -> None:
        """Nothing."""


def own_sentences(pack: str) -> list[str]:
    """What the terminal says in a hall; texts with fields in them, which no site has filled in, are left out."""
    texts = [service.spoken or service.answer for service in load_pack(pack).service]
    return [*SCREENS, *(text for text in texts if "{" not in text)]


def run_bench(*, quick: bool, as_json: bool, models: Path) -> int:
    """Measure and print; 0 when every goal is met. Raises OSError or ValueError for what is missing."""
    report = Report("bargein")
    measure(report, Listener(models, hall_sentences(PACK)), Renderer(models), PACK, quick=quick)
    return report.show(as_json=as_json)


def measure(report: Report, listener: Listener, renderer: Renderer, pack: str, *, quick: bool) -> None:
    """For each way of hearing: ``WAY_self_heard``, ``WAY_recall`` of calls; for cancel ``barge_in_ms_p50`` too."""
    terminal = Terminal(renderer.models)
    own = [terminal.says(text) for text in own_sentences(pack)]
    rooms = ROOMS[:: 3 if quick else 1]
    heard: Counter[Echo] = Counter()
    self_heard: Counter[Echo] = Counter()
    count = 0
    delays: list[float] = []
    for number, room in enumerate(rooms):
        sentences, calls = _calls(own, renderer, number, quick=quick)
        customers = [(at, sound) for at, _, sound in calls]
        count += len(calls)
        for echo in WAYS:
            if echo != "mute":
                alone = visit(Hall(room, own[:: 4 if quick else 1], ()), listener, echo).said
                self_heard[echo] += _told("heard itself", alone, room, echo)
            answered = visit(Hall(room, sentences, customers), listener, echo)
            others = list(answered.said)
            for at, text, sound in calls:
                until = at + len(sound) / RATE
                meant = _within(answered.said, at, until)
                others = [one for one in others if one not in meant]
                if any(one.person for one in meant):
                    heard[echo] += 1
                elif echo != "mute":
                    texts = [one.heard.text for one in meant]
                    progress(f"{room.name}, {echo}: not heard over the terminal's voice: '{text}': {texts}")
                if echo == "cancel":
                    delays += [(when - at) * 1000 for when in answered.started if at < when < until + 1][:1]
            if echo != "mute":
                self_heard[echo] += _told("heard itself", others, room, echo)
    for echo in WAYS:
        figures = report.floor if echo == "mute" else report.figures
        figures[f"floor_{echo}_recall" if echo == "mute" else f"{echo}_recall"] = round(heard[echo] / count, 4)
        if echo != "mute":
            report.figures[f"{echo}_self_heard"] = self_heard[echo]
    report.figures["calls_tried"] = count
    report.figures["barge_in_ms_p50"] = round(percentile(delays, 50)) if delays else -1
    report.goal("calls_self_heard", 0)
    report.goal("calls_recall", 0.9, least=True)


def _told(what: str, said: Sequence[Said], room: Room, echo: Echo) -> int:
    for one in said:
        progress(f"{room.name}, {echo}: {what}: '{one.heard.text}'")
    return len(said)


def _within(said: Sequence[Said], begin: float, end: float) -> list[Said]:
    """Those that were said at that time."""
    return [one for one in said if one.begin_s < end + 0.3 and one.end_s > begin]


def _calls(
    own: Sequence[Sentence], renderer: Renderer, seed: int, *, quick: bool
) -> tuple[list[Sentence], list[tuple[float, str, Samples]]]:
    """The terminal says a sentence alone, then one for each call; when, what, and the sound of each call."""
    chance = random.Random(seed)
    calls = CALLS[:: 3 if quick else 1]
    long = [one for one in own if one.audio.seconds > 3]
    sentences = [long[0], *(chance.choice(long) for _ in calls)]
    found, now = [], 1.0 + sentences[0].audio.seconds + _PAUSE_S
    for number, (text, sentence) in enumerate(zip(calls, sentences[1:], strict=True)):
        sound = renderer.neural(text, *PACES[(number + seed) % len(PACES)]).sound
        voiced = np.flatnonzero(np.abs(sound.astype(np.int32)) > 1000)
        sound = sound[voiced[0] :]
        found.append((now + chance.uniform(0.5, sentence.audio.seconds - 1.5), text, sound))
        now += sentence.audio.seconds + _PAUSE_S
    return sentences, found
