"""What a setup asks. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """``key`` is also the flag, ``--key``; ``default`` None: it must be answered; ``hint``: what is meant."""

    key: str
    text: str
    hint: str
    default: str | None = ""


TERMINAL = (
    Question("hall", "Hall", "its name in the certificates: a-z, 0-9, -", None),
    Question("name", "This terminal", "its own name in the hall, such as k1", None),
    Question("title", "What people call it", "1号自助终端; empty: its name"),
    Question("place", "Where it stands", "大厅入口左侧"),
    Question(
        "certs",
        "Certificates",
        "directory with ca.crt, kiosk-NAME.crt and .key, or a stick; empty: here already",
    ),
    Question("broker", "Broker", "host name or address, or mqtts://host:port", None),
    Question("driver", "Button", "board, lines, gpio or none", "board"),
    Question("port", "Its port", "a device, for board and lines", "/dev/kiosk-button"),
    Question("screen", "Screen", "desktop: in an X session; cage: without a desktop; none", "desktop"),
    Question("diagonal", "The panel's diagonal in inches", "a number", "10.1"),
    Question("pack", "Content", "bank, telecom, gov, or a file of /etc/kiosk/halls", "bank"),
    Question("voice", "Ears and mouth", "yes or no", "yes"),
    Question("microphone", "Microphone", "part of its name; empty: the system's default"),
    Question("speaker", "Loudspeaker", "part of its name; empty: the system's default"),
    Question("models", "Speech models", "a directory of a stick, network, or none"),
)

DESK = (
    Question("hall", "Hall", "its name in the certificates: a-z, 0-9, -", None),
    Question("name", "This desk", "its own name in the hall", "desk1"),
    Question("title", "The hall's name on the page", "新华路营业厅; empty: the hall's short name"),
    Question("host", "How browsers and terminals reach this machine", "names and addresses, with commas", None),
    Question(
        "certs",
        "Certificates",
        "new: the hall's authority is made here; a directory, such as a USB stick; empty: they are here",
        "new",
    ),
    Question("today", "Is that today's date", "yes or no; certificates end by it", "yes"),
    Question("broker", "Broker", "here, or host name or address, or mqtts://host:port", "here"),
    Question("port", "HTTPS port of the page", "a number", "8443"),
    Question("ledger", "Does this desk keep the hall's record?", "yes or no; yes on exactly one", "yes"),
    Question("terminals", "Terminals to make certificates for", "k1,k2; only with certificates made here"),
    Question("stick", "Where to put the terminals' certificates", "a directory, or a USB stick; empty: nowhere"),
)


def left_out(key: str, answers: dict[str, str]) -> bool:
    """Whether another answer has made the question senseless."""
    return (
        (key == "port" and answers.get("driver") in ("gpio", "none"))
        or (key == "diagonal" and answers.get("screen") == "none")
        or (key in ("microphone", "speaker", "models") and answers.get("voice") == "no")
        or (key in ("terminals", "today") and answers.get("certs") != "new")
        or (key == "stick" and not answers.get("terminals"))
    )
