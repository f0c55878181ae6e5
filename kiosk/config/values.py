"""What the types of the settings cannot say: values that do not go together, addresses that are none."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from kiosk import topics, webhook
from kiosk.config.desk import Desk, Webhook
from kiosk.config.tables import Broker, Ice
from kiosk.config.terminal import Kiosk
from kiosk.messages import MAX_TEXT

#: The key that is wrong, and why.
Fault = tuple[list[str | int], str]


def faults(settings: Kiosk | Desk) -> Iterator[Fault]:
    """All that is wrong, the first one first."""
    if settings.name == topics.DESK:
        yield ["name"], "'desk' is a level of the topic tree; choose another name"
    yield from _of_ice(settings.ice)
    yield from _of_broker(settings.broker)
    try:
        zoneinfo.ZoneInfo(settings.hours.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        yield ["hours", "timezone"], f"no such time zone; write for example Asia/Shanghai ({error})"
    yield from _of_terminal(settings) if isinstance(settings, Kiosk) else _of_desk(settings)


def _of_ice(ice: Ice) -> Iterator[Fault]:
    for key in ("stun", "turn"):
        for url in getattr(ice, key):
            if not re.fullmatch(rf"{key}s?:[^:?\s]+(:[0-9]{{1,5}})?(\?transport=(udp|tcp))?", url):
                yield ["ice", key], f"'{url}' is not {key}:host:port"
    if ice.turn and not ice.turn_secret_file:
        yield ["ice", "turn"], "needs ice.turn_secret_file, coturn's static-auth-secret (docs/video.md)"


def _of_broker(broker: Broker) -> Iterator[Fault]:
    try:
        usable = urlsplit(broker.url).scheme in ("mqtt", "mqtts") and bool(broker.host) and broker.port > 0
    except ValueError:
        usable = False
    if not usable:
        yield ["broker", "url"], f"'{broker.url}' is not mqtt://host:port or mqtts://host:port"
    elif broker.tls and not broker.ca:
        yield ["broker", "url"], "mqtts needs broker.ca, the hall's authority (kiosk certs)"


def _of_terminal(settings: Kiosk) -> Iterator[Fault]:
    pins = msgspec.structs.asdict(settings.gpio)
    if settings.gpio.button == 0:
        yield ["gpio", "button"], "is the contact that calls; name its GPIO number, 2 to 27"
    for key, pin in pins.items():
        if pin == 1:
            yield ["gpio", key], "GPIO1 is the header's own; use 2 to 27, or 0 for none"
        if pin and list(pins.values()).count(pin) > 1:
            others = ", ".join(f"gpio.{other}" for other in pins if other != key and pins[other] == pin)
            yield ["gpio", key], f"GPIO{pin} is {others} already; each needs a pin of its own"
    if settings.button.driver == "lines" and settings.button.port.startswith("socket:"):
        yield ["button", "port"], "plain TCP has no modem lines; the driver lines needs rfc2217://host:port"
    if settings.staff.pin and not re.fullmatch(r"[0-9]{4,12}", settings.staff.pin):
        yield ["staff", "pin"], "must be 4 to 12 digits"
    if settings.duty.secret and (why := _wrong_secret(settings.duty.secret)):
        yield ["duty", "secret"], why
    if settings.duty.webhook and not _is_web(settings.duty.webhook):
        yield ["duty", "webhook"], f"'{settings.duty.webhook}' is not https://host/… or http://host/…"


def _of_desk(settings: Desk) -> Iterator[Fault]:
    if url := settings.freeze_webhook.url:
        if not _is_web(url):
            yield ["freeze_webhook", "url"], f"'{url}' is not https://host/… or http://host/…"
        if not settings.freeze_webhook.secret_file:
            yield ["freeze_webhook", "url"], "needs freeze_webhook.secret_file: the bank must know who asks"
    if settings.complaints.close_days * 24 < settings.complaints.first_reply_hours:
        yield ["complaints", "close_days"], "is before complaints.first_reply_hours; write more days"
    for number, hook in enumerate(settings.webhook):
        for key, why in _of_webhook(hook, [other.url for other in settings.webhook[:number]]):
            yield ["webhook", number, key], why


def _of_webhook(hook: Webhook, before: list[str]) -> Iterator[tuple[str, str]]:
    if not _is_web(hook.url) or len(hook.url) > MAX_TEXT:
        yield "url", f"'{hook.url[:MAX_TEXT]}' is not https://host/… or http://host/…"
    if hook.url in before:
        yield "url", "is that of an earlier [[webhook]]; give that one all the events"
    if bool(hook.secret) == bool(hook.secret_file):
        yield "url", "needs either secret or secret_file: whoever takes it must know who tells"
    elif hook.secret and (why := _wrong_secret(hook.secret)):
        yield "secret", why


def _wrong_secret(secret: str) -> str:
    try:
        webhook.signing_key(secret)
    except ValueError as error:
        return str(error)
    return ""


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
