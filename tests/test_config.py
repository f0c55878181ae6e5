from pathlib import Path

import pytest

from kiosk import config
from kiosk.config import ConfigError, Desk, Kiosk, load

GOOD = """\
hall = "xinhua"
name = "k1"
title = "一号机"

[broker]
url = "mqtts://broker.lan"
ca = "/etc/kiosk/certs/ca.crt"

[escalation]
level2_s = 10

[hours]
open = ["mon-fri 09:00-17:00"]

[staff]
pin = "2468"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kiosk.toml"


def test_a_good_file(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    settings = load(path, Kiosk)
    assert (settings.hall, settings.name, settings.title) == ("xinhua", "k1", "一号机")
    assert (settings.broker.host, settings.broker.port, settings.broker.tls) == ("broker.lan", 8883, True)
    assert (settings.escalation.level2_s, settings.escalation.level3_s) == (10.0, 45.0)
    assert settings.link_socket == Path("/run/kiosk/link.sock")


def test_the_least_that_is_needed(path: Path) -> None:
    path.write_text('hall = "h"\nname = "n"\n')
    settings = load(path, Kiosk)
    assert (settings.broker.host, settings.broker.port, settings.broker.tls) == ("127.0.0.1", 1883, False)
    assert load(path, Desk).port == 8443


MISTAKES = {
    # what is wrong: (the file, the line that is named, words that must be in the message)
    "no hall": ('name = "k1"\n', 1, ["hall", "required"]),
    "unknown key": ('hall = "a"\nname = "b"\nelderley = true\n', 3, ["elderley", "top level", "configuration.md"]),
    "unknown key in a table": (
        'hall = "a"\nname = "b"\n[broker]\nurl = "mqtt://x"\npasword = ""\n',
        5,
        ["pasword", "[broker]", "configuration.md"],
    ),
    "unknown table": ('hall = "a"\nname = "b"\n\n[brokr]\nurl = "mqtt://x"\n', 4, ["brokr"]),
    "wrong type": (
        'hall = "a"\nname = "b"\n[escalation]\n# 15\nlevel2_s = "15"\n',
        5,
        ["escalation.level2_s", "str"],
    ),
    "wrong type of a table": ('hall = "a"\nname = "b"\nbroker = "mqtt://x"\n', 3, ["broker", "object"]),
    "wrong type in a list": ('hall = "a"\nname = "b"\n[hours]\nopen = [9]\n', 4, ["hours.open", "int"]),
    "a time that is none": (
        'hall = "a"\nname = "b"\n[escalation]\narrive_s = 0\n',
        4,
        ["escalation.arrive_s", "0"],
    ),
    "a time without end": ('hall = "a"\nname = "b"\n[escalation]\narrive_s = inf\n', 4, ["escalation.arrive_s"]),
    "no number": ('hall = "a"\nname = "b"\n[escalation]\narrive_s = nan\n', 4, ["escalation.arrive_s"]),
    "capitals in the hall": ('# a hall\nhall = "Xinhua"\nname = "b"\n', 2, ["hall", "a-z"]),
    "a wildcard in the name": ('hall = "a"\nname = "+"\n', 2, ["name", "a-z"]),
    "a line end in the hall": ('name = "b"\nhall = "xinhua\\n"\n', 2, ["hall", "a-z"]),
    "too long a name": (f'hall = "a"\nname = "{"k" * 33}"\n', 2, ["name", "32"]),
    "the reserved name": ('hall = "a"\nname = "desk"\n', 2, ["name", "desk", "another"]),
    "too long a title": (f'hall = "a"\nname = "b"\ntitle = "{"号" * 61}"\n', 3, ["title", "60"]),
    "too long a place": (f'hall = "a"\nname = "b"\nplace = "{"厅" * 61}"\n', 3, ["place", "60"]),
    "no broker's address": (
        'hall = "a"\nname = "b"\n[broker]\nurl = "broker.lan"\n',
        4,
        ["broker.url", "mqtt://"],
    ),
    "no broker's host": ('hall = "a"\nname = "b"\n[broker]\nurl = "mqtt://"\n', 4, ["broker.url", "mqtt://"]),
    "no broker's port": ('hall = "a"\nname = "b"\n[broker]\nurl = "mqtt://x:y"\n', 4, ["broker.url", "mqtt://"]),
    "too high a port": (
        'hall = "a"\nname = "b"\n[broker]\nurl = "mqtt://x:99999"\n',
        4,
        ["broker.url", "mqtt://"],
    ),
    "half an address": ('hall = "a"\nname = "b"\n[broker]\nurl = "mqtt://[::1"\n', 4, ["broker.url", "mqtt://"]),
    "no authority": ('hall = "a"\nname = "b"\n[broker]\nurl = "mqtts://x"\n', 4, ["broker.ca", "kiosk certs"]),
    "no time zone": (
        'hall = "a"\nname = "b"\n[hours]\ntimezone = "Mars/Base"\n',
        4,
        ["hours.timezone", "Asia/Shanghai"],
    ),
    "a time zone as a path": (
        'hall = "a"\nname = "b"\n[hours]\ntimezone = "../etc"\n',
        4,
        ["hours.timezone", "Asia/Shanghai"],
    ),
    "an hour that is none": (
        'hall = "a"\nname = "b"\n[voice]\nquiet = "25:00-07:00"\n',
        4,
        ["voice.quiet", "21:00-07:00"],
    ),
    "a time of day without its nought": (
        'hall = "a"\nname = "b"\n[self_test]\nat = "7:40"\n',
        4,
        ["self_test.at", "a time of day", "07:40"],
    ),
    "a short PIN": ('hall = "a"\nname = "b"\n[staff]\npin = "123"\n', 4, ["staff.pin", "4 to 12 digits"]),
    "a PIN with letters": ('hall = "a"\nname = "b"\n[staff]\npin = "12ab"\n', 4, ["staff.pin", "digits"]),
    "a PIN in Chinese digits": ('hall = "a"\nname = "b"\n[staff]\npin = "１２３４"\n', 4, ["staff.pin", "digits"]),
    "a PIN as a number": ('hall = "a"\nname = "b"\n[staff]\npin = 1234\n', 4, ["staff.pin", "int"]),
    "no webhook": ('hall = "a"\nname = "b"\n[duty]\nwebhook = "duty.lan"\n', 4, ["duty.webhook", "https://"]),
    "a duty secret that is none": (
        'hall = "a"\nname = "b"\n[duty]\nsecret = "12345"\n',
        4,
        ["duty.secret", "openssl rand"],
    ),
    "half a webhook": ('hall = "a"\nname = "b"\n[duty]\nwebhook = "http://[::1/"\n', 4, ["duty.webhook"]),
    "a pin that is none": ('hall = "a"\nname = "b"\n[gpio]\nlamp = 28\n', 4, ["gpio.lamp", "27"]),
    "a pin by its name": ('hall = "a"\nname = "b"\n[gpio]\nlamp = "GPIO22"\n', 4, ["gpio.lamp", "int"]),
    "a pin of the header's own": ('hall = "a"\nname = "b"\n[gpio]\nlamp = 1\n', 4, ["gpio.lamp", "2 to 27"]),
    "no pin for the button": ('hall = "a"\nname = "b"\n[gpio]\nbutton = 0\n', 4, ["gpio.button", "2 to 27"]),
    "a pin twice": ('hall = "a"\nname = "b"\n[gpio]\nbutton = 27\n', 4, ["gpio.button", "GPIO27", "gpio.nc"]),
    "modem lines over plain TCP": (
        'hall = "a"\nname = "b"\n[button]\ndriver = "lines"\nport = "socket://x:1"\n',
        5,
        ["button.port", "rfc2217://"],
    ),
    "no TOML": ('hall = "a"\nname = b\n', 2, ["configuration.md"]),
    "an end too soon": ('hall = "a"\nname = "b\n', 2, ["configuration.md"]),
    "a list without end": ('hall = "a"\nname = "b"\n[hours]\nopen = [\n', 4, ["configuration.md"]),
    "twice": ('hall = "a"\nhall = "b"\n', 2, ["configuration.md"]),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_named_with_its_file_its_line_and_what_to_write(path: Path, what: str) -> None:
    text, line, words = MISTAKES[what]
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, Kiosk)
    said = str(caught.value)
    assert said.startswith(f"{path}:{line}: ")
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(
    "text", ['hall = "a"\nname = "b"\nport = 65536\n', 'hall = "a"\nname = "b"\nport = "https"\n']
)
def test_a_desks_mistake(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError, match=":3: port: "):
        load(path, Desk)


HOOK = '[[webhook]]\nurl = "https://a.example/"\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n'


@pytest.mark.parametrize(
    ("hook", "line", "words"),
    [
        ('[[webhook]]\nurl = "a.example"\n', 8, ["webhook.1.url", "https://"]),
        ('[[webhook]]\nurl = "https://b.example/"\n', 8, ["webhook.1.url", "secret_file"]),
        ('[[webhook]]\nurl = "https://b.example/"\nsecret = "x"\n', 9, ["webhook.1.secret", "openssl rand"]),
        (HOOK, 8, ["webhook.1.url", "earlier"]),
    ],
)
def test_a_webhook_that_cannot_be(path: Path, hook: str, line: int, words: list[str]) -> None:
    path.write_text(f'hall = "a"\nname = "b"\n# two\n{HOOK}{hook}')
    with pytest.raises(ConfigError) as caught:
        load(path, Desk)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_token_that_is_too_short(path: Path) -> None:
    path.write_text('hall = "a"\nname = "b"\nmetrics_token = "secret"\n')
    with pytest.raises(ConfigError, match=r":3: metrics_token: .*16 to 200.*openssl"):
        load(path, Desk)


def test_a_kiosks_key_is_no_desks_key(path: Path) -> None:
    path.write_text('hall = "a"\nname = "b"\n[staff]\npin = "1234"\n')
    with pytest.raises(ConfigError, match=r":3: .*staff"):
        load(path, Desk)


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"kiosk\.toml: cannot be read .*--config"):
        load(path, Kiosk)


def test_a_file_that_is_not_text(path: Path) -> None:
    path.write_bytes('hall = "新华"'.encode("gb18030"))
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load(path, Kiosk)


def test_the_default_place() -> None:
    assert Path("/etc/kiosk/kiosk.toml") == config.DEFAULT_PATH
