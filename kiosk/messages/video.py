"""The messages of a video call: signals over MQTT and the local socket, and what screen and peer process say."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import MAX_ID, Count, Id, Name, Text
from kiosk.messages.hall import Agent
from kiosk.messages.voice import Share

#: A browser's offer for one sound and one picture is 3,000 to 6,000 characters.
MAX_SDP = 12_000
Sdp = Annotated[str, Meta(min_length=1, max_length=MAX_SDP)]
OptionalId = Annotated[str, Meta(max_length=MAX_ID)]
Side = Annotated[int, Meta(ge=16, le=4096)]

# --- MQTT: desk -> kiosk (signal/down) ------------------------------------------------------------


class _FromAgent(Struct, frozen=True, tag_field="do"):
    """From the agent who has this round of this call by video; from anybody else it is refused."""

    call: Id
    round: Count
    agent: Agent


class Offer(_FromAgent, frozen=True, tag="offer"):
    """The page offers a connection, complete with its candidates. A new session replaces the one before."""

    session: Id
    sdp: Sdp


class Bye(_FromAgent, frozen=True, tag="bye"):
    """The page leaves the session; the call goes on, and the page may come back."""

    session: Id


class ShowCard(_FromAgent, frozen=True, tag="card", omit_defaults=True):
    """A text, or the answer of one of the terminal's services, in large letters; both empty: take it away."""

    text: Text = ""
    service: OptionalId = ""


SignalDown = Offer | Bye | ShowCard

# --- MQTT: kiosk -> desk (signal/up) --------------------------------------------------------------


class Title(Struct, frozen=True):
    """A service of the terminal that an agent can show the answer of."""

    id: Id
    title: Name


class _FromKiosk(Struct, frozen=True, tag_field="do", omit_defaults=True):
    call: Id
    round: Count


class Ready(_FromKiosk, frozen=True, tag="ready"):
    """The terminal's peer is there and waits for an offer; said again when anything of it changes.

    ``peer`` is another one after a restart: whatever session there was is gone. ``faults`` by part (``camera``,
    ``microphone``, ``speaker``): what cannot be used, by the names of the manual for technicians.
    """

    peer: Id
    faults: dict[Id, Name] = {}
    services: Annotated[tuple[Title, ...], Meta(max_length=100)] = ()


class Answer(_FromKiosk, frozen=True, tag="answer"):
    """To the offer of this session."""

    session: Id
    sdp: Sdp


SignalUp = Ready | Answer

# --- link.sock ------------------------------------------------------------------------------------


class Signalled(Struct, frozen=True, tag_field="type", tag="signal"):
    """Link -> screen: what the agent who has the call has sent."""

    signal: SignalDown


class Signal(Struct, frozen=True, tag_field="do", tag="signal"):
    """Screen -> link: send this to the desk."""

    request: Id
    signal: SignalUp


# --- screen -> peer process, a line of JSON each --------------------------------------------------


class IceServer(Struct, frozen=True, omit_defaults=True):
    """A STUN or TURN server as browsers name it."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class Setup(Struct, frozen=True, tag_field="do", tag="setup"):
    """The first line a peer gets: the devices, by the names of ``kiosk.toml``, and how to use them."""

    camera: str
    microphone: str
    speaker: str
    width: Side
    height: Side
    fps: Annotated[int, Meta(ge=1, le=60)]
    ducking: bool  # the microphone is turned down while the agent speaks


class Connect(Struct, frozen=True, tag_field="do", tag="connect"):
    """Answer this offer, in place of any session there is."""

    session: Id
    sdp: Sdp
    ice: tuple[IceServer, ...] = ()


class Wanted(Struct, frozen=True, tag_field="do", tag="want"):
    """What is to be so from now on: camera in use, microphone ours to use, but not to be heard, and how loud."""

    camera: bool = False
    microphone: bool = False
    muted: bool = False
    volume: Share = 0.8


class Hang(Struct, frozen=True, tag_field="do", tag="hang"):
    """Close the session, if there is one."""


PeerCommand = Setup | Connect | Wanted | Hang

# --- peer process -> screen -----------------------------------------------------------------------


class PeerAnswer(Struct, frozen=True, tag_field="type", tag="answer"):
    """To :class:`Connect`."""

    session: Id
    sdp: Sdp


class PeerState(Struct, frozen=True, tag_field="type", tag="peer", omit_defaults=True):
    """How the peer is; said at the start and at each change.

    ``audio``, ``video``: the agent's sound, the agent's picture has come within the last moments.
    """

    session: OptionalId = ""
    audio: bool = False
    video: bool = False
    faults: dict[Id, Name] = {}


PeerMessage = PeerAnswer | PeerState
