"""The terminal's own voice in its microphone: taken out, told from a customer's, and refused at the last."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.bench.voice.bargein import Hall, Sentence
from kiosk.bench.voice.rooms import ROOMS, Room
from kiosk.config import Hearing
from kiosk.voice.ears import Ears
from kiosk.voice.echo import Barging, Canceller, Clean
from kiosk.voice.events import Caption, Interrupts, Level, Lost, Said, Started
from kiosk.voice.heard import Heard
from kiosk.voice.own import echoes, refused
from kiosk.voice.ring import Steady
from kiosk.voice.sound import FRAME_S, RATE, frames_in
from kiosk.voice.speech.audio import Audio

SENTENCE = "要找人，就按红色的人工。"
QUIET = Room("quiet", 0.3, 0.06, 0.0, bend=0.0, jitter_s=0.0, seed=5)


def voice(seconds, seed, rate=RATE):
    """Sounds like speech to a filter: coloured noise in syllables of many levels, with pauses."""
    chance = np.random.default_rng(seed)
    spectrum = np.fft.rfft(chance.normal(0, 1, round(seconds * rate)))
    frequency = np.fft.rfftfreq(round(seconds * rate), 1 / rate)
    spectrum[(frequency < 120) | (frequency > 3800)] = 0
    sound = np.fft.irfft(spectrum / (1 + frequency / 500), round(seconds * rate))
    syllables = np.repeat(chance.uniform(0, 1, round(seconds / 0.15) + 1) ** 2, round(0.15 * rate))[: len(sound)]
    sound *= syllables
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def sentences(count, seconds=4.0):
    return [Sentence(SENTENCE, Audio(voice(seconds, seed, 24_000), 24_000)) for seed in range(count)]


def call(seconds=0.8, seed=77):
    return np.rint(voice(seconds, seed) * 30_000).astype(np.int16)


def cancelled(hall, canceller=None, off_s=0.0):
    """Each frame of the microphone beside what is left of it, by the sentence that was being said."""
    canceller = canceller or Canceller(hall.played)
    clean, heard = [], []
    for frame in hall.frames():
        heard.append(frame)
        clean += canceller.feed(frame, hall.at + off_s)
    return heard, clean + canceller.flush()


def taken_db(hall, heard, clean, sentence, after_s=0.0):
    begin, end, _ = hall.times[sentence]
    part = slice(round((begin + after_s) / FRAME_S), round(end / FRAME_S))
    before = np.mean(np.concatenate(heard[part]).astype(float) ** 2)
    after = np.mean(np.concatenate([one.frame for one in clean[part]]).astype(float) ** 2)
    return 10 * np.log10(before / after)


# --- the canceller ----------------------------------------------------------------------------------


def test_the_terminals_voice_is_taken_out():
    hall = Hall(QUIET, sentences(3), ())
    heard, clean = cancelled(hall)
    assert taken_db(hall, heard, clean, 2) > 18


def test_times_that_jump_from_sentence_to_sentence_are_followed():
    hall = Hall(replace(QUIET, jitter_s=0.015), sentences(4), ())
    heard, clean = cancelled(hall)
    assert taken_db(hall, heard, clean, 3, after_s=0.8) > 14


def test_clocks_that_drift_apart_are_followed():
    hall = Hall(replace(QUIET, drift=50.0), sentences(3), ())
    heard, clean = cancelled(hall)
    assert taken_db(hall, heard, clean, 2, after_s=0.8) > 12


@pytest.mark.parametrize("delay_s", [0.0, 0.02, 0.25])
def test_an_echo_may_be_early_or_late(delay_s):
    hall = Hall(replace(QUIET, delay_s=delay_s), sentences(3), ())
    heard, clean = cancelled(hall)
    assert taken_db(hall, heard, clean, 2) > 14


def test_times_by_which_the_echo_comes_before_its_cause_are_no_matter():
    hall = Hall(replace(QUIET, delay_s=0.0), sentences(3), ())
    heard, clean = cancelled(hall, off_s=0.043)
    assert taken_db(hall, heard, clean, 2) > 14


def test_no_frame_is_lost_or_comes_twice():
    hall = Hall(QUIET, sentences(2), ())
    heard, clean = cancelled(hall)
    assert len(clean) == len(heard)
    before = round(hall.times[0][0] / FRAME_S) - 4
    assert all(np.array_equal(one.frame, frame) for one, frame in zip(clean[:before], heard[:before], strict=True))


def test_a_frame_waits_only_while_the_terminal_speaks():
    hall = Hall(QUIET, sentences(1), ())
    canceller = Canceller(hall.played)
    counts = [len(canceller.feed(frame, hall.at)) for frame in hall.frames()]
    begin, end, _ = hall.times[0]
    assert set(counts[: round(begin / FRAME_S) - 4]) == {1}
    assert set(counts[round((end + 1.0) / FRAME_S) :]) == {1}
    assert sum(counts) == len(counts)


def test_what_was_learnt_is_kept_from_visit_to_visit():
    first, second = Hall(QUIET, sentences(3), ()), Hall(QUIET, sentences(1), ())
    canceller = Canceller(first.played)
    cancelled(first, canceller)
    canceller._reference = second.played
    heard, clean = cancelled(second, canceller)
    assert taken_db(second, heard, clean, 0) > 14


# --- the customer -----------------------------------------------------------------------------------


class Deaf:
    """Understands the same whatever it is fed."""

    def __init__(self, text="你好"):
        self.text, self.fed, self.utterances = text, 0.0, []

    def feed(self, sound):
        self.fed += len(sound) / RATE

    def partial(self):
        return ""

    so_far = partial

    def finish(self):
        self.utterances.append(self.fed)
        self.fed = 0.0
        return Heard(self.text, 1.0, (), (), (1.0,))

    def drop(self):
        self.fed = 0.0

    def rest(self):
        return False


def said(events):
    return [event for event in events if isinstance(event, Said)]


class Loudest:
    """What is loud is voice: the terminal's too, whose rest is loud in a loud room."""

    def feed(self, frame):
        return 1.0 if np.abs(frame).max() > 400 else 0.0


def visit(room, count=4, customers=(), recogniser=None, hush=True, seconds=4.0, echo="cancel"):
    hall = Hall(room, sentences(count, seconds), customers)
    canceller = Canceller(hall.played)
    told, times = [], []

    def tell(event):
        if not isinstance(event, Level):
            told.append(event)
            times.append((hall._frame + 1) * FRAME_S)
            if isinstance(event, Interrupts) and hush:
                hall.hush()

    class Source:
        def frames(self):
            for frame in hall.frames():
                ears.speaking(bool(hall.speaks()), hall.speaks())
                yield frame

        def close(self):
            pass

    ears = Ears(
        Source(),
        recogniser or Deaf(),
        Loudest(),
        Hearing(echo=echo),
        lambda _: False,
        tell,
        lambda frame: canceller.flush() if frame is None else canceller.feed(frame, hall.at),
    )
    ears.run()
    return hall, told, times


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_terminal_alone_is_nobody(room):
    _, told, _ = visit(room)
    assert told == []


@pytest.mark.parametrize("room", [QUIET, *ROOMS[:2]], ids=lambda room: room.name)
def test_a_customer_over_the_terminals_voice_is_told_and_silences_it(room):
    at = 1.0 + 2 * (4.0 + 2.5) + 1.5  # in the third sentence
    hall, told, times = visit(room, customers=[(at, call())], recogniser=Deaf("人工"))
    started = next(i for i, event in enumerate(told) if isinstance(event, Started))
    interrupts = next(i for i, event in enumerate(told) if isinstance(event, Interrupts))
    assert at < times[started] <= times[interrupts] < at + 0.8
    (one,) = said(told)
    assert one.person == "人工"
    after = round((times[interrupts] + 0.3) * RATE)
    assert not hall._far[after : round(hall.times[2][1] * RATE)].any(), "the loudspeaker goes on"


def test_the_first_syllable_reaches_the_recogniser():
    recogniser, at = Deaf("人工"), 1.0 + 2 * (4.0 + 2.5) + 1.5
    visit(QUIET, customers=[(at, call(1.5))], recogniser=recogniser)
    # Of the time before a customer was noticed there is as much as of that before any other voice.
    assert recogniser.utterances[0] > 1.5 + Hearing().after_s + 0.25


LONG_S = 8.0
OVER = 1.0 + 2 * (LONG_S + 2.5) + 1.5  # in the third sentence


@pytest.mark.parametrize("room", [QUIET, *ROOMS[:2]], ids=lambda room: room.name)
def test_by_default_a_call_for_a_person_is_heard_over_the_terminals_voice_and_silences_it(room):
    customers, recogniser = [(OVER, call())], Deaf("别说了我要找人")
    _, told, _ = visit(room, 3, customers, recogniser, seconds=LONG_S, echo=Hearing().echo)
    assert [type(event) for event in told if not isinstance(event, Caption)] == [Started, Interrupts, Said]
    assert told[0].over, "nothing shows that the terminal listens while it speaks"
    assert said(told)[0].person


def test_by_default_nothing_else_is_heard_over_it_and_nothing_of_it_shows():
    customers, recogniser = [(OVER, call())], Deaf("我的卡丢了")
    _, told, _ = visit(QUIET, 3, customers, recogniser, seconds=LONG_S, echo=Hearing().echo)
    assert [type(event) for event in told] == [Started, Lost]
    assert told[0].over


def test_by_default_a_customer_who_goes_on_after_it_is_heard_whole():
    late = 1.0 + 2 * (4.0 + 2.5) + 3.2  # 0.8 s before the end of the third sentence
    _, told, _ = visit(QUIET, 3, [(late, call(3.0))], Deaf("我的卡丢了"), echo=Hearing().echo)
    (one,) = said(told)
    assert one.heard.text == "我的卡丢了"
    assert [event.over for event in told if isinstance(event, Started)] == [True, False]


@pytest.mark.parametrize("after_s", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("room", [QUIET, *ROOMS[:2]], ids=lambda room: room.name)
def test_by_default_a_short_answer_right_after_it_is_heard(room, after_s):
    customers = [(1.0 + 3 * 4.0 + 2 * 2.5 + after_s, call(0.6))]  # after the third sentence
    _, told, _ = visit(room, 3, customers, Deaf("挂失"), echo=Hearing().echo)
    (one,) = said(told)
    assert one.heard.text == "挂失"
    assert not [event for event in told if isinstance(event, Started)][-1].over, "it shows"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_by_default_the_terminal_alone_is_nobody(room):
    _, told, _ = visit(room, echo=Hearing().echo)
    assert told == []


def test_where_there_is_no_echo_a_call_is_heard_from_the_beginning_of_a_sentence():
    early = 1.0 + 2 * (4.0 + 2.5) + 0.6  # in the third sentence
    _, told, times = visit(replace(QUIET, echo_db=-60.0), 3, [(early, call())], Deaf("人工"), echo=Hearing().echo)
    (one,) = said(told)
    assert one.person
    assert times[0] < early + 0.8


def test_where_there_was_no_echo_a_sentence_that_is_louder_is_not_trusted():
    faint = [Sentence(SENTENCE, Audio(one.audio.samples * np.float32(0.001), 24_000)) for one in sentences(3)]
    hall = Hall(QUIET, [*faint, *sentences(1)], ())
    _, clean = cancelled(hall)
    third, loud = (round(hall.times[number][0] / FRAME_S) for number in (2, 3))
    assert all(one.settled for one in clean[third : third + 30] if one.echo)
    assert not any(one.settled for one in clean[loud + frames_in(0.25) : loud + frames_in(0.5)])


def test_half_duplex_hears_nothing_meanwhile():
    hall = Hall(QUIET, sentences(2), [(8.5, call())])
    told = []

    class Source:
        def frames(self):
            for frame in hall.frames():
                ears.speaking(bool(hall.speaks()), hall.speaks())
                yield frame

    ears = Ears(Source(), Deaf(), Loudest(), Hearing(echo="mute"), lambda _: False, told.append)
    ears.run()
    assert [one for one in told if not isinstance(one, Level)] == []


def judged(barging, count, rest_db, voice=1.0):
    """What is claimed of so many frames with that much left of an echo of -30 dB."""
    taken = 10**-3.0
    clean = Clean(np.zeros(0, np.int16), echo=True, settled=True, rest=taken * 10 ** (rest_db / 10), taken=taken)
    return [barging.feed(clean, voice) for _ in range(count)]


def test_what_a_filter_leaves_at_first_claims_nothing():
    assert not any(judged(Barging(), 60, 0.0))


def test_a_filter_that_leaves_much_needs_a_louder_customer():
    poor, good = Barging(), Barging()
    judged(poor, 300, -12.0)
    judged(good, 300, -25.0)
    assert not any(judged(poor, 12, -4.0))
    assert any(judged(good, 12, -4.0))
    assert any(judged(poor, 12, 5.0))


def test_a_click_claims_nothing():
    barging = Barging()
    judged(barging, 300, -25.0)
    assert not any([*judged(barging, 3, 20.0), *judged(barging, 20, -25.0)])


def test_a_quarter_of_a_second_of_it_is_needed():
    barging = Barging()
    judged(barging, 300, -25.0, voice=0.1)
    assert not any(judged(barging, frames_in(0.25) - 2, 3.0))
    assert any(judged(barging, 6, 3.0))
    assert not any(judged(barging, 100, 3.0, voice=0.1)[8:]), "loud, but no voice"


# --- the last line ----------------------------------------------------------------------------------

OWN = "对不起，没听明白。请再说一遍，或者点一张图。要找人，就按红色的人工。"


@pytest.mark.parametrize(
    "heard", ["没听明白", "请在说一遍", "就按红色的人工", "或者点一张图", "对不起没听明白请再说一遍", "人工"]
)
def test_its_own_words_come_back_are_refused(heard):
    assert refused(heard, OWN, sure=False)


@pytest.mark.parametrize("heard", ["我要挂失", "来个人", "我的卡丢了", "找工作人员", "有没有人", ""])
def test_other_words_are_a_customers(heard):
    assert not echoes(heard, OWN)


@pytest.mark.parametrize("heard", ["人工", "红色的", "要找人"])
def test_a_short_call_that_was_certainly_said_counts_though_the_sentence_has_it(heard):
    assert not refused(heard, OWN, sure=True)


def test_nobody_says_the_whole_sentence_back():
    assert refused("要找人就按红色的人工", OWN, sure=True)


def test_a_call_said_loudly_over_a_sentence_with_that_word_arrives_and_a_faint_one_does_not(monkeypatch):
    at = 1.0 + 2 * (4.0 + 2.5) + 1.5
    assert said(visit(QUIET, customers=[(at, call())], recogniser=Deaf("人工"))[1])
    monkeypatch.setattr(Barging, "sure", property(lambda _: False))
    told = visit(QUIET, customers=[(at, call())], recogniser=Deaf("人工"))[1]
    assert not said(told)
    assert isinstance(told[-1], Lost)


# --- times ------------------------------------------------------------------------------------------


def test_times_of_blocks_that_come_late_now_and_then_are_made_even():
    chance = np.random.default_rng(1)
    steady = Steady(RATE)
    for number in range(400):
        steady.feed(50.0 + number * 0.03 + float(chance.uniform(-0.01, 0.01)), 480)
    assert abs(steady.at(400 * 480) - (50.0 + 400 * 0.03)) < 0.004
    steady.feed(90.0, 480)
    assert abs(steady.at(400 * 480) - 90.0) < 0.001, "the device stood still meanwhile"
