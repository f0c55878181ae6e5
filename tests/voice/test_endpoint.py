"""When somebody has finished speaking: pauses, clear requests, coughs, and people who never stop."""

from kiosk.voice.endpoint import Endpointer, Moment, Timing
from kiosk.voice.sound import FRAME_S, frames_in

CLEAR = {"挂失"}


def talk(pattern, text="我想", timing=None):
    """Feed seconds of voice (above 0) and silence (below 0) in turn; gives (moment, seconds since the start)."""
    endpointer = Endpointer(timing or Timing(), lambda so_far: so_far in CLEAR)
    told, now = [], 0.0
    for seconds in pattern:
        for _ in range(frames_in(abs(seconds))):
            moment = endpointer.feed(0.9 if seconds > 0 else 0.02, lambda: text)
            now += FRAME_S
            if moment not in (Moment.VOICE, Moment.PAUSE, Moment.QUIET):
                told.append((moment, now))
    return told


def kinds(told):
    return [moment for moment, _ in told]


def test_a_clear_request_ends_after_four_tenths_of_a_second():
    told = talk([1.0, -2.0], text="挂失")
    assert kinds(told) == [Moment.STARTED, Moment.ENDED]
    assert 0.38 <= told[1][1] - 1.0 <= 0.48


def test_anything_else_waits_for_the_speaker():
    told = talk([1.0, -3.0])
    assert 1.55 <= told[1][1] - 1.0 <= 1.68


def test_an_elderly_speaker_who_pauses_is_not_cut_off():
    told = talk([0.6, -1.2, 0.5, -1.2, 0.8, -3.0])
    assert kinds(told) == [Moment.STARTED, Moment.ENDED]


def test_two_people_with_a_long_silence_between_them_are_two_utterances():
    assert kinds(talk([1.0, -2.0, 1.0, -2.0])) == [Moment.STARTED, Moment.ENDED] * 2


def test_a_click_is_no_utterance_and_is_over_soon():
    told = talk([0.05, -1.0])
    assert kinds(told) == [Moment.STARTED, Moment.BLIP]
    assert told[1][1] < 0.6


def test_somebody_who_never_stops_is_ended_after_half_a_minute():
    told = talk([31.0])
    assert kinds(told)[:2] == [Moment.STARTED, Moment.ENDED]
    assert 29.9 <= told[1][1] <= 30.1


def test_noise_below_the_threshold_starts_nothing():
    endpointer = Endpointer(Timing(), lambda _: True)
    assert {endpointer.feed(0.49, lambda: "") for _ in range(100)} == {Moment.QUIET}


def test_the_waits_are_the_sites_to_choose():
    told = talk([1.0, -5.0], timing=Timing(unclear_s=3.0))
    assert 2.95 <= told[1][1] - 1.0 <= 3.1


def test_the_text_is_not_asked_for_while_somebody_speaks():
    endpointer = Endpointer(Timing(), lambda _: True)

    def ask():
        raise AssertionError("a partial result is dear")

    for _ in range(50):
        endpointer.feed(0.9, ask)
