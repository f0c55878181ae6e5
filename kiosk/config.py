"""One TOML file -> typed settings, checked once at the start.

Every mistake is a :class:`ConfigError` that names the file, the line, what is wrong and what to write instead.
"""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from kiosk import topics
from kiosk.messages import Name

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}\Z", description="a-z, 0-9 and -, at most 32")]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Pace = Annotated[float, Meta(ge=0.5, le=1.5)]
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
    #: The hall's content: a name of kiosk/dialogue/halls, or of a file in /etc/kiosk/halls.
    pack: str = "bank"
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
    #: mute: the microphone is deaf while the terminal speaks.
    #: cancel, on trial: the terminal's own voice is taken out of what it hears, so that one can speak over it.
    echo: Literal["cancel", "mute"] = "mute"
    #: With echo = "mute" it stays deaf for so long after the terminal has spoken.
    mute_tail_s: Annotated[float, Meta(ge=0, le=5)] = 0.4
    #: Quiet voices are brought to this level (dB of full scale), by at most so much.
    speech_level_db: Annotated[float, Meta(ge=-60, le=-6)] = -21.0
    most_gain_db: Annotated[float, Meta(ge=0, le=60)] = 36.0
    #: Above so much memory (MB of the voice process) the recognisers are replaced in a quiet moment.
    memory_mb: Annotated[int, Meta(ge=150, le=4000)] = 300
    #: Without any sound for so long the microphone counts as muted or dead.
    silent_s: Seconds = 120.0


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
    escalation: Escalation = Escalation()
    hours: Hours = Hours()
    alarm: Alarm = Alarm()
    staff: Staff = Staff()
    duty: Duty = Duty()
    screen: Screen = Screen()
    voice: Voice = Voice()
    hearing: Hearing = Hearing()

    @property
    def link_socket(self) -> Path:
        return Path(self.runtime_dir) / "link.sock"

    @property
    def voice_socket(self) -> Path:
        return Path(self.runtime_dir) / "voice.sock"

    @property
    def screen_socket(self) -> Path:
        return Path(self.runtime_dir) / "screen.sock"


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
    promised_s: Seconds = 15.0
    broker: Broker = Broker()
    #: The same table as the kiosks'; the desk escalates by it while a kiosk is offline.
    escalation: Escalation = Escalation()


K = TypeVar("K", Kiosk, Desk)


def load(path: Path, kind: type[K]) -> K:
    """Read and check a file; raises :class:`ConfigError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name it with --config") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error.reason} at byte {error.start})") from error
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


def _line_of(text: str, keys: list[str]) -> int:
    table: list[str] = []
    best = 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([\w.\- ]+)\]", line):
            table = [part.strip() for part in header[1].split(".")]
            if table == keys[: len(table)]:
                best = number
        elif (key := re.match(r"\s*([\w\-]+)\s*=", line)) and [*table, key[1]] == keys[: len(table) + 1]:
            best = number
    return best


def _check(settings: Kiosk | Desk, path: Path, text: str) -> None:
    """What types cannot say."""

    def wrong(keys: list[str], why: str) -> ConfigError:
        return ConfigError(f"{path}:{_line_of(text, keys)}: {'.'.join(keys)}: {why}")

    if settings.name == topics.DESK:
        raise wrong(["name"], "'desk' is a level of the topic tree; choose another name")
    broker = settings.broker
    try:
        usable = urlsplit(broker.url).scheme in ("mqtt", "mqtts") and bool(broker.host) and broker.port > 0
    except ValueError:
        usable = False
    if not usable:
        raise wrong(["broker", "url"], f"'{broker.url}' is not mqtt://host:port or mqtts://host:port")
    if broker.tls and not broker.ca:
        raise wrong(["broker", "url"], "mqtts needs broker.ca, the hall's authority (kiosk certs)")
    if isinstance(settings, Kiosk):
        try:
            zoneinfo.ZoneInfo(settings.hours.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise wrong(
                ["hours", "timezone"], f"no such time zone; write for example Asia/Shanghai ({error})"
            ) from error
        if settings.staff.pin and not re.fullmatch(r"[0-9]{4,12}", settings.staff.pin):
            raise wrong(["staff", "pin"], "must be 4 to 12 digits")
        if settings.duty.webhook and not _is_web(settings.duty.webhook):
            raise wrong(["duty", "webhook"], f"'{settings.duty.webhook}' is not https://host/… or http://host/…")


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
