"""What the terminal does for the video of its call: follows the link and the peer, and gives effects. Pure.

A peer process is wanted from the moment somebody is called, so that it is warm when an agent answers by video; the
call itself never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kiosk.messages import (
    Answer,
    Bye,
    Call,
    Command,
    Connect,
    Hang,
    IceServer,
    Lend,
    Media,
    Mode,
    Offer,
    PeerAnswer,
    PeerCommand,
    PeerMessage,
    PeerState,
    Ready,
    ShowCard,
    Signal,
    SignalDown,
    SignalUp,
    State,
    Title,
    VoiceCommand,
    Wanted,
)

#: What has not had its effect is said again after so long.
AGAIN_S = 1.0
VOLUME_STEP = 0.15

Effect = Command | VoiceCommand | PeerCommand


class VideoView(Struct, frozen=True):
    """What the screen may show of a video call."""

    running: bool = False  # sound or picture of the agent comes in
    sound: bool = False
    picture: bool = False
    lost: bool = False  # it ran, and has stopped
    muted: bool = False
    volume: float = 0.8
    faults: tuple[str, ...] = ()  # parts of the terminal that cannot be used
    text: str = ""  # a card that the agent shows
    service: str = ""  # a service whose answer the agent shows


class Session:
    """``new_id`` makes ids of requests and peers; ``ice`` gives the servers for a connection that begins now."""

    def __init__(
        self,
        new_id: Callable[[], str],
        ice: Callable[[], tuple[IceServer, ...]],
        *,
        services: tuple[Title, ...] = (),
        volume: float = 0.8,
    ) -> None:
        self._new_id = new_id
        self._ice = ice
        self._services = services
        self._usual_volume = volume
        self._call: Call | None = None
        self._peer = ""  # its id; empty: there is none
        self._state: PeerState | None = None  # of the peer; None: it has not said anything yet
        self._effects: list[Effect] = []
        self._voice = False
        self._lent: bool | None = None  # as voice was told; None: it may believe either
        self._begin()

    def _begin(self) -> None:
        """Another round of a call, or another call: nothing of the one before is left."""
        self._offer: Offer | None = None  # not given to the peer yet
        self._session = ""  # given to the peer
        self._ran = False
        self._wanted: Wanted | None = None  # as the peer was told
        self._media: bool | None = None  # as the link was told; None: it was not
        self._ready: Ready | None = None  # as the page was told
        self._told_at = self._media_at = float("-inf")
        self._text = self._service = ""
        self._muted, self._volume = False, self._usual_volume

    # --- what is so ---------------------------------------------------------------------------------

    @property
    def peer_wanted(self) -> bool:
        """Whether a peer process should be there: to talk, or warm because an agent may answer by video."""
        call = self._call
        if call is None or call.state is State.ENDED:
            return False
        return call.mode is not Mode.WALK

    @property
    def view(self) -> VideoView:
        """What the screen may show."""
        state = self._state if self._on and self._is_of_session else None
        running = state is not None and (state.audio or state.video)
        return VideoView(
            running=running,
            sound=state is not None and state.audio,
            picture=state is not None and state.video,
            lost=self._ran and not running,
            muted=self._muted,
            volume=self._volume,
            faults=tuple(sorted(self._state.faults)) if self._state is not None else (),
            text=self._text,
            service=self._service,
        )

    @property
    def faults(self) -> dict[str, str] | None:
        """What cannot be used, by part; None while there is no peer that could know."""
        return self._state.faults if self._state is not None else None

    # --- what comes in ------------------------------------------------------------------------------

    def link(self, call: Call | None, now: float) -> list[Effect]:
        """The link says how the call is."""
        if _key(call) != _key(self._call):
            if self._session:
                self._effects.append(Hang())
            self._begin()
        self._call = call
        return self._settle(now)

    def link_gone(self) -> None:
        """It will have forgotten whether there is media; the call goes on meanwhile."""
        self._media = None

    def voice(self, there: bool, now: float) -> list[Effect]:
        """Voice has come: a new one that was told nothing, or one that hung and still knows; or has gone."""
        if there != self._voice:
            self._voice, self._lent = there, None
        return self._settle(now)

    def signal(self, signal: SignalDown, now: float) -> list[Effect]:
        """From the agent's page; the link has made sure that it is the agent's who has the call."""
        if not self._on or self._call is None or (signal.call, signal.round) != _key(self._call)[:2]:
            return []
        match signal:
            case Offer():
                self._offer = signal
                self._ready = None  # a page that was loaded again knows nothing of us
            case Bye(session=session) if session == self._session:
                self._effects.append(Hang())
                self._session = ""
            case ShowCard(text=text, service=service):
                self._text, self._service = text, service
        return self._settle(now)

    def peer_started(self, now: float) -> list[Effect]:
        """There is a new peer process; it was told nothing yet."""
        self._peer, self._state = self._new_id(), None
        self._wanted, self._session = None, ""
        return self._settle(now)

    def peer(self, message: PeerMessage, now: float) -> list[Effect]:
        """The peer says something."""
        match message:
            case PeerState():
                self._state = message
            case PeerAnswer(session=session, sdp=sdp) if session == self._session and self._on:
                self._send(lambda call: Answer(call.id, call.round, session, sdp))
        return self._settle(now)

    def peer_gone(self, now: float) -> list[Effect]:
        """The peer process has ended, by itself or because it was not wanted any more."""
        self._peer, self._state, self._session, self._wanted, self._ready = "", None, "", None, None
        return self._settle(now)

    def mute(self, now: float) -> list[Effect]:
        """The customer does not want to be heard, or wants to again."""
        self._muted = not self._muted
        return self._settle(now)

    def louder(self, steps: int, now: float) -> list[Effect]:
        """The agent's voice, so many steps louder; below zero: quieter."""
        self._volume = min(1.0, max(VOLUME_STEP, round(self._volume + steps * VOLUME_STEP, 2)))
        return self._settle(now)

    def tick(self, now: float) -> list[Effect]:
        """Let time pass; call it a few times a second."""
        return self._settle(now)

    # --- what goes out ------------------------------------------------------------------------------

    @property
    def _on(self) -> bool:
        call = self._call
        return call is not None and call.mode is Mode.VIDEO and call.state in (State.ACCEPTED, State.CONNECTED)

    @property
    def _is_of_session(self) -> bool:
        return self._state is not None and bool(self._session) and self._state.session == self._session

    def _settle(self, now: float) -> list[Effect]:
        self._settle_voice()
        if self._peer and self._state is not None:
            self._settle_peer()
        if self._on:
            self._settle_page(now)
            self._settle_link(now)
        effects, self._effects = self._effects, []
        return effects

    def _settle_voice(self) -> None:
        """The microphone is ours while we are connected, and not a moment longer."""
        lent = self._on and self._call is not None and self._call.state is State.CONNECTED
        if self._voice and lent != self._lent:
            self._lent = lent
            self._effects.append(Lend(self._new_id(), lent))

    def _settle_peer(self) -> None:
        connected = self._on and self._call is not None and self._call.state is State.CONNECTED
        wanted = Wanted(self._on, connected, self._muted, self._volume)
        if wanted != self._wanted:
            self._wanted = wanted
            self._effects.append(wanted)
        if self._offer is not None:
            offer, self._offer = self._offer, None
            self._session = offer.session
            self._effects.append(Connect(offer.session, offer.sdp, self._ice()))

    def _settle_page(self, now: float) -> None:
        """The page is told that we are there, at each change, and again while nothing comes of it."""
        call, state = self._call, self._state
        if call is None or state is None:
            return
        ready = Ready(call.id, call.round, self._peer, state.faults, self._services)
        if ready != self._ready or (not self.view.running and now - self._told_at >= AGAIN_S):
            self._ready, self._told_at = ready, now
            self._send(lambda _call: ready)

    def _settle_link(self, now: float) -> None:
        """The link is told whether there is media, and again when it seems not to know."""
        call, running = self._call, self.view.running
        if call is None:
            return
        self._ran = self._ran or running
        unknown = running and call.state is State.ACCEPTED and now - self._media_at >= AGAIN_S
        if (running, bool(self._media)) != (False, False) and (running != self._media or unknown):
            self._media, self._media_at = running, now
            self._effects.append(Media(self._new_id(), call.id, running))

    def _send(self, signal: Callable[[Call], SignalUp]) -> None:
        if self._call is not None:
            self._effects.append(Signal(self._new_id(), signal(self._call)))


def _key(call: Call | None) -> tuple[str, int, str]:
    """What a session belongs to: a round of a call, and the agent who has it by video."""
    if call is None or call.mode is not Mode.VIDEO or call.agent is None or call.state is State.ENDED:
        return "", 0, ""
    return call.id, call.round, f"{call.agent.desk}/{call.agent.id}"
