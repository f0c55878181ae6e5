"""``kiosk bench dialogue``: what is made of sentences that nobody has trained with, typed and spoken.

The sentences lie in ``tests/dialogue/unseen`` (its README says how they were written and how they are kept apart).
Spoken ones are rendered by the terminal's own voice at several paces and pitches, with the noises of a hall 10 dB
below it, and heard by the whole chain of the ears. The floor of the same run is the nearest sample sentence by
edit distance.
"""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from kiosk.bench.report import Report, summary
from kiosk.dialogue.decision import Answer, Decision, HandOver, Reason, Unclear, Understanding
from kiosk.dialogue.outcome import Judged, tally
from kiosk.dialogue.pack import HALLS, Pack, load_pack
from kiosk.dialogue.trained import open_understanding
from kiosk.dialogue.wording import bare
from kiosk.ops.memory import rss_mb
from kiosk.voice.heard import errors

#: Of the clone that this runs from.
SENTENCES = Path(__file__).parents[2] / "tests" / "dialogue" / "unseen"
#: Services that are younger than the sentences, and what they were part of when those were written.
_YOUNGER = {
    "passbook_loss": {"card_loss", "passbook"},
    "machine_swallowed": {"cash", "card_loss"},
    "wrong_transfer": {"transfer"},
}
_SNR_DB = 10.0
#: Every third sentence is spoken; the floor, which is slow, judges every eighth, and a quick bench too.
_SPOKEN_SHARE, _QUICK = 3, 8
#: A sample that more of whose characters differ is no match for the floor.
_FLOOR_MOST = 0.5


@dataclass(frozen=True)
class Sentence:
    """What is said, and what a clerk would take it for: services, or ``none``."""

    text: str
    accepted: frozenset[str]


def run_bench(*, quick: bool, spoken: bool, as_json: bool, sentences: Path, models: Path) -> int:
    """Measure and print; 0 when every goal is met. Raises OSError or ValueError for what is missing."""
    report = Report("dialogue")
    before = rss_mb()
    halls = {name: load_pack(name) for name in HALLS}
    understandings = {name: open_understanding(name, pack) for name, pack in halls.items()}
    report.figures["rss_growth_mb"] = round(rss_mb() - before, 1)
    sets = {name: load_sentences(sentences, name)[:: _QUICK if quick else 1] for name in HALLS}
    _typed(report, halls, understandings, sets)
    if spoken:
        _spoken(report, halls, understandings, sets, models)
    _goals(report, spoken=spoken)
    return report.show(as_json=as_json)


def load_sentences(directory: Path, hall: str) -> list[Sentence]:
    """Those of a hall, of every hall, and those that are no wish. Raises OSError for a missing file."""
    rows: list[Sentence] = []
    for name in (hall, "common", "chatter"):
        with (directory / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                also = (row["also"] or "").split(",")
                rows.append(Sentence(row["text"], frozenset({row["intent"], *(one for one in also if one)})))
    return rows


def _typed(
    report: Report,
    halls: dict[str, Pack],
    understandings: dict[str, Understanding],
    sets: dict[str, list[Sentence]],
) -> None:
    everything: list[Judged] = []
    floor: list[Judged] = []
    times: list[float] = []
    for name, pack in halls.items():
        judged: list[Judged] = []
        for sentence in sets[name]:
            begun = time.perf_counter()
            decision = understandings[name].understand(sentence.text)
            times.append((time.perf_counter() - begun) * 1000)
            judged.append(_judged(sentence, decision))
        _progress(f"{name}: {len(judged)} sentences; the nearest sample for every {_QUICK}th of them")
        nearest = _Nearest(pack)
        floor += [_judged(one, nearest.understand(one.text)) for one in sets[name][::_QUICK]]
        _add(report.figures, f"{name}_text", tally(judged, pack))
        everything += judged
    shares = tally(everything, *halls.values())
    _add(report.figures, "text", shares)
    for key in (
        "chatter_answered",
        "chatter_offered",
        "urgent_recall",
        "urgent_false",
        "human_recall",
        "human_false",
    ):
        if key in shares:
            report.figures[key] = report.figures.pop(f"text_{key}")
    report.figures["text_sentences"] = len(everything)
    report.figures |= summary("decide_ms", times)
    _add(report.floor, "floor_text", tally(floor, *halls.values()))


def _spoken(
    report: Report,
    halls: dict[str, Pack],
    understandings: dict[str, Understanding],
    sets: dict[str, list[Sentence]],
    models: Path,
) -> None:
    from kiosk.bench.voice.listening import Listener
    from kiosk.bench.voice.recordings import find_recordings, load_recordings, mixed, padded
    from kiosk.bench.voice.rendered import PACES, Renderer
    from kiosk.voice.sentences import hall_sentences

    recordings = load_recordings(find_recordings())
    renderer = Renderer(models)
    everything: list[Judged] = []
    for number, (name, pack) in enumerate(halls.items()):
        listener = Listener(models, hall_sentences(name))
        judged: list[Judged] = []
        for at, sentence in enumerate(sets[name][number::_SPOKEN_SHARE]):
            voice = renderer.neural(bare(sentence.text), *PACES[at % len(PACES)])
            noise = recordings.noise(31 * number + at, len(padded(voice.sound)), "")
            heards = listener.listen(mixed(voice, noise, _SNR_DB))
            decision = understandings[name].understand(heards.text, heards.others) if heards.text else Unclear()
            if heards.person and not isinstance(decision, HandOver):
                decision = HandOver(Reason.ASKED)  # the ears call by themselves
            judged.append(_judged(sentence, decision))
            if at % 20 == 19:
                _progress(f"{name}: {at + 1} spoken, {tally(judged, pack).get('right_or_offered', 0):.3f}")
        _add(report.figures, f"{name}_speech", tally(judged, pack))
        everything += judged
    _add(report.figures, "speech", tally(everything, *halls.values()))
    report.figures["speech_sentences"] = len(everything)


class _Nearest:
    """The floor: the sample with the fewest differing characters, if at most half of them differ."""

    def __init__(self, pack: Pack) -> None:
        self._urgent = {service.id for service in pack.service if service.urgent}
        self._samples = [(bare(text), service.id) for service in pack.service for text in service.samples]

    def understand(self, text: str) -> Decision:
        said = bare(text)
        wrong, service = min(
            (errors(said, sample) / max(len(said), len(sample)), id_) for sample, id_ in self._samples
        )
        if wrong > _FLOOR_MOST:
            return Unclear()
        if service in self._urgent or service == "human":
            return HandOver(Reason.URGENT if service in self._urgent else Reason.ASKED, service)
        return Answer(service)


def _judged(sentence: Sentence, decision: Decision) -> Judged:
    accepted = set(sentence.accepted)
    accepted |= {service for service, part_of in _YOUNGER.items() if part_of & accepted}
    return accepted, decision


def _add(figures: dict[str, float], name: str, shares: dict[str, float]) -> None:
    figures |= {f"{name}_{key}": round(value, 4) for key, value in shares.items()}


def _goals(report: Report, *, spoken: bool) -> None:
    report.goal("text_right_or_offered", 0.95, least=True)
    report.goal("text_wrong", 0.01)
    if spoken:
        report.goal("speech_right_or_offered", 0.90, least=True)
        report.goal("speech_wrong", 0.01)
    report.goal("chatter_answered", 0.01)
    for kind in ("urgent", "human"):
        report.goal(f"{kind}_recall", 0.99, least=True)
        report.goal(f"{kind}_false", 0.005)
    report.goal("decide_ms_p99", 5)


def _progress(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)
