"""What becomes of the answers: values by their keys in the settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from kiosk.certs.roles import Holder, Role

#: What was asked, as it was typed.
Answers = dict[str, str]
#: ``"broker.url"`` -> what stands behind it.
Values = dict[str, str | int | float | bool]
_CHOICES = {
    "driver": ("board", "lines", "gpio", "none"),
    "screen": ("desktop", "cage", "none"),
    "voice": ("yes", "no"),
    "ledger": ("yes", "no"),
    "today": ("yes", "no"),
}


class AnswerError(ValueError):
    """An answer cannot be used; the text says what to write."""


def judge(key: str, answer: str) -> None:
    """What can be said of an answer by itself. Raises :class:`AnswerError`."""
    if (choices := _CHOICES.get(key)) and answer not in choices:
        raise AnswerError(f"{key}: '{answer}' is none of {', '.join(choices)}")
    if key == "diagonal":
        try:
            float(answer)
        except ValueError as error:
            raise AnswerError(f"diagonal: '{answer}' is no number, such as 10.1") from error
    if key == "port" and answer.isdigit() and not 1024 <= int(answer) <= 65535:
        raise AnswerError(f"port: {answer} is not 1024 to 65535, and below the unit may not listen: such as 8443")


def broker_url(answer: str) -> str:
    """A URL of a broker with TLS for a bare host or ``host:port``."""
    if "://" in answer:
        return answer
    return f"mqtts://{answer}" if answer.rpartition(":")[2].isdigit() else f"mqtts://{answer}:8883"


def terminal(answers: Mapping[str, str], certs: PurePath) -> Values:
    """For ``kiosk.toml``; ``certs``: where the certificates will lie. Raises :class:`AnswerError`."""
    values: Values = {}
    for key, name in (
        ("hall", "hall"),
        ("name", "name"),
        ("title", "title"),
        ("place", "place"),
        ("driver", "button.driver"),
        ("port", "button.port"),
        ("pack", "screen.pack"),
        ("microphone", "voice.microphone"),
        ("speaker", "voice.speaker"),
    ):
        if key in answers:
            judge(key, answers[key])
            values[name] = answers[key]
    if "diagonal" in answers:
        judge("diagonal", answers["diagonal"])
        values["screen.diagonal_inch"] = float(answers["diagonal"])
    if answers.get("screen") == "none":
        values["button.hold_ends_call"] = True  # staff have no other way to end a call there
    return values | _broker(answers, Role.KIOSK, certs, broker_url(answers.get("broker", "")))


def desk(answers: Mapping[str, str], certs: PurePath) -> Values:
    """For ``desk.toml``. Raises :class:`AnswerError`."""
    for key in ("ledger", "port"):
        judge(key, answers[key])
    if not answers["port"].isdigit():
        raise AnswerError(f"port: '{answers['port']}' is no number, such as 8443")
    page = certs / Holder(answers["hall"], Role.PAGE, answers["name"]).file
    values: Values = {
        "hall": answers["hall"],
        "name": answers["name"],
        "title": answers.get("title", ""),
        "port": int(answers["port"]),
        "cert": f"{page}.crt",
        "key": f"{page}.key",
        "ledger": answers["ledger"] == "yes",
    }
    here = answers.get("broker") == "here"
    url = f"mqtts://{hosts(answers)[0]}:8883" if here else broker_url(answers.get("broker", ""))
    return values | _broker(answers, Role.DESK, certs, url)


def hosts(answers: Mapping[str, str]) -> list[str]:
    """The names of this machine. Raises :class:`AnswerError`."""
    found = words(answers.get("host", ""))
    if not found:
        raise AnswerError("host: name at least one name or address by which this machine is reached")
    return found


def words(text: str) -> list[str]:
    """What stands between commas and spaces."""
    return text.replace(",", " ").split()


def _broker(answers: Mapping[str, str], role: Role, certs: PurePath, url: str) -> Values:
    values: Values = {"broker.url": url}
    if url.startswith("mqtts"):
        own = certs / Holder(answers["hall"], role, answers["name"]).file
        values |= {"broker.ca": str(certs / "ca.crt"), "broker.cert": f"{own}.crt", "broker.key": f"{own}.key"}
    return values
