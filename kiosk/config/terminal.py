"""``kiosk.toml``: the settings of a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from kiosk.config.tables import CLOCK, Broker, Escalation, Hours, Ice, Pace, Pin, Seconds, Share, Slug, Table
from kiosk.messages import Name

#: Where a packaged kiosk keeps its settings.
DEFAULT_PATH = Path("/etc/kiosk/kiosk.toml")


class Button(Table, frozen=True):
    """The physical 人工 button."""

    driver: str = "board"
    port: str = "/dev/kiosk-button"
    #: Staff without a screen end a call by holding the button 10 s and letting go.
    hold_ends_call: bool = False


class Gpio(Table, frozen=True):
    """The pins of a button on a Raspberry Pi's own header, by their GPIO numbers; 0: not connected."""

    button: Pin = 17  # the normally-open contact, to ground
    #: The normally-closed contact, to ground: with it a cut wire is a fault and not a silence.
    nc: Pin = 27
    lamp: Pin = 22
    buzzer: Pin = 23


class Alarm(Table, frozen=True):
    """The local alarm's sound. ``player`` gets the WAV's path as its last argument; empty: the first found."""

    player: tuple[str, ...] = ()
    sound: bool = True


class Staff(Table, frozen=True):
    """How staff is known at the terminal itself; without a PIN the terminal's staff actions are off."""

    pin: str = ""


class Duty(Table, frozen=True):
    """Where urgent calls go while the hall is closed or nobody is on duty: an HTTP(S) address for POST."""

    webhook: str = ""
    #: Whoever takes them can check with it that they come from here: "whsec_..."; empty: unsigned.
    secret: str = ""


class SelfTest(Table, frozen=True):
    """The terminal tests by itself, daily, whether a call would reach a desk; it rings nobody."""

    enabled: bool = True
    #: When, in the time zone of [hours]: best shortly before the hall opens.
    at: Annotated[str, Meta(pattern=rf"^{CLOCK}\Z")] = "07:40"


class Screen(Table, frozen=True):
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


class Voice(Table, frozen=True):
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
    quiet: Annotated[str, Meta(pattern=rf"^({CLOCK}-{CLOCK})?\Z")] = ""
    quiet_volume: Share = 0.4
    #: 1 is the pace of a voice as it was trained; many over 65 follow 0.85 better.
    speed: Pace = 0.85
    #: The pace of what is said again to somebody who has not understood.
    slow_speed: Pace = 0.7
    #: How much disk the terminal's own sentences, rendered ahead, may take.
    cache_mb: Annotated[int, Meta(ge=1, le=10_000)] = 50


class Hearing(Table, frozen=True):
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


class Video(Table, frozen=True):
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


class Kiosk(Table, frozen=True):
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
