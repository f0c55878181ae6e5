"""What is shown, as a plain value: presenters make scenes, views only draw them. No Kivy here.

A scene is a column of blocks beside the one thing that never changes its place: the red 人工 button, with the
three text sizes under it. All texts are final (translated, masked). Actions are names that come back through
:meth:`kiosk.screen.visit.Visit.touch` when somebody touches them; no two things of a scene have the same one.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Tone(StrEnum):
    """What a scene feels like; the theme gives it a colour that is never red (red is 人工's alone)."""

    CALM = "calm"
    WAITING = "waiting"
    GOOD = "good"  # somebody is coming, something worked
    TROUBLE = "trouble"


class TextSize(StrEnum):
    """标准, 大, 特大: chosen by one touch."""

    STANDARD = "standard"
    LARGE = "large"
    EXTRA = "extra"


class Variant(StrEnum):
    """For a bright hall and for a dark one."""

    DAY = "day"
    DARK = "dark"


# --- blocks -----------------------------------------------------------------------------------------


class Heading(Struct, frozen=True, tag=True):
    """The one sentence that says what this screen is; at most two lines."""

    text: str


class Paragraph(Struct, frozen=True, tag=True):
    """Body text. ``quiet``: less important, never below the smallest size."""

    text: str
    quiet: bool = False


class Row(Struct, frozen=True):
    """One line with a label, such as 去哪里: 3号窗口."""

    icon: str
    label: str
    text: str


class Rows(Struct, frozen=True, tag=True):
    """Where to go, what to bring, who has been told."""

    rows: tuple[Row, ...]


class Card(Struct, frozen=True):
    """A large thing to touch."""

    action: str
    title: str
    icon: str = ""
    note: str = ""


class Cards(Struct, frozen=True, tag=True):
    """One to six large cards."""

    cards: tuple[Card, ...]


class Faces(Struct, frozen=True, tag=True):
    """Five faces with words, from the worst to the best."""

    cards: tuple[Card, ...]


class Button(Struct, frozen=True):
    """A touch with words; ``primary`` is the expected next step."""

    action: str
    text: str
    primary: bool = False
    icon: str = ""


class Buttons(Struct, frozen=True, tag=True):
    """One row of buttons."""

    buttons: tuple[Button, ...]


class Wait(Struct, frozen=True, tag=True):
    """How long somebody has waited, against what was promised; seconds."""

    waited_s: int
    promised_s: int
    label: str  # 已等, with the time put in by the presenter
    promise: str  # 一般 15 秒内有人应答


class Phone(Struct, frozen=True):
    """A number to ring."""

    label: str  # 报警
    number: str  # 110


class Phones(Struct, frozen=True, tag=True):
    """One to three numbers to ring, in figures as large as there is room for."""

    phones: tuple[Phone, ...]


class Caption(Struct, frozen=True, tag=True):
    """What is being heard, live; ``level`` 0 to 1 is the microphone's."""

    text: str
    level: float


class Video(Struct, frozen=True, tag=True):
    """The place of the agent's picture (``picture``), or of words while there is none; the customer's own small
    picture is in its corner. ``light``: 正在视频, as long as the camera is on.
    """

    text: str
    picture: bool = True
    light: str = ""


class Sign(Struct, frozen=True, tag=True):
    """What the agent shows, as large as there is room for; and that the camera is still on (``light``)."""

    text: str
    light: str


class PartRow(Struct, frozen=True):
    """One part: its name, whether it works, and the fault with what to do."""

    name: str
    ok: bool
    text: str


class Keypad(Struct, frozen=True, tag=True):
    """Ten digits, delete and enter (actions ``key-0`` .. ``key-9``, ``key-delete``, ``key-enter``)."""

    entered: int  # how many digits stand there
    delete: str  # 删除
    enter: str  # 确定


class Parts(Struct, frozen=True, tag=True):
    """How the parts of the terminal are, for a technician; small but never below the smallest size."""

    rows: tuple[PartRow, ...]


Block = (
    Heading | Paragraph | Rows | Cards | Faces | Buttons | Wait | Phones | Caption | Video | Sign | Keypad | Parts
)


# --- the whole picture --------------------------------------------------------------------------------


class Human(Struct, frozen=True):
    """The 人工 button; its action is ``human``."""

    text: str  # 人工
    note: str  # 按一下，有人来; while calling: 正在叫人
    calling: bool = False  # it has been pressed and somebody is being called
    answered: bool = False  # somebody is coming, or there


class Header(Struct, frozen=True):
    """The line at the top. No button, but five touches open the technician's PIN (``header``)."""

    hall: str
    clock: str
    privacy: str  # 声音不保存


class Warning(Struct, frozen=True):
    """Before anything ends under the customer's hands: how long is left, and one touch to stay."""

    text: str
    stay: Button
    left_s: int


class Scene(Struct, frozen=True):
    """One picture. ``speech`` is what is read aloud for it."""

    name: str
    tone: Tone
    header: Header
    human: Human
    sizes: tuple[Button, ...]  # 标准 大 特大 (``size-standard`` and so on); the chosen one is primary
    blocks: tuple[Block, ...]
    warning: Warning | None = None
    size: TextSize = TextSize.STANDARD
    variant: Variant = Variant.DAY
    language: str = "zh_CN"  # which glyphs the characters have: zh_CN, zh_TW or en
    dim: float = 0.0  # how much darker at night, when nobody is there: 0 to 0.8
    shift: tuple[int, int] = (0, 0)  # pixels by which everything is moved, against burn-in: -4 to 4
    speech: str = ""
