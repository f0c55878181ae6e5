"""The voices: what they say can be understood, at any pace and pitch; who speaks when one cannot."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hall_sound import eventually

from kiosk import config
from kiosk.voice.heard import errors
from kiosk.voice.speech.audio import Audio, from_wav, joined, levelled, resampled, silence, to_wav, trimmed
from kiosk.voice.speech.engine import SpeechError
from kiosk.voice.speech.reading import reading
from kiosk.voice.speech.renderer import Renderer
from kiosk.voice.speech.voices import NoVoiceError, open_voices
from kiosk.voice.speech.worker import Remote

#: What a hall's terminal says. The written numbers are read out.
SENTENCES = """\
您好，请问您要办理什么业务？
请到3号窗口办理。
请您稍等，工作人员马上就来。
银行卡挂失，请先拨打客服电话。
您前面还有2位，大约要等15分钟。
请带上身份证和社保卡。
养老金资格认证可以在手机上办理。
您的养老金已经到账。
转账超过5万元，请到柜台办理。
不要把密码告诉别人。
如果有人让您转账，请先问问工作人员。
您说慢一点，我听着呢。
对不起，我没有听清楚，请再说一遍。
已经帮您叫人了，请坐下来休息一会儿。
事情办好了吗？
取款2万元以上要提前一天预约。
营业时间是上午9:00到下午5:00。
今天是星期六，下午不营业。
洗手间在大厅右边。
请问还需要别的帮助吗？
存折和银行卡都可以用。
水费电费可以在这里交。
救护车已经在路上了，请不要走动。
""".splitlines()
NUMBERS = {
    "请到12号窗口": "十二",
    "您前面还有7位": "七",
    "大约等25分钟": "二十五",
    "一共120元": "一百二十元",
    "余额3256元": "三千二百五十六",
    "办理时间是3月15日": "三月十五",
    "下午2:30开门": "两点三十",
    "请拨打12345": "幺二三四五",
}


@pytest.fixture(scope="module")
def voice(speaking_model: Path):
    engine = Remote("fastspeech", "test", str(speaking_model.parent))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def hear(hearing_model: Path):
    """What the product's own recogniser makes of a sound."""
    import vosk

    vosk.SetLogLevel(-1)
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(hearing_model)), 16_000)

    def listen(audio: Audio) -> str:
        sound = resampled(audio, 16_000)
        whole = joined([silence(0.25, 16_000), sound, silence(0.5, 16_000)])
        recogniser.AcceptWaveform((whole.samples * 32767).astype("<i2").tobytes())
        return str(json.loads(recogniser.FinalResult())["text"]).replace(" ", "")

    return listen


@pytest.mark.parametrize(("speed", "sentences"), [(0.85, SENTENCES), (0.7, SENTENCES[::3])])
def test_what_the_terminal_says_is_understood(voice, hear, speed, sentences):
    renderer = Renderer(voice)
    wrong = total = 0
    for sentence in sentences:
        said = re.sub("[^一-鿿]", "", reading(sentence))
        wrong += errors(said, hear(renderer.sentence(sentence, speed)))
        total += len(said)
    assert wrong / total <= 0.12, f"{wrong} of {total} characters were not understood"


def test_numbers_are_understood(voice, hear):
    renderer = Renderer(voice)
    heard = {written: hear(renderer.sentence(written, 0.85)) for written in NUMBERS}
    missed = {written: text for written, text in heard.items() if NUMBERS[written] not in text}
    assert len(missed) <= 1, missed


def pitch(audio: Audio) -> float:
    """The median pitch of what is voiced, in Hz, by autocorrelation."""
    frame = audio.rate // 20
    shortest, longest = audio.rate // 450, audio.rate // 90
    found = []
    for start in range(0, len(audio.samples) - frame, frame):
        piece = audio.samples[start : start + frame] * np.hanning(frame)
        echo = np.correlate(piece, piece, "full")[frame - 1 :]
        at = shortest + int(np.argmax(echo[shortest:longest]))
        if echo[0] > 1 and echo[at] > 0.5 * echo[0]:
            found.append(audio.rate / at)
    return float(np.median(found))


def test_slower_is_longer_and_not_deeper(voice):
    text = "养老金资格认证可以在手机上办理"
    normal, slow = (voice.render(text, speed) for speed in (1.0, 0.7))
    assert 1.25 < slow.seconds / normal.seconds < 1.6
    assert 0.93 < pitch(slow) / pitch(normal) < 1.07


def test_the_same_words_sound_the_same_again(voice):
    one, other = (voice.render("请到三号窗口", 0.85) for _ in range(2))
    assert np.array_equal(one.samples, other.samples)


def test_a_long_sentence_in_one_breath_is_spoken_whole(voice, hear):
    text = "请您带好本人的身份证和社保卡到一楼大厅左边的三号窗口找工作人员办理养老金资格认证手续"
    assert errors(text, hear(voice.render(text, 0.85))) <= len(text) * 0.15


def test_no_operator_of_the_fetched_model_needs_tensorflow(speaking_model):
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf((speaking_model / "acoustic.tflite").read_bytes(), 0)
    assert [
        code.customCode for code in model.operatorCodes if code.customCode and code.deprecatedBuiltinCode == 32
    ] == []
    operators = [op for graph in model.subgraphs for op in graph.operators]
    assert all(op.customOptions is None for op in operators)


# --- the process that speaks ----------------------------------------------------------------------


@pytest.fixture
def espeak():
    engine = Remote("espeak", "espeak-1", "espeak-ng", idle_s=60)
    yield engine
    engine.close()


def test_a_voice_that_is_not_needed_takes_no_memory_and_comes_back():
    engine = Remote("espeak", "espeak-1", "espeak-ng", idle_s=0.1)
    first = engine.render("您好", 1.0)
    eventually(lambda: engine.pid is None, "the end of the process")
    assert np.array_equal(engine.render("您好", 1.0).samples, first.samples)
    engine.close()


def test_a_voice_that_goes_to_rest_just_when_it_is_asked_comes_back(espeak):
    tired = ["sh", "-c", "read question"]
    espeak._process = subprocess.Popen(tired, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert espeak.render("您好", 1.0).seconds > 0.3


def test_a_voice_that_was_killed_comes_back(espeak):
    espeak.render("您好", 1.0)
    os.kill(espeak.pid, signal.SIGKILL)
    eventually(lambda: espeak.pid is None, "the end of the process")
    assert espeak.render("您好", 1.0).seconds > 0.3


def test_a_voice_that_breaks_down_while_it_speaks_is_an_error_and_no_more(tmp_path):
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\necho >> $0.asked\nexec sleep 600\n")
    program.chmod(0o755)
    engine = Remote("espeak", "espeak-1", str(program))
    failed = []

    def ask():
        try:
            engine.render("您好", 1.0)
        except SpeechError as error:
            failed.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    eventually((tmp_path / "espeak-ng.asked").exists, "the voice")
    os.kill(engine.pid, signal.SIGKILL)
    asking.join(30)
    assert "espeak broke down" in failed[0]


def test_a_voice_that_cannot_be_loaded_says_why(tmp_path):
    with pytest.raises(SpeechError, match="kiosk models fetch"):
        Remote("fastspeech", "test", str(tmp_path)).render("您好", 1.0)


def test_the_process_goes_when_nobody_is_left_to_ask():
    code = (
        "from kiosk.voice.speech.worker import Remote; r = Remote('espeak', 'e', 'espeak-ng');"
        "r.render('您好', 1.0); print(r.pid, flush=True); import os; os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    child = Path(f"/proc/{done.stdout.strip()}/stat")
    eventually(lambda: not child.exists() or child.read_text().split()[2] == "Z", "the end of the process")


# --- which voice ----------------------------------------------------------------------------------


def test_without_any_voice_each_is_named_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoVoiceError) as error:
        open_voices(config.Voice(), tmp_path)
    for words in ("voice.piper_model", "kiosk models fetch", "apt install espeak-ng"):
        assert words in str(error.value)


def test_the_mandarin_voice_is_preferred_and_the_robot_is_the_last_resort(speaking_model, tmp_path):
    there = open_voices(config.Voice(), speaking_model.parent)
    assert there.name == "fastspeech"
    assert open_voices(config.Voice(), tmp_path).name == "espeak"
    assert open_voices(config.Voice(engine="espeak"), speaking_model.parent).name == "espeak"
    with pytest.raises(NoVoiceError):
        open_voices(config.Voice(engine="fastspeech"), tmp_path)


def test_when_the_best_voice_breaks_down_the_next_one_speaks(speaking_model, tmp_path):
    models = tmp_path / "models"
    (models / speaking_model.name).mkdir(parents=True)
    for file in speaking_model.iterdir():
        (models / speaking_model.name / file.name).write_bytes(file.read_bytes())
    voices = open_voices(config.Voice(), models)
    assert voices.name == "fastspeech"
    (models / speaking_model.name / "symbols.json").unlink()
    assert voices.render("您好", 1.0).rate == 22_050  # espeak's
    assert voices.name == "espeak"
    assert voices.identity == "espeak-1"
    voices.close()


def test_a_piper_voice_of_the_sites_own_comes_first(tmp_path, monkeypatch):
    fakes = str(Path(__file__).parent / "fakes")
    monkeypatch.syspath_prepend(fakes)
    monkeypatch.setenv("PYTHONPATH", fakes)
    model = tmp_path / "zh_CN-own.onnx"
    model.write_bytes(b"")
    settings = config.Voice(piper_model=str(model))
    with pytest.raises(NoVoiceError, match=r"zh_CN-own\.onnx\.json is not there"):
        open_voices(config.Voice(piper_model=str(model), engine="piper"), tmp_path)
    beside = tmp_path / "zh_CN-own.onnx.json"
    beside.write_text('{"audio": {"sample_rate": 22050}, "phoneme_type": "espeak"}')
    voices = open_voices(settings, tmp_path)
    assert voices.name == "piper"
    normal, slow = (voices.render("请到三号窗口", speed) for speed in (1.0, 0.5))
    assert slow.seconds == pytest.approx(2 * normal.seconds)
    voices.close()
    # One that would fetch what it reads characters with is not loaded.
    beside.write_text('{"audio": {"sample_rate": 22050}, "phoneme_type": "pinyin"}')
    voices = open_voices(config.Voice(piper_model=str(model), engine="piper"), tmp_path)
    with pytest.raises(SpeechError, match="g2pW"):
        voices.render("您好", 1.0)
    voices.close()


# --- sound ----------------------------------------------------------------------------------------


def tone(volume: float, rate: int = 24_000, seconds: float = 1.0) -> Audio:
    samples = volume * np.sin(2 * np.pi * 300 * np.arange(round(seconds * rate)) / rate)
    return Audio(samples.astype(np.float32), rate)


def test_quiet_and_loud_voices_come_out_alike_and_none_is_cut():
    quiet, loud = (levelled(tone(volume)) for volume in (0.02, 0.9))
    assert np.abs(quiet.samples).max() == pytest.approx(np.abs(loud.samples).max(), rel=0.05)
    shout = Audio(np.concatenate([tone(0.02).samples, tone(0.9, seconds=0.02).samples]), 24_000)
    assert np.abs(levelled(shout).samples).max() <= 0.95
    assert np.abs(levelled(shout).samples[:20_000]).max() > 0.1, "a click makes nothing else quiet"
    assert not len(levelled(silence(0, 24_000)).samples)


def test_silence_around_a_clause_is_dropped():
    clause = joined([silence(1, 24_000), tone(0.5), silence(2, 24_000)])
    assert trimmed(clause).seconds == pytest.approx(1.06, abs=0.01)
    assert trimmed(silence(1, 24_000)).seconds == 0


def test_a_wav_comes_back_as_it_was_written():
    audio = from_wav(to_wav(tone(0.5)))
    assert audio.rate == 24_000
    assert np.abs(audio.samples - tone(0.5).samples).max() < 1e-4
    for broken in (b"", b"RIFF", to_wav(tone(0.5))[:20]):
        with pytest.raises(ValueError, match="no WAV"):
            from_wav(broken)
