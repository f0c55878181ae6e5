"""The tables that a terminal and a desk have in common, and what all tables are made of."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z", description="a-z, 0-9 and -, at most 32")]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Pace = Annotated[float, Meta(ge=0.5, le=1.5)]
#: 0 and 1 are the header's own, for the memory of an expansion board.
Pin = Annotated[int, Meta(ge=0, le=27)]
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; a misspelt key is an error, not a silence."""


class Broker(Table, frozen=True):
    """Where the MQTT broker is: ``mqtt://host:1883`` or ``mqtts://host:8883``."""

    url: str = "mqtt://127.0.0.1:1883"
    user: str = ""
    password_file: str = ""
    ca: str = ""  # the hall's authority; needed for mqtts
    cert: str = ""
    key: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def tls(self) -> bool:
        return urlsplit(self.url).scheme == "mqtts"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (8883 if self.tls else 1883)


class Escalation(Table, frozen=True):
    """Times in seconds. 15 s is the answer time of GB/T 33358-2016; the others are the design's defaults."""

    unrung_s: Seconds = 2.0  # nobody has shown the call -> local alarm and every level
    level2_s: Seconds = 15.0
    level3_s: Seconds = 45.0
    unanswered_alarm_s: Seconds = 60.0  # shown, but nobody comes -> local alarm
    arrive_s: Seconds = 60.0  # accepted on foot, but not there
    media_s: Seconds = 10.0  # accepted by video, but no sound or picture
    agent_gone_s: Seconds = 10.0  # the agent's page has vanished
    press_again_s: Seconds = 20.0  # accepted or connected for this long, a press calls again
    linger_s: Seconds = 60.0  # an ended call waits this long for 事情办好了吗?


class Hours(Table, frozen=True):
    """Opening hours, such as ``["mon-fri 09:00-17:00", "sat 09:00-12:00"]``; none means always open."""

    open: tuple[str, ...] = ()
    closed_on: tuple[str, ...] = ()  # dates, "2026-10-01"
    timezone: str = "Asia/Shanghai"


class Ice(Table, frozen=True):
    """What video calls need between networks; none within one."""

    stun: tuple[str, ...] = ()  # "stun:host:3478"
    turn: tuple[str, ...] = ()  # "turn:host:3478", "turns:host:5349"
    #: A file with coturn's static-auth-secret alone; from it come names and passwords that last a day.
    turn_secret_file: str = ""
