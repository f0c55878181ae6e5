"""Recorded and rendered Mandarin through the real ears: detector, endpointing, the real model."""

import numpy as np
import pytest
from speech_hall import named, with_pauses

from kiosk.bench.voice.listening import Listener
from kiosk.bench.voice.recordings import mixed, padded, plain
from kiosk.bench.voice.rendered import Renderer, joined
from kiosk.voice.heard import errors
from kiosk.voice.sentences import hall_sentences
from kiosk.voice.sound import RATE


@pytest.fixture(scope="module")
def listener(hearing_model):
    return Listener(hearing_model.parent, hall_sentences("bank"))


@pytest.fixture(scope="module")
def renderer(speaking_model):
    return Renderer(speaking_model.parent)


@pytest.mark.parametrize("name", ["aishell3/006.wav", "aishell3/010.wav", "aishell3/014.wav", "aishell3/020.wav"])
def test_slow_speech_with_pauses_of_over_a_second_is_one_utterance(listener, recordings, name):
    one = named(recordings, name)
    slow = with_pauses(one.sound, 1.2)
    heards = listener.listen(padded(slow))
    assert len(heards.said) == 1
    assert heards.said[0].end_s - heards.said[0].begin_s > 2.4
    assert errors(plain(one.text), plain(heards.text)) <= 0.5 * len(one.text)


def test_recorded_sentences_are_understood(listener, recordings):
    names = [f"aishell3/{number:03}.wav" for number in (2, 4, 10, 13, 16, 20, 21, 25)]
    spoken = [named(recordings, name) for name in names]
    wrong = sum(errors(plain(one.text), plain(listener.listen(padded(one.sound)).text)) for one in spoken)
    assert wrong / sum(len(one.text) for one in spoken) < 0.15


def test_a_very_quiet_speaker_is_understood(listener, recordings):
    one = named(recordings, "aishell3/020.wav")
    whisper = np.rint(padded(one.sound) * 0.03).astype(np.int16)
    assert errors(plain(one.text), plain(listener.listen(whisper).text)) <= 2


def test_noise_says_nothing(listener, recordings):
    for name in ("rain_1", "chainsaw_1", "helicopter_2", "clock_tick_2", "sea_waves_1"):
        assert listener.listen(recordings.noises[name]).said == []


@pytest.mark.parametrize("text", ["人工", "转人工", "叫个人来", "有没有人", "找工作人员"])
def test_saying_it_once_calls_a_person_also_in_noise(listener, recordings, renderer, text):
    one = renderer.neural(text, 0.85)
    assert listener.listen(padded(one.sound)).person
    noisy = mixed(one, recordings.noises["rain_1"][: len(padded(one.sound))], 20)
    assert listener.listen(noisy).person


@pytest.mark.parametrize("text", ["人工智能", "老人公交卡怎么办", "我要个人贷款", "有没有人民币"])
def test_what_only_sounds_like_it_calls_nobody(listener, renderer, text):
    assert listener.listen(padded(renderer.neural(text, 0.9).sound)).person == ""


def test_a_hall_sentence_is_understood_as_the_hall_has_it(listener, renderer):
    for text in ("存折丢了", "卡消磁了", "挂失"):
        (one,) = listener.listen(padded(renderer.neural(text, 0.9).sound)).said
        assert one.heard.text == text


@pytest.mark.parametrize("text", ["存折打满了", "银行卡掉了", "存折丢了", "存钱的时候机器把钱吞了"])
def test_a_request_that_ends_in_an_unstressed_syllable_is_over_within_a_second(listener, renderer, text):
    sounds = [renderer.neural(text, 0.9).sound, renderer.neural("转人工", 0.9).sound]
    heards = listener.listen(padded(joined(sounds, 1.0)))
    assert [one.heard.text for one in heards.said] == [text, "转人工"]


def test_a_hall_sentence_with_a_pause_in_it_is_heard_whole_and_its_words_keep_their_times(listener, renderer):
    sounds = [renderer.neural("手一抖", 0.9).sound, renderer.neural("转错了", 0.9).sound]
    (one,) = listener.listen(padded(joined(sounds, 0.8))).said
    assert one.heard.text == "手一抖转错了"
    starts = [word.start for word in one.heard.words]
    assert starts == sorted(starts)
    assert one.begin_s - 0.5 < starts[0] < one.begin_s + 0.5
    assert one.end_s - 0.7 < one.heard.words[-1].end < one.end_s + 0.7


def test_words_have_times_within_the_voice(listener, recordings):
    (one,) = listener.listen(padded(named(recordings, "aishell3/010.wav").sound)).said
    starts = [word.start for word in one.heard.words]
    assert starts == sorted(starts)
    assert one.begin_s - 0.5 < starts[0] < one.begin_s + 0.5
    assert one.end_s - 0.5 < one.heard.words[-1].end < one.end_s + 0.7
    assert all(0 < word.confidence <= 1 for word in one.heard.words)


def test_a_recogniser_that_was_replaced_hears_as_before(listener, recordings):
    one = named(recordings, "aishell3/010.wav")
    recogniser = listener.recogniser
    before = listener.listen(padded(one.sound)).text
    limit, recogniser._memory_mb = recogniser._memory_mb, 1
    try:
        assert not recogniser.rest()  # it is being made
        while not recogniser.rest():
            pass
        assert listener.listen(padded(one.sound)).text == before
    finally:
        recogniser._memory_mb = limit


def test_half_a_minute_without_a_pause_ends(listener, recordings):
    sounds = [one.sound for one in recordings.spoken if one.kind == "aishell3"]
    endless = np.concatenate(sounds)[: 34 * RATE]
    heards = listener.listen(endless)
    assert all(one.end_s - one.begin_s < 30.5 for one in heards.said)
