"""One TOML file -> typed settings, checked once at the start.

Every mistake is a :class:`ConfigError` that names the file, the line, what is wrong and what to write instead.
"""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from kiosk import positions, topics, webhook
from kiosk.messages import MAX_TEXT, Name

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z", description="a-z, 0-9 and -, at most 32")]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Pace = Annotated[float, Meta(ge=0.5, le=1.5)]
#: 0 and 1 are the header's own, for the memory of an expansion board.
Pin = Annotated[int, Meta(ge=0, le=27)]
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"

#: Where a packaged kiosk keeps its settings.
DEFAULT_PATH = Path("/etc/kiosk/kiosk.toml")


class ConfigError(ValueError):
    """The configuration cannot be used; the text says where and what to do."""


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; a misspelt key is an error, not a silence."""


class Broker(_Table, frozen=True):
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


class Button(_Table, frozen=True):
    """The physical 人工 button."""

    driver: str = "board"
    port: str = "/dev/kiosk-button"
    #: Staff without a screen end a call by holding the button 10 s and letting go.
    hold_ends_call: bool = False


class Gpio(_Table, frozen=True):
    """The pins of a button on a Raspberry Pi's own header, by their GPIO numbers; 0: not connected."""

    button: Pin = 17  # the normally-open contact, to ground
    #: The normally-closed contact, to ground: with it a cut wire is a fault and not a silence.
    nc: Pin = 27
    lamp: Pin = 22
    buzzer: Pin = 23


class Escalation(_Table, frozen=True):
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


class Hours(_Table, frozen=True):
    """Opening hours, such as ``["mon-fri 09:00-17:00", "sat 09:00-12:00"]``; none means always open."""

    open: tuple[str, ...] = ()
    closed_on: tuple[str, ...] = ()  # dates, "2026-10-01"
    timezone: str = "Asia/Shanghai"


class Alarm(_Table, frozen=True):
    """The local alarm's sound. ``player`` gets the WAV's path as its last argument; empty: the first found."""

    player: tuple[str, ...] = ()
    sound: bool = True


class Staff(_Table, frozen=True):
    """How staff is known at the terminal itself; without a PIN the terminal's staff actions are off."""

    pin: str = ""


class Duty(_Table, frozen=True):
    """Where urgent calls go while the hall is closed or nobody is on duty: an HTTP(S) address for POST."""

    webhook: str = ""
    #: Whoever takes them can check with it that they come from here: "whsec_..."; empty: unsigned.
    secret: str = ""


class SelfTest(_Table, frozen=True):
    """The terminal tests by itself, daily, whether a call would reach a desk; it rings nobody."""

    enabled: bool = True
    #: When, in the time zone of [hours]: best shortly before the hall opens.
    at: Annotated[str, Meta(pattern=rf"^{_CLOCK}\Z")] = "07:40"


class Screen(_Table, frozen=True):
    """The touch screen."""

    hall_title: Name = ""  # the hall's name at the top of the screen
    #: "1280x800" is a window of that size; empty: the whole display.
    size: Annotated[str, Meta(pattern=r"^([1-9][0-9]{2,3}x[1-9][0-9]{2,3})?\Z")] = ""
    #: The panel's diagonal in inches: from it follows how many pixels 16 mm are.
    diagonal_inch: Annotated[float, Meta(ge=3, le=100)] = 10.1
    language: Literal["zh_CN", "zh_TW", "en"] = "zh_CN"
    text_size: Literal["standard", "large", "extra"] = "standard"
    variant: Literal["auto", "day", "dark"] = "auto"  # auto: dark during ``night``
    night: Annotated[str, Meta(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]\Z")] = "19:00-07:00"
    #: Without a touch for so long, the 20 s warning comes and then the welcome screen.
    idle_s: Seconds = 60.0
    #: A request to freeze the customer's money that has no receipt for so long is shown as unconfirmed.
    freeze_confirm_s: Seconds = 60.0
    #: The hall's content: a name of kiosk/dialogue/halls, or of a file in /etc/kiosk/halls.
    pack: str = "bank"
    #: Send what nobody could be told an answer to, masked, to the desk, where the hall can teach it.
    report_misses: bool = True
    #: Accept touches from screen.sock, for tests, benches and the demo.
    simulate_touch: bool = False


class Voice(_Table, frozen=True):
    """The ears and the mouth."""

    #: Where ``kiosk models fetch`` has put the models.
    models_dir: str = "/var/lib/kiosk/models"
    #: Part of the name of the microphone's device; empty: the system's default.
    microphone: str = ""
    #: auto: the first that this machine can use, in the order of the names here.
    engine: Literal["auto", "piper", "fastspeech", "espeak"] = "auto"
    #: A Piper voice the site has installed, VOICE.onnx; its VOICE.onnx.json lies beside it.
    piper_model: str = ""
    #: Part of the name of the loudspeaker's device; empty: the system's default.
    speaker: str = ""
    volume: Share = 0.8
    #: When it is quieter, for example "21:00-07:00"; empty: never.
    quiet: Annotated[str, Meta(pattern=rf"^({_CLOCK}-{_CLOCK})?\Z")] = ""
    quiet_volume: Share = 0.4
    #: 1 is the pace of a voice as it was trained; many over 65 follow 0.85 better.
    speed: Pace = 0.85
    #: The pace of what is said again to somebody who has not understood.
    slow_speed: Pace = 0.7
    #: How much disk the terminal's own sentences, rendered ahead, may take.
    cache_mb: Annotated[int, Meta(ge=1, le=10_000)] = 50


class Hearing(_Table, frozen=True):
    """When somebody speaks, when they have finished, and what the recogniser gets of it."""

    #: The microphone is open at all times, so that 人工 can be said from a distance; else from the first touch on.
    always_open: bool = False
    #: Speech begins at this probability of voice, and goes on above the other.
    voice_on: Share = 0.5
    voice_off: Share = 0.35
    #: Silence that ends a request that is clear, and any other: people over 65 pause for a second and more.
    clear_silence_s: Seconds = 0.4
    unclear_silence_s: Seconds = 1.6
    longest_s: Annotated[float, Meta(ge=2, le=60)] = 30.0
    #: Sound that is kept from before the voice was noticed, and from after it.
    before_s: Annotated[float, Meta(ge=0, le=2)] = 0.4
    after_s: Annotated[float, Meta(ge=0, le=2)] = 0.4
    #: While the terminal speaks, its own voice is taken out of what it hears,
    #: calls: and only a call for a person is looked for in what is left;
    #: cancel, on trial: and one can say anything over it.
    #: mute: or the microphone is deaf.
    echo: Literal["calls", "cancel", "mute"] = "calls"
    #: With echo = "mute" it stays deaf for so long after the terminal has spoken.
    mute_tail_s: Annotated[float, Meta(ge=0, le=5)] = 0.4
    #: Quiet voices are brought to this level (dB of full scale), by at most so much.
    speech_level_db: Annotated[float, Meta(ge=-60, le=-6)] = -21.0
    most_gain_db: Annotated[float, Meta(ge=0, le=60)] = 36.0
    #: Above so much memory (MB of the voice process) the recognisers are replaced.
    memory_mb: Annotated[int, Meta(ge=150, le=4000)] = 340
    #: Without any sound for so long the microphone counts as muted or dead.
    silent_s: Seconds = 120.0


class Ice(_Table, frozen=True):
    """What video calls need between networks; none within one."""

    stun: tuple[str, ...] = ()  # "stun:host:3478"
    turn: tuple[str, ...] = ()  # "turn:host:3478", "turns:host:5349"
    #: A file with coturn's static-auth-secret alone; from it come names and passwords that last a day.
    turn_secret_file: str = ""


class Video(_Table, frozen=True):
    """Face to face with an agent."""

    enabled: bool = True
    #: A device, such as /dev/video0; empty: the first camera; none; synthetic: a picture for trials.
    camera: str = ""
    #: Part of the name of the microphone's device; empty: the voice's; synthetic: a tone for trials.
    microphone: str = ""
    size: Annotated[str, Meta(pattern=r"^([1-9][0-9]{2,3}x[1-9][0-9]{2,3})\Z")] = "640x480"
    fps: Annotated[int, Meta(ge=1, le=30)] = 15
    #: duck: the microphone is turned down while the agent speaks; system: the sound server takes the echo out.
    echo: Literal["duck", "system"] = "duck"
    #: Another program in the place of our own peer, with its arguments (docs/video.md).
    backend: tuple[str, ...] = ()


class Kiosk(_Table, frozen=True):
    """``kiosk.toml``: everything one terminal needs to know."""

    hall: Slug
    name: Slug
    title: Name = ""
    place: Name = ""
    #: The customers of this terminal are elderly: every call ranks as such.
    elderly: bool = False
    state_dir: str = "/var/lib/kiosk"
    runtime_dir: str = "/run/kiosk"
    broker: Broker = Broker()
    button: Button = Button()
    gpio: Gpio = Gpio()
    escalation: Escalation = Escalation()
    hours: Hours = Hours()
    alarm: Alarm = Alarm()
    staff: Staff = Staff()
    duty: Duty = Duty()
    self_test: SelfTest = SelfTest()
    screen: Screen = Screen()
    voice: Voice = Voice()
    hearing: Hearing = Hearing()
    video: Video = Video()
    ice: Ice = Ice()

    @property
    def link_socket(self) -> Path:
        return Path(self.runtime_dir) / "link.sock"

    @property
    def voice_socket(self) -> Path:
        return Path(self.runtime_dir) / "voice.sock"

    @property
    def screen_socket(self) -> Path:
        return Path(self.runtime_dir) / "screen.sock"


class FreezeWebhook(_Table, frozen=True):
    """The bank's system that takes requests to freeze a customer's money, by signed POST."""

    url: str = ""
    #: A file that holds nothing but the secret with which the bank checks the signature.
    secret_file: str = ""
    ca: str = ""  # the authority of its certificate; empty: the system's authorities
    timeout_s: Seconds = 10.0


class Complaints(_Table, frozen=True):
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


class Webhook(_Table, frozen=True):
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


class HomeAssistant(_Table, frozen=True):
    """Each terminal as a device of Home Assistant, by MQTT discovery."""

    enabled: bool = False
    prefix: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z")] = "homeassistant"


Days = Annotated[int, Meta(ge=1, le=36_500)]


class Retention(_Table, frozen=True):
    """How many days the desk that keeps the ledger keeps what; docs/ledger.md says why so long."""

    words_days: Days = 30  # what customers said, and agents' notes
    complaints_days: Days = 365  # what customers complained of
    events_days: Days = 1095  # who called when, who came
    freezes_days: Days = 1095  # requests to freeze


class Desk(_Table, frozen=True):
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


K = TypeVar("K", Kiosk, Desk)


def load(path: Path, kind: type[K]) -> K:
    """Read and check a file; raises :class:`ConfigError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name it with --config") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error.reason} at byte {error.start})") from error
    return parse(text, path, kind)


def parse(text: str, path: Path, kind: type[K]) -> K:
    """Check the text of a file; ``path`` is only named in the :class:`ConfigError`."""
    try:
        settings = msgspec.convert(tomllib.loads(text), kind)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = at[1] if at else len(text.splitlines())
        raise ConfigError(f"{path}:{line}: {error}; see docs/configuration.md") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}:{_line(text, str(error))}: {_explain(str(error))}") from error
    _check(settings, path, text)
    return settings


def wrong_key(path: Path, key: str, why: str) -> ConfigError:
    """The error for a key such as ``hours.open`` whose value only its user can judge, with its line."""
    try:
        line = _line_of(path.read_text(encoding="utf-8"), key.split("."))
    except OSError:
        line = 1  # gone since it was read
    return ConfigError(f"{path}:{line}: {key}: {why}")


def _explain(message: str) -> str:
    """msgspec's sentence in the words of the file."""
    what, _, where = message.partition(" - at `$")
    key = where.strip("`.")
    if "matching regex" in what:
        if "[0-5][0-9]" in what:
            what = 'must be two times of day, such as "21:00-07:00"'
        elif "[!-~]" in what:
            what = "must be 16 to 200 characters without spaces; `openssl rand -hex 24` makes one"
        elif "x[1-9]" in what:
            what = 'must be a width and a height, such as "1280x800"'
        else:
            what = "must be 1 to 32 of a-z, 0-9 and -, starting with a letter or digit"
    if unknown := re.search(r"unknown field `(\w+)`", what):
        table = f"[{key}]" if key else "the top level"
        return f"{table} knows no key '{unknown[1]}'; see docs/configuration.md"
    return f"{key}: {what}" if key else what


def _line(text: str, message: str) -> int:
    """The line of the key that msgspec complains of; 1 when the key is not there at all."""
    path = re.search(r"at `\$\.?([\w.]*)", message)
    keys = [part for part in (path[1] if path else "").split(".") if part]
    if unknown := re.search(r"unknown field `(\w+)`", message):
        keys.append(unknown[1])
    return _line_of(text, keys)


def _line_of(text: str, keys: Sequence[str | int]) -> int:
    """The line of the key, or of as much of its path as is there; 1 for none of it."""
    places = positions.lines(text)
    paths = (tuple(keys[:count]) for count in range(len(keys), 0, -1))
    return next((places[path] for path in paths if path in places), 1)


def _check(settings: Kiosk | Desk, path: Path, text: str) -> None:
    """What types cannot say."""

    def wrong(keys: list[str | int], why: str) -> ConfigError:
        named = ".".join(map(str, keys))
        return ConfigError(f"{path}:{_line_of(text, keys)}: {named}: {why}")

    if settings.name == topics.DESK:
        raise wrong(["name"], "'desk' is a level of the topic tree; choose another name")
    for key in ("stun", "turn"):
        for url in getattr(settings.ice, key):
            if not re.fullmatch(rf"{key}s?:[^:?\s]+(:[0-9]{{1,5}})?(\?transport=(udp|tcp))?", url):
                raise wrong(["ice", key], f"'{url}' is not {key}:host:port")
    if settings.ice.turn and not settings.ice.turn_secret_file:
        raise wrong(["ice", "turn"], "needs ice.turn_secret_file, coturn's static-auth-secret (docs/video.md)")
    broker = settings.broker
    try:
        usable = urlsplit(broker.url).scheme in ("mqtt", "mqtts") and bool(broker.host) and broker.port > 0
    except ValueError:
        usable = False
    if not usable:
        raise wrong(["broker", "url"], f"'{broker.url}' is not mqtt://host:port or mqtts://host:port")
    if broker.tls and not broker.ca:
        raise wrong(["broker", "url"], "mqtts needs broker.ca, the hall's authority (kiosk certs)")
    try:
        zoneinfo.ZoneInfo(settings.hours.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise wrong(
            ["hours", "timezone"], f"no such time zone; write for example Asia/Shanghai ({error})"
        ) from error
    if isinstance(settings, Kiosk):
        pins = msgspec.structs.asdict(settings.gpio)
        if settings.gpio.button == 0:
            raise wrong(["gpio", "button"], "is the contact that calls; name its GPIO number, 2 to 27")
        for key, pin in pins.items():
            if pin == 1:
                raise wrong(["gpio", key], "GPIO1 is the header's own; use 2 to 27, or 0 for none")
            if pin and list(pins.values()).count(pin) > 1:
                others = ", ".join(f"gpio.{other}" for other in pins if other != key and pins[other] == pin)
                raise wrong(["gpio", key], f"GPIO{pin} is {others} already; each needs a pin of its own")
        if settings.button.driver == "lines" and settings.button.port.startswith("socket:"):
            raise wrong(
                ["button", "port"], "plain TCP has no modem lines; the driver lines needs rfc2217://host:port"
            )
        if settings.staff.pin and not re.fullmatch(r"[0-9]{4,12}", settings.staff.pin):
            raise wrong(["staff", "pin"], "must be 4 to 12 digits")
        if settings.duty.secret:
            try:
                webhook.signing_key(settings.duty.secret)
            except ValueError as error:
                raise wrong(["duty", "secret"], str(error)) from error
        if settings.duty.webhook and not _is_web(settings.duty.webhook):
            raise wrong(["duty", "webhook"], f"'{settings.duty.webhook}' is not https://host/… or http://host/…")
        return
    if url := settings.freeze_webhook.url:
        if not _is_web(url):
            raise wrong(["freeze_webhook", "url"], f"'{url}' is not https://host/… or http://host/…")
        if not settings.freeze_webhook.secret_file:
            raise wrong(["freeze_webhook", "url"], "needs freeze_webhook.secret_file: the bank must know who asks")
    if settings.complaints.close_days * 24 < settings.complaints.first_reply_hours:
        raise wrong(["complaints", "close_days"], "is before complaints.first_reply_hours; write more days")
    for number, hook in enumerate(settings.webhook):
        if why := _wrong_webhook(hook, [other.url for other in settings.webhook[:number]]):
            raise wrong(["webhook", number, why[0]], why[1])


def _wrong_webhook(hook: Webhook, before: list[str]) -> tuple[str, str] | None:
    """The key that is wrong, and why."""
    if not _is_web(hook.url) or len(hook.url) > MAX_TEXT:
        return "url", f"'{hook.url[:MAX_TEXT]}' is not https://host/… or http://host/…"
    if hook.url in before:
        return "url", "is that of an earlier [[webhook]]; give that one all the events"
    if bool(hook.secret) == bool(hook.secret_file):
        return "url", "needs either secret or secret_file: whoever takes it must know who tells"
    if hook.secret:
        try:
            webhook.signing_key(hook.secret)
        except ValueError as error:
            return "secret", str(error)
    return None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
