"""One TOML file -> typed settings, checked once at the start.

Every mistake is a :class:`ConfigError` that names the file, the line, what is wrong and what to write instead.
"""

from kiosk.config.desk import (
    Complaints,
    Desk,
    FreezeWebhook,
    HomeAssistant,
    Retention,
    Webhook,
    WebhookEvent,
)
from kiosk.config.reading import ConfigError, load, parse, wrong_key
from kiosk.config.tables import Broker, Escalation, Hours, Ice
from kiosk.config.terminal import (
    DEFAULT_PATH,
    Alarm,
    Button,
    Duty,
    Gpio,
    Hearing,
    Kiosk,
    Screen,
    SelfTest,
    Staff,
    Video,
    Voice,
)

__all__ = [
    "DEFAULT_PATH",
    "Alarm",
    "Broker",
    "Button",
    "Complaints",
    "ConfigError",
    "Desk",
    "Duty",
    "Escalation",
    "FreezeWebhook",
    "Gpio",
    "Hearing",
    "HomeAssistant",
    "Hours",
    "Ice",
    "Kiosk",
    "Retention",
    "Screen",
    "SelfTest",
    "Staff",
    "Video",
    "Voice",
    "Webhook",
    "WebhookEvent",
    "load",
    "parse",
    "wrong_key",
]
