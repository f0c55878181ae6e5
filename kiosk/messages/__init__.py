"""Every message that crosses a process boundary, over MQTT (see :mod:`kiosk.topics`) and over the local sockets.

All are JSON. :func:`decode` checks what arrives and raises :class:`BadMessage`; nothing else here raises.
Times between machines are *ages* in milliseconds, because no machine may subtract another's clock.
"""

from msgspec import Struct

from kiosk.messages.base import (
    MAX_COUNT as MAX_COUNT,
    MAX_ID as MAX_ID,
    MAX_NAME as MAX_NAME,
    MAX_TEXT as MAX_TEXT,
    BadMessage as BadMessage,
    Count as Count,
    Id as Id,
    Level as Level,
    Name as Name,
    Number as Number,
    Text as Text,
    decode as decode,
    encode as encode,
    know as know,
)
from kiosk.messages.hall import (
    Accept as Accept,
    Agent as Agent,
    Arrived as Arrived,
    Call as Call,
    Cause as Cause,
    End as End,
    Event as Event,
    EventBatch as EventBatch,
    Fact as Fact,
    HandOver as HandOver,
    Health as Health,
    LedgerAck as LedgerAck,
    Mode as Mode,
    OnDuty as OnDuty,
    Outcome as Outcome,
    Part as Part,
    Presence as Presence,
    Release as Release,
    Reply as Reply,
    Rung as Rung,
    Seen as Seen,
    State as State,
    Urgency as Urgency,
)
from kiosk.messages.link import (
    Command as Command,
    Complain as Complain,
    CustomerEnd as CustomerEnd,
    Hello as Hello,
    Media as Media,
    Rate as Rate,
    Report as Report,
    Resolved as Resolved,
    Result as Result,
    Snapshot as Snapshot,
    Staff as Staff,
    StaffAction as StaffAction,
    Summon as Summon,
    Trial as Trial,
    TryButton as TryButton,
)
from kiosk.messages.screen import (
    Phase as Phase,
    Picture as Picture,
    Pixel as Pixel,
    ScreenCommand as ScreenCommand,
    Shown as Shown,
    Target as Target,
    Touch as Touch,
)
from kiosk.messages.voice import (
    Ears as Ears,
    Hush as Hush,
    Listen as Listen,
    Loudness as Loudness,
    Say as Say,
    SetVolume as SetVolume,
    Share as Share,
    Utterance as Utterance,
    VoiceCommand as VoiceCommand,
    VoiceMessage as VoiceMessage,
    VoiceState as VoiceState,
)

know(*(kind for kind in list(globals().values()) if isinstance(kind, type) and issubclass(kind, Struct)))
