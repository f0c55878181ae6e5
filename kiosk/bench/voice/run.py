"""``kiosk bench voice``: the ears on recorded and rendered Mandarin, clean and in noise, beside plain vosk.

Every recording goes through both in the same run: the whole chain of the ears, and vosk as its own example uses it
(a new recogniser for each recording, its own endpointer). The recordings lie outside the repository
(:mod:`kiosk.bench.voice.recordings`); calls for a person are rendered by machines, because nobody has recorded
them.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import vosk

from kiosk.bench.report import Report, percentile, progress
from kiosk.bench.voice.bargein import PACK, Terminal, own_sentences
from kiosk.bench.voice.listening import TAIL_S, Listener, room
from kiosk.bench.voice.plain import kept_cost, plain_vosk
from kiosk.bench.voice.recordings import (
    Recordings,
    Spoken,
    find_recordings,
    load_recordings,
    mixed,
    padded,
    plain,
)
from kiosk.bench.voice.rendered import PACES, Renderer
from kiosk.config import Hearing
from kiosk.dialogue.person import asks_person
from kiosk.ops.memory import rss_mb
from kiosk.voice.heard import errors
from kiosk.voice.sentences import EVERYWHERE, PERSON, hall_sentences
from kiosk.voice.sound import RATE, Samples, to_int16
from kiosk.voice.speech.audio import resampled
from kiosk.voice.warming import WARM_S

#: What is mixed in: key of the figure, dB between speech and noise.
CONDITIONS = (("clean", None), ("20db", 20.0), ("10db", 10.0), ("5db", 5.0))
#: Each recording is heard so often in noise, each time in another: one draw of 700 characters is luck.
_DRAWS = 2
#: Calls for a person are tried without noise and with it.
CALL_SNRS = (None, 20.0, 10.0)
#: Further ways to call that are not among the sentences that the recogniser expects.
MORE_CALLS = (
    "我想找个人问问", "请帮我转人工服务", "能不能叫个人过来看看", "喊一下你们经理", "我不会弄叫个人来帮我",
    "给我接人工", "人工人工", "我要找你们工作人员", "有没有人管一管", "我不想跟机器说话",
)  # fmt: skip
_IDLE_S, _QUIET_DB = 20.0, -60.0
_MEMORY_COUNT = 500


def run_bench(*, quick: bool, as_json: bool, models: Path) -> int:
    """Measure and print; 0 when every goal is met. Raises OSError or ValueError for what is missing."""
    recordings = load_recordings(find_recordings())
    report = Report("voice")
    spoken = _chosen(recordings, quick=quick)
    # Memory is measured apart; here it would only bring in new recognisers at any time.
    listener = Listener(models, hall_sentences(PACK), Hearing(memory_mb=4000))
    _warm(listener, models)
    progress(f"{len(spoken)} recordings, {len(CONDITIONS)} conditions")
    false_calls, heard_s = _error_rates(report, listener, recordings, spoken)
    more_calls, more_s = _noise_alone(listener, recordings, quick=quick)
    renderer = Renderer(models)
    _recall(report, listener, recordings, renderer, quick=quick)
    wrong_calls, wrong_s = _delays(report, listener, renderer, quick=quick)
    false_calls, heard_s = false_calls + more_calls + wrong_calls, heard_s + more_s + wrong_s
    report.figures["human_false_per_hour"] = round(false_calls / (heard_s / 3600), 3)
    report.figures["human_hours"] = round(heard_s / 3600, 3)
    _idle(report, listener)
    _memory(report, models, spoken, 60 if quick else _MEMORY_COUNT)
    _goals(report)
    return report.show(as_json=as_json)


def _warm(listener: Listener, models: Path) -> None:
    """As the service does before it serves: with the terminal's own sentences."""
    terminal = Terminal(models)
    heard_s = 0.0
    for text in own_sentences(PACK):
        if heard_s < WARM_S:
            audio = terminal.says(text).audio
            heard_s += audio.seconds
            listener.recogniser.feed(to_int16(resampled(audio, RATE).samples * 16000))
            listener.recogniser.finish()


def _chosen(recordings: Recordings, *, quick: bool) -> list[Spoken]:
    """The single words are many and alike: every third of them; with ``quick`` an eighth of all."""
    words = [one for one in recordings.spoken if one.kind == "words"][::3]
    others = [one for one in recordings.spoken if one.kind != "words"]
    return (others + words)[:: 8 if quick else 1]


def _error_rates(
    report: Report, listener: Listener, recordings: Recordings, spoken: Sequence[Spoken]
) -> tuple[int, float]:
    """Character error rates and costs of both; gives the false calls and the seconds they were counted over."""
    model = listener.recogniser.model
    kept = vosk.KaldiRecognizer(model, RATE)
    calls, heard_s = 0, 0.0
    for name, snr in CONDITIONS:
        wrong = floor_wrong = count = 0
        ears_s = floor_s = length_s = 0.0
        listener.tee.pieces.clear()
        played = list(spoken) * (1 if snr is None else _DRAWS)
        for at, (one, sound) in enumerate(_mixed(recordings, played, snr)):
            wanted = plain(one.text)
            heards = listener.listen(sound)
            # Its time is taken once, without noise; its texts do not need the time of a new recogniser.
            floor = plain_vosk(model, sound, None if snr is None else kept)
            wrong += errors(wanted, plain(heards.text))
            floor_wrong += errors(wanted, plain(floor.text))
            count += len(wanted)
            ears_s += heards.cpu_s
            floor_s += floor.cpu_s
            length_s += len(sound) / RATE
            if heards.person:
                calls += 1
                progress(f"false call: '{heards.text}' for '{one.text}'")
            if at % 20 == 19:
                progress(f"{name}: {at + 1}, {wrong / count:.3f}, plain vosk {floor_wrong / count:.3f}")
        report.figures[f"cer_{name}"] = round(wrong / count, 4)
        report.floor[f"floor_cer_{name}"] = round(floor_wrong / count, 4)
        report.figures[f"rtf_chain_{name}"] = round(ears_s / (length_s + TAIL_S * len(played)), 4)
        heard_s += length_s
        if snr is None:
            report.floor["floor_rtf"] = round(floor_s / length_s, 4)
            pieces = list(listener.tee.pieces)
            free_s = kept_cost(model, pieces)
            hall_s = kept_cost(model, pieces, listener.recogniser.grammar)
            # Of a second of the recording, as the floor's, and of a second that the recognisers really get.
            report.figures["rtf_warm"] = round(free_s / length_s, 4)
            report.figures["rtf_grammar"] = round(hall_s / length_s, 4)
            fed_s = sum(len(piece) for piece in pieces) / RATE
            report.figures["rtf_warm_fed"] = round(free_s / fed_s, 4)
            report.figures["rtf_grammar_fed"] = round(hall_s / fed_s, 4)
    return calls, heard_s


def _mixed(
    recordings: Recordings, spoken: Sequence[Spoken], snr: float | None
) -> Iterator[tuple[Spoken, Samples]]:
    for seed, one in enumerate(spoken):
        clean = padded(one.sound)
        noise = None if snr is None else recordings.noise(seed, len(clean), one.name)
        yield one, clean if noise is None or snr is None else mixed(one, noise, snr)


def _noise_alone(listener: Listener, recordings: Recordings, *, quick: bool) -> tuple[int, float]:
    """False calls in noise and babble without a speaker, and the seconds of it."""
    progress("noise alone")
    sounds = [np.tile(noise, 2) for noise in recordings.noises.values()]
    sounds += [recordings.noise(4 * number, 30 * RATE, "") for number in range(1 if quick else 10)]
    calls = 0
    for sound in sounds[:: 8 if quick else 1]:
        heards = listener.listen(sound)
        if heards.person:
            calls += 1
            progress(f"false call in noise: '{heards.text}'")
    return calls, sum(len(sound) for sound in sounds[:: 8 if quick else 1]) / RATE


def _recall(
    report: Report, listener: Listener, recordings: Recordings, renderer: Renderer, *, quick: bool
) -> None:
    heard = count = 0
    progress("calls for a person")
    for at, text in enumerate((*PERSON, *MORE_CALLS)[:: 8 if quick else 1]):
        for number, (pace, pitch) in enumerate(PACES[:: 3 if quick else 1]):
            one = renderer.neural(text, pace, pitch)
            snr = CALL_SNRS[(at + number) % len(CALL_SNRS)]
            (_, sound) = next(_mixed(recordings, [one], None))
            if snr is not None:
                sound = mixed(one, recordings.noise(7 * at + number, len(sound), ""), snr)
            heards = listener.listen(sound)
            count += 1
            heard += bool(heards.person)
            if not heards.person:
                progress(f"call not heard: '{text}' at {snr} dB, pace {pace}, pitch {pitch}: '{heards.text}'")
    report.figures["human_recall"] = round(heard / count, 4)
    report.figures["human_calls_tried"] = count


def _delays(report: Report, listener: Listener, renderer: Renderer, *, quick: bool) -> tuple[int, float]:
    """From the end of speech to the text, of the hall's requests at the pace of a microphone.

    A request that was understood too late, or wrongly, to end it early has waited for the speaker to go on; those
    are told apart as ``waited_share``. Gives the calls for a person that none of them was, and the seconds heard.
    """
    progress("from the end of speech to the text, at the pace of a microphone")
    chance = random.Random(3)
    texts = [text for text in hall_sentences(PACK) if text not in EVERYWHERE and len(text) >= 3]
    calls, heard_s = 0, 0.0
    to_text: list[float] = []
    to_caption: list[float] = []
    for text in chance.sample(texts, 6 if quick else 40):
        one = renderer.neural(text, 0.9)
        sound = np.concatenate([room(0.6, _QUIET_DB), one.sound, room(0.5, _QUIET_DB)])
        heards = listener.listen(sound, paced=True)
        begin, end = _edges(sound)
        heard_s += len(sound) / RATE
        if heards.person and not asks_person(text):
            calls += 1
            progress(f"false call: '{heards.text}' for '{text}'")
        if heards.text_s:
            to_text.append((heards.text_s[-1] - end) * 1000)
        if heards.first_caption_s is not None:
            to_caption.append((heards.first_caption_s - begin) * 1000)
    clear = [value for value in to_text if value < listener.hearing.unclear_silence_s * 1000]
    report.figures["eos_to_text_ms_p50"] = round(percentile(clear, 50))
    report.figures["eos_to_text_ms_p95"] = round(percentile(clear, 95))
    report.figures["waited_share"] = round(1 - len(clear) / len(to_text), 3)
    report.figures["first_caption_ms"] = round(percentile(to_caption, 50))
    return calls, heard_s


def _edges(sound: Samples) -> tuple[float, float]:
    """When the voice in a quiet recording begins and ends, in seconds: above -45 dB of full scale."""
    power = np.sqrt(np.mean(sound[: len(sound) // 160 * 160].reshape(-1, 160).astype(np.float32) ** 2, axis=1))
    loud = np.flatnonzero(power > 32768 * 10 ** (-45 / 20))
    return float(loud[0]) / 100, float(loud[-1] + 1) / 100


def _idle(report: Report, listener: Listener) -> None:
    """CPU of the ears while nobody speaks, in percent of a core."""
    begun = time.perf_counter()
    heards = listener.listen(room(_IDLE_S, _QUIET_DB), paced=True)
    report.figures["idle_cpu_percent"] = round(100 * heards.cpu_s / (time.perf_counter() - begun), 2)


def _memory(report: Report, models: Path, spoken: Sequence[Spoken], count: int) -> None:
    """In a process of its own, as the voice has one."""
    progress(f"memory: {count} utterances in one process")
    queue = multiprocessing.get_context("spawn").SimpleQueue()
    arguments = (models, [one.sound for one in spoken], count, queue)
    child = multiprocessing.get_context("spawn").Process(target=_use_memory, args=arguments)
    child.start()
    child.join()
    if queue.empty():
        raise RuntimeError(f"the process that measures memory ended with {child.exitcode}")
    last, most = queue.get()
    report.figures["rss_mb_after_500"] = round(last, 1)
    report.figures["rss_mb_most"] = round(most, 1)


def _use_memory(models: Path, sounds: list[Samples], count: int, queue: multiprocessing.SimpleQueue) -> None:  # type: ignore[type-arg]
    listener = Listener(models, hall_sentences(PACK))
    quiet = room(6.0, _QUIET_DB)
    most = 0.0
    for number in range(count):
        # Each time a little different, as no two customers are alike.
        sound = np.roll(sounds[number % len(sounds)], number)
        listener.listen(np.concatenate([padded(sound), quiet]) if number % 10 == 9 else padded(sound))
        listener.tee.pieces.clear()
        most = max(most, rss_mb())
    queue.put((rss_mb(), most))


def _goals(report: Report) -> None:
    report.goal("cer_clean", report.floor["floor_cer_clean"])
    for name, snr in CONDITIONS:
        if snr is not None:
            report.goal(f"cer_{name}", report.floor[f"floor_cer_{name}"] - 0.0001)
    report.goal("rtf_warm", 0.10)
    report.goal("rtf_grammar", 0.03)
    report.goal("eos_to_text_ms_p95", 700)
    report.goal("human_recall", 0.99, least=True)
    report.goal("human_false_per_hour", 0.2)
    report.goal("rss_mb_after_500", 400)
