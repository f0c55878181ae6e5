"""From sound to events, with a detector and a recogniser that do as they are told."""

import threading

import numpy as np
import pytest

from kiosk.config import Hearing
from kiosk.voice.ears import Ears
from kiosk.voice.events import Caption, Level, Lost, Said, Started
from kiosk.voice.heard import Heard, Word
from kiosk.voice.sound import FRAME, frames_in

VOICE, SILENCE = 2000, 20


class Script:
    """A source of (amplitude, seconds); None is a time in which no sound came. Calls what stands in between."""

    def __init__(self, *parts):
        self._parts = parts

    def frames(self):
        chance = np.random.default_rng(1)
        for part in self._parts:
            if part is None:
                yield None
            elif callable(part):
                part()
            else:
                amplitude, seconds = part
                for _ in range(frames_in(seconds)):
                    yield chance.integers(-amplitude, amplitude + 1, FRAME).astype(np.int16)

    def close(self):
        pass


class Loud:
    """What is loud is voice."""

    def feed(self, frame):
        return 1.0 if np.abs(frame).max() > 500 else 0.0


class Deaf:
    """Understands the same whatever it is fed, and counts that."""

    def __init__(self, text="你好"):
        self.text = text
        self.fed = 0.0
        self.rested = 0
        self.dropped = 0
        self.utterances = []

    def feed(self, sound):
        self.fed += len(sound) / 16_000

    def partial(self):
        return self.text[: int(self.fed * 4)]

    def so_far(self):
        return self.partial()

    def finish(self):
        self.utterances.append(self.fed)
        self.fed = 0.0
        words = (Word(self.text, 0.4, 0.9),) if self.text else ()
        return Heard(self.text, 1.0, (), words, (1.0,))

    def drop(self):
        self.dropped += 1
        self.fed = 0.0

    def rest(self):
        self.rested += 1
        return False


def hear(*parts, recogniser=None, clear=lambda _: False, settings=None):
    told = []
    ears = Ears(Script(*parts), recogniser or Deaf(), Loud(), settings or Hearing(), clear, told.append)
    ears.run()
    return [event for event in told if not isinstance(event, Level)]


def said(events):
    return [event for event in events if isinstance(event, Said)]


def test_a_sentence_is_told_from_its_start_to_its_text():
    events = hear((SILENCE, 1.0), (VOICE, 1.0), (SILENCE, 2.5))
    assert isinstance(events[0], Started)
    assert [event.text for event in events if isinstance(event, Caption)][-1] == "你好"
    (one,) = said(events)
    assert events[-1] is one
    assert abs(one.begin_s - 1.0) < 0.1
    assert abs(one.end_s - 2.0) < 0.1


def test_times_of_words_count_from_when_the_ears_opened():
    (one,) = said(hear((SILENCE, 5.0), (VOICE, 1.0), (SILENCE, 2.5)))
    # The recogniser's own times begin with the sound kept from before the voice.
    assert abs(one.heard.words[0].start - (5.0 - Hearing().before_s + 0.4)) < 0.1


def test_the_first_syllable_is_kept_and_the_silence_after_the_last_is_not():
    recogniser = Deaf()
    hear((SILENCE, 1.0), (VOICE, 1.0), (SILENCE, 3.0), recogniser=recogniser)
    settings = Hearing()
    assert abs(recogniser.utterances[0] - (settings.before_s + 1.0 + settings.after_s)) < 0.15


def test_a_pause_within_a_sentence_reaches_the_recogniser_whole():
    recogniser = Deaf()
    events = hear(
        (SILENCE, 1.0), (VOICE, 1.0), (SILENCE, 1.2), (VOICE, 1.0), (SILENCE, 3.0), recogniser=recogniser
    )
    assert len(said(events)) == 1
    settings = Hearing()
    assert abs(recogniser.utterances[0] - (settings.before_s + 3.2 + settings.after_s)) < 0.2


def test_asking_for_a_person_is_told_with_the_words():
    assert [one.person for one in said(hear((VOICE, 1.0), (SILENCE, 3.0), recogniser=Deaf("我要转人工")))] == [
        "人工"
    ]


def test_a_caption_calls_nobody():
    events = hear((VOICE, 1.0), (SILENCE, 0.2), recogniser=Deaf("人工"))
    captions = [event for event in events if isinstance(event, Caption)]
    assert captions[-1].text == "人工"
    assert len(said(events)) == 1  # only the final result, at the end of the source


def test_nothing_is_heard_while_the_terminal_speaks_and_shortly_after():
    ears = None

    def speak(on):
        return lambda: ears.speaking(on)

    recogniser, told = Deaf(), []
    before, during = (SILENCE, 0.5), (VOICE, 2.0)
    after = ((VOICE, 0.3), (SILENCE, 1.0), (VOICE, 1.0), (SILENCE, 2.5))
    script = Script(before, speak(True), during, speak(False), *after)
    ears = Ears(script, recogniser, Loud(), Hearing(), lambda _: False, told.append)
    ears.run()
    (one,) = said(told)
    assert one.begin_s > 3.5


@pytest.mark.parametrize(("tail_s", "heard_from_s"), [(0.0, 3.0), (0.5, 3.5)])
def test_with_mute_the_tail_is_only_for_after_it(tail_s, heard_from_s):
    ears, told = None, []
    script = Script(
        (SILENCE, 1.0),
        lambda: ears.speaking(True),
        (VOICE, 2.0),
        lambda: ears.speaking(False),
        (VOICE, 2.0),
        (SILENCE, 2.5),
    )
    settings = Hearing(echo="mute", mute_tail_s=tail_s)
    ears = Ears(script, Deaf(), Loud(), settings, lambda _: False, told.append)
    ears.run()
    (one,) = said(told)
    assert one.begin_s == pytest.approx(heard_from_s, abs=0.1)


def test_what_was_being_said_when_the_terminal_began_to_speak_is_dropped():
    ears, told, recogniser = None, [], Deaf()
    script = Script((VOICE, 1.0), lambda: ears.speaking(True), (VOICE, 1.0), (SILENCE, 3.0))
    ears = Ears(script, recogniser, Loud(), Hearing(), lambda _: False, told.append)
    ears.run()
    assert said(told) == []
    assert isinstance(told[-1], Lost)
    assert recogniser.dropped


def test_a_microphone_that_goes_in_mid_sentence_ends_it():
    events = hear((VOICE, 1.0), None, (SILENCE, 1.0), (VOICE, 1.0), (SILENCE, 2.0))
    assert len(said(events)) == 2


def test_voice_without_words_is_told_as_nothing():
    events = hear((VOICE, 1.0), (SILENCE, 2.0), recogniser=Deaf(""))
    assert said(events) == []
    assert isinstance(events[-1], Lost)


def test_a_click_is_not_recognised():
    recogniser = Deaf()
    events = hear((SILENCE, 1.0), (VOICE, 0.03), (SILENCE, 2.0), recogniser=recogniser)
    assert said(events) == []
    assert recogniser.utterances == []


def test_housekeeping_happens_only_when_nobody_speaks():
    recogniser, rested = Deaf(), []
    hear((VOICE, 20.0), lambda: rested.append(recogniser.rested), (SILENCE, 3.0), recogniser=recogniser)
    assert rested == [0]
    assert recogniser.rested == 1
    hear((SILENCE, 20.0), recogniser=recogniser)
    assert recogniser.rested > 1


@pytest.mark.parametrize(("clear", "over"), [(True, True), (False, False)])
def test_a_clear_request_is_over_before_another_would_be(clear, over):
    told, seen = [], []
    script = Script((VOICE, 1.0), (SILENCE, 0.8), lambda: seen.extend(said(told)), (SILENCE, 4.0))
    Ears(script, Deaf(), Loud(), Hearing(), lambda _: clear, told.append).run()
    assert bool(seen) is over
    assert len(said(told)) == 1


class Late(Deaf):
    """Understands what was said only once it has got so much sound after it."""

    def __init__(self, least_s):
        super().__init__("挂失")
        self.least_s = least_s

    def partial(self):
        return self.text if self.fed >= self.least_s else ""


@pytest.mark.parametrize("voice_s", [1.0, 1.04, 1.07, 1.1, 1.14, 1.17])
def test_a_request_that_is_understood_at_its_last_sound_does_not_wait(voice_s):
    voiced = frames_in(voice_s)
    enough = Hearing().before_s + (voiced + frames_in(Hearing().after_s) - 1) * FRAME / 16_000
    told, seen = [], []
    script = Script(
        (SILENCE, 1.0), (VOICE, voice_s), (SILENCE, 0.6), lambda: seen.extend(said(told)), (SILENCE, 4.0)
    )
    Ears(script, Late(enough), Loud(), Hearing(), lambda text: text == "挂失", told.append).run()
    assert len(seen) == 1


def test_the_mouth_may_speak_from_another_thread():
    told = []
    ears = Ears(Script((SILENCE, 0.5)), Deaf(), Loud(), Hearing(), lambda _: False, told.append)
    other = threading.Thread(target=ears.speaking, args=(True,))
    other.start()
    other.join()
    ears.run()
    assert told == []
