"""A call by video: connecting, talking, what does not work, and what the agent shows."""

from __future__ import annotations

from kiosk.messages import Call
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import Block, Button, Buttons, Heading, Paragraph, Row, Rows, Sign, Tone, Video
from kiosk.screen.state import VisitState


def agent_of(call: Call, texts: Catalogue) -> str:
    """The agent's name, or what an agent is called."""
    return call.agent.name if call.agent is not None and call.agent.name else texts("agent")


#: Of an urgent call: blocks, what is said aloud of them, and the key of that.
Meanwhile = tuple[list[Block], str, str]


def connecting(call: Call, state: VisitState, texts: Catalogue, meanwhile: Meanwhile) -> Picture:
    """An agent has answered, and neither sound nor picture has come yet."""
    agent, view = agent_of(call, texts), state.video
    more, said, more_key = meanwhile
    return Picture(
        "accepted",
        Tone.GOOD,
        (
            Heading(texts("video.heading-accepted", agent=agent)),
            Video(texts("video.text-accepted", agent=agent), picture=view.picture, light=texts("video.light")),
            *more,
            Buttons((Button("not-needed", texts("calling.not-needed"), icon="cross"),)),
        ),
        texts("video.speech-accepted", agent=agent) + said,
        key=f"accepted video {call.round} {agent} {more_key}",
    )


def talking(call: Call, state: VisitState, texts: Catalogue, meanwhile: Meanwhile) -> Picture:
    """The agent is heard or seen, or was until a moment ago."""
    agent, view = agent_of(call, texts), state.video
    more, said, more_key = meanwhile
    key = f"connected video {call.round} {agent} {more_key}"
    if view.lost:
        blocks: tuple[Block, ...] = (
            Heading(texts("video.heading-lost")),
            Video(texts("video.text-lost", agent=agent), picture=False, light=texts("video.light")),
            *more,
            Buttons((_done(texts),)),
        )
        return Picture("connected", Tone.WAITING, blocks, texts("video.speech-lost") + said, key=f"lost {key}")
    if card := _card(state, texts):
        return Picture("connected", Tone.GOOD, card, texts("video.speech-card") + said, key=key)
    text = "video.text-no-camera" if "camera" in view.faults else "video.text-connected"
    volume = () if more else (_quieter(texts), _louder(texts))  # what is urgent needs the room
    blocks = (
        Heading(texts("video.heading-connected", agent=agent)),
        Video(texts(text, agent=agent), picture=view.picture, light=texts("video.light")),
        *more,
        Buttons((_mute(state, texts), *volume, _done(texts))),
    )
    return Picture("connected", Tone.GOOD, blocks, texts("video.speech-connected") + said, key=key)


def _card(state: VisitState, texts: Catalogue) -> tuple[Block, ...]:
    """What the agent shows in large letters; nothing for a service that the terminal does not know."""
    view, pack = state.video, state.pack
    buttons = Buttons((_mute(state, texts), _done(texts)))
    still = Paragraph(texts("video.still"), quiet=True)
    if view.text:
        return Heading(texts("video.heading-card")), Sign(view.text, texts("video.light")), buttons
    service = pack.find(view.service) if pack is not None else None
    if pack is None or service is None:
        return ()
    rows = []
    if where := pack.filled(service.where):
        rows.append(Row("map-pin", texts("answer.where"), where))
    if bring := pack.filled(service.bring):
        rows.append(Row("bag", texts("answer.bring"), bring))
    answer = Paragraph(pack.filled(service.answer) or texts("answer.ask-staff"))
    table = (Rows(tuple(rows)),) if rows else ()
    return Heading(service.title), answer, *table, still, buttons


def _mute(state: VisitState, texts: Catalogue) -> Button:
    muted = state.video.muted
    return Button("mute", texts("video.unmute" if muted else "video.mute"), icon="mic" if muted else "mic-off")


def _quieter(texts: Catalogue) -> Button:
    return Button("quieter", texts("video.quieter"), icon="speaker-off")


def _louder(texts: Catalogue) -> Button:
    return Button("louder", texts("video.louder"), icon="speaker")


def _done(texts: Catalogue) -> Button:
    return Button("not-needed", texts("video.done"), icon="cross")
