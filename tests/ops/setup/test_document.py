"""The settings that a setup writes: what it does not ask for stays, and what it writes can be read."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from kiosk import config
from kiosk.ops.setup import answers, document
from kiosk.ops.setup.questions import DESK, TERMINAL, left_out

PATH = Path("kiosk.toml")
CERTS = PurePath("/etc/kiosk/certs")
SAID = {
    "hall": "xinhua",
    "name": "k1",
    "title": '1号 "大" 终端\\',
    "place": "大厅入口左侧",
    "broker": "desk.xinhua.example",
    "driver": "lines",
    "port": "/dev/ttyS0",
    "diagonal": "21.5",
    "pack": "gov",
    "microphone": "USB Audio",
    "speaker": "",
}


def test_what_is_written_is_what_was_said() -> None:
    text = document.changed("", answers.terminal(SAID, CERTS), PATH)
    read = config.parse(text, PATH, config.Kiosk)
    assert (read.hall, read.name, read.title, read.place) == ("xinhua", "k1", SAID["title"], "大厅入口左侧")
    assert (read.button.driver, read.button.port) == ("lines", "/dev/ttyS0")
    assert (read.screen.diagonal_inch, read.screen.pack, read.voice.microphone) == (21.5, "gov", "USB Audio")
    assert read.broker.url == "mqtts://desk.xinhua.example:8883"
    assert read.broker.key == "/etc/kiosk/certs/kiosk-k1.key"


def test_what_a_setup_does_not_ask_for_stays() -> None:
    mine = '# ours\nhall = "old"\nname = "k9"\nelderly = true\n\n'
    mine += '[hours]\nopen = ["09:00-17:00"]  # to five\n\n[voice]\nvolume = 0.5\n'
    text = document.changed(mine, answers.terminal(SAID, CERTS), PATH)
    read = config.parse(text, PATH, config.Kiosk)
    assert text.startswith("# ours\n") and "# to five" in text
    assert (read.hall, read.elderly, read.hours.open, read.voice.volume) == ("xinhua", True, ("09:00-17:00",), 0.5)
    assert document.changed(text, answers.terminal(SAID, CERTS), PATH) == text


def test_a_desk_beside_its_broker() -> None:
    said = {"hall": "xinhua", "name": "desk1", "host": "desk.xinhua.example, 192.168.1.10", "broker": "here"}
    values = answers.desk(said | {"port": "8443", "ledger": "yes"}, CERTS)
    read = config.parse(document.changed("", values, PATH), PATH, config.Desk)
    assert (read.broker.url, read.ledger, read.port) == ("mqtts://desk.xinhua.example:8883", True, 8443)
    assert (read.cert, read.broker.cert) == (f"{CERTS}/page-desk1.crt", f"{CERTS}/desk-desk1.crt")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("desk", "mqtts://desk:8883"),
        ("desk:1884", "mqtts://desk:1884"),
        ("mqtt://desk:1883", "mqtt://desk:1883"),
    ],
)
def test_a_broker_may_be_named_shortly(typed: str, url: str) -> None:
    assert answers.broker_url(typed) == url


@pytest.mark.parametrize(
    ("key", "answer"), [("driver", "usb"), ("diagonal", "ten"), ("port", "99999"), ("port", "443"), ("voice", "x")]
)
def test_a_senseless_answer_says_what_to_write(key: str, answer: str) -> None:
    with pytest.raises(answers.AnswerError, match=answer):
        answers.judge(key, answer)


def test_what_is_senseless_is_not_asked() -> None:
    asked = [
        one.key for one in TERMINAL if not left_out(one.key, {"driver": "none", "screen": "none", "voice": "no"})
    ]
    assert not {"port", "diagonal", "microphone", "models"} & set(asked)
    assert "stick" not in [one.key for one in DESK if not left_out(one.key, {"certs": "new", "terminals": ""})]


def test_a_file_that_is_no_toml_is_named() -> None:
    with pytest.raises(config.ConfigError, match=r"kiosk\.toml.*line 1"):
        document.changed("hall = ", {}, PATH)
