"""``desk.toml``: the settings of a desk."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta

from kiosk.config.tables import Broker, Escalation, Hours, Ice, Seconds, Slug, Table


class FreezeWebhook(Table, frozen=True):
    """The bank's system that takes requests to freeze a customer's money, by signed POST."""

    url: str = ""
    #: A file that holds nothing but the secret with which the bank checks the signature.
    secret_file: str = ""
    ca: str = ""  # the authority of its certificate; empty: the system's authorities
    timeout_s: Seconds = 10.0


class Complaints(Table, frozen=True):
    """By when a complaint is answered and closed; hours and days go on through nights and holidays."""

    first_reply_hours: Annotated[int, Meta(ge=1, le=1000)] = 24
    close_days: Annotated[int, Meta(ge=1, le=1000)] = 7


#: What a webhook can be told of.
WebhookEvent = Literal[
    "call.opened",
    "call.accepted",
    "call.escalated",
    "call.ended",
    "promise.broken",
    "kiosk.fault",
    "kiosk.recovered",
    "complaint",
]


class Webhook(Table, frozen=True):
    """Another system that is told of calls and faults, by signed POST."""

    url: str
    #: "whsec_..." and what the file holds: either of them.
    secret: str = ""
    secret_file: str = ""
    events: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
    ca: str = ""  # the authority of its certificate; empty: the system's authorities
    timeout_s: Seconds = 10.0
    #: With what customers have said and the names of agents.
    words: bool = False


class HomeAssistant(Table, frozen=True):
    """Each terminal as a device of Home Assistant, by MQTT discovery."""

    enabled: bool = False
    prefix: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z")] = "homeassistant"


Days = Annotated[int, Meta(ge=1, le=36_500)]


class Retention(Table, frozen=True):
    """How many days the desk that keeps the ledger keeps what; docs/ledger.md says why so long."""

    words_days: Days = 30  # what customers said, and agents' notes
    complaints_days: Days = 365  # what customers complained of
    events_days: Days = 1095  # who called when, who came
    freezes_days: Days = 1095  # requests to freeze


class Desk(Table, frozen=True):
    """``desk.toml``: everything one desk server needs to know."""

    hall: Slug
    name: Slug
    title: str = ""  # the hall's name on the page
    listen: str = "0.0.0.0"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8443
    cert: str = ""  # HTTPS certificate and key, from `kiosk certs`
    key: str = ""
    #: SQLAlchemy URL of people and ledger.
    database: str = "sqlite:////var/lib/kiosk/desk.db"
    #: Exactly one desk of a hall keeps the ledger.
    ledger: bool = False
    #: Where the desk that keeps the ledger writes down the heads it has published; empty: beside the SQLite
    #: database, with PostgreSQL in /var/lib/kiosk.
    heads: str = ""
    promised_s: Seconds = 15.0
    #: Who has it may read /metrics; without one only this machine may.
    metrics_token: Annotated[str, Meta(pattern=r"^([!-~]{16,200})?\Z")] = ""
    #: The same table as the kiosks': the report counts days by it, and no promise while the hall is closed.
    hours: Hours = Hours()
    broker: Broker = Broker()
    #: The same table as the kiosks'; the desk escalates by it while a kiosk is offline.
    escalation: Escalation = Escalation()
    #: Used by the desk that keeps the ledger.
    freeze_webhook: FreezeWebhook = FreezeWebhook()
    #: Used by the desk that keeps the ledger, too.
    complaints: Complaints = Complaints()
    webhook: tuple[Webhook, ...] = ()
    home_assistant: HomeAssistant = HomeAssistant()
    #: And this.
    retention: Retention = Retention()
    ice: Ice = Ice()
