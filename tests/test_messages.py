"""Whatever arrives is a message or a BadMessage, never another exception."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from kiosk import messages as m
from kiosk.messages import BadMessage, decode, encode

KINDS: list[Any] = [
    m.Call,
    m.Event,
    m.EventBatch,
    m.Health,
    m.Reply,
    m.LedgerAck,
    m.Presence,
    m.Snapshot,
    m.Result,
    m.Command,
    m.VoiceMessage,
    m.VoiceCommand,
    m.Shown,
    m.ScreenCommand,
    m.SignalDown,
    m.SignalUp,
    m.Signalled,
    m.PeerCommand,
    m.PeerMessage,
]
kinds = st.sampled_from(KINDS)

ids = st.text(min_size=1, max_size=m.MAX_ID).filter(lambda text: text.isprintable())
names = st.text(max_size=m.MAX_NAME)
texts = st.text(max_size=m.MAX_TEXT)
counts = st.integers(0, m.MAX_COUNT)
levels = st.integers(1, 3)
agents = st.builds(m.Agent, ids, names, ids)
calls = st.builds(
    m.Call,
    id=ids,
    state=st.sampled_from(m.State),
    age_ms=counts,
    state_age_ms=counts,
    cause=st.sampled_from(m.Cause),
    urgency=st.sampled_from(m.Urgency),
    case=names,
    title=names,
    place=names,
    level=levels,
    round=counts,
    presses=counts,
    service=st.sampled_from(["", "urgent_fraud"]),
    said=st.lists(texts, max_size=3).map(tuple),
    freeze=st.none() | st.builds(m.Freeze, st.just("f1"), st.sampled_from(m.FreezeState), counts, names, texts),
    rung_by=st.lists(ids, max_size=3).map(tuple),
    agent=st.none() | agents,
    mode=st.none() | st.sampled_from(m.Mode),
    passed=st.lists(names, max_size=3).map(tuple),
    outcome=st.none() | st.sampled_from(m.Outcome),
    follows=st.just("") | ids,
    closed=st.booleans(),
    video=st.booleans(),
)
events = st.builds(
    m.Event,
    seq=st.integers(1, m.MAX_COUNT),
    at_ms=counts,
    kind=ids,
    call=st.just("") | ids,
    level=st.integers(0, 3),
    agent=st.none() | agents,
    score=st.integers(0, 5),
    text=texts,
    age_ms=counts,
)
parts = st.dictionaries(ids, st.builds(m.Part, st.booleans(), names, texts, counts), max_size=3)
last = st.dictionaries(st.sampled_from(m.Work), st.builds(m.Last, st.none() | counts, st.booleans()), max_size=3)
rounds = {"call": ids, "round": counts}
replies = st.one_of(
    st.builds(m.Rung, **rounds, desk=ids, seen=st.sampled_from(m.Seen)),
    st.builds(m.Accept, **rounds, agent=agents, mode=st.sampled_from(m.Mode)),
    st.builds(m.Release, **rounds, agent=agents),
    st.builds(m.Arrived, **rounds, agent=agents),
    st.builds(m.HandOver, **rounds, agent=agents, to=agents),
    st.builds(m.End, **rounds, agent=agents, outcome=st.sampled_from(m.Outcome), note=texts),
    st.builds(m.FreezeReceipt, ids, ids, names, st.none() | agents),
    st.builds(m.FreezeRefusal, ids, ids, texts),
)
sdps = st.text(min_size=1, max_size=200)
slugs = st.text("ab1-", min_size=1, max_size=8)
from_agent = {"call": slugs, "round": counts, "agent": st.builds(m.Agent, slugs, names, slugs)}
signals_down = st.one_of(
    st.builds(m.Offer, **from_agent, session=slugs, sdp=sdps),
    st.builds(m.Bye, **from_agent, session=slugs),
    st.builds(m.ShowCard, **from_agent, text=texts, service=st.just("") | slugs),
)
faults = st.dictionaries(ids, names, max_size=3)
titles = st.lists(st.builds(m.Title, slugs, names), max_size=3).map(tuple)
signals_up = st.one_of(
    st.builds(m.Ready, **rounds, peer=slugs, faults=faults, services=titles),
    st.builds(m.Answer, **rounds, session=ids, sdp=sdps),
)
servers = st.lists(st.builds(m.IceServer, st.lists(names).map(tuple), names, names), max_size=2).map(tuple)
commands = st.one_of(
    st.builds(m.Hello, ids, ids, st.booleans()),
    st.builds(m.Summon, ids, st.sampled_from(m.Cause), st.sampled_from(m.Urgency), st.lists(texts).map(tuple)),
    st.builds(m.AskFreeze, ids, st.just("") | ids),
    st.builds(m.CustomerEnd, ids, ids, st.booleans()),
    st.builds(m.Resolved, ids, ids, st.booleans()),
    st.builds(m.Rate, ids, ids, st.integers(1, 5)),
    st.builds(m.Staff, ids, st.text(max_size=32), st.sampled_from(m.StaffAction)),
    st.builds(m.Media, ids, ids, st.booleans()),
    st.builds(m.Signal, ids, signals_up),
    st.builds(m.Complain, ids, texts, st.just("") | ids),
    st.builds(m.TryButton, ids, st.booleans()),
    st.builds(m.Report, ids, parts, last),
    st.builds(m.Ping, ids, st.booleans()),
)
shares = st.floats(0, 1)
voice_messages = st.one_of(
    st.builds(m.VoiceState, st.sampled_from(m.Ears), texts, st.just("") | ids, shares, parts),
    st.builds(m.Loudness, shares),
    st.builds(m.Utterance, ids, texts, shares, st.lists(texts, max_size=3).map(tuple)),
)
voice_commands = st.one_of(
    st.builds(m.Listen, ids, st.booleans(), st.booleans()),
    st.builds(m.Say, ids, texts, st.booleans()),
    st.builds(m.Hush, ids),
    st.builds(m.Lend, ids, st.booleans()),
    st.builds(m.SetVolume, ids, shares),
    st.builds(m.Ping, ids, st.booleans()),
)
pixels = st.integers(0, 20_000)
targets = st.builds(m.Target, names, pixels, pixels, pixels, pixels)
screen_commands = st.one_of(
    st.builds(m.Picture, ids, texts),
    st.builds(m.Touch, ids, st.sampled_from(m.Phase), pixels, pixels, st.integers(0, 20), st.floats(0, 500)),
)
presences = st.builds(
    m.Presence,
    st.booleans(),
    st.booleans(),
    st.lists(st.builds(m.OnDuty, ids, names, levels), max_size=3).map(tuple),
    st.lists(ids, max_size=3).map(tuple),
)
valid: dict[Any, st.SearchStrategy[Any]] = {
    m.Call: calls,
    m.Event: events,
    m.EventBatch: st.builds(
        m.EventBatch, ids, st.integers(1, m.MAX_COUNT), st.lists(events, max_size=3).map(tuple)
    ),
    m.Health: st.builds(
        m.Health, st.booleans(), names, names, parts, st.dictionaries(ids, counts, max_size=3), counts, names, last
    ),
    m.Reply: replies,
    m.LedgerAck: st.builds(m.LedgerAck, ids, counts),
    m.Presence: presences,
    m.Snapshot: st.builds(
        m.Snapshot,
        st.none() | calls,
        st.booleans(),
        st.booleans(),
        names,
        counts,
        st.booleans(),
        names,
        st.floats(0, 1e6),
        parts,
        st.none() | counts,
        st.sampled_from(m.Trial),
    ),
    m.Result: st.builds(m.Result, ids, st.booleans(), texts, names),
    m.Command: commands,
    m.VoiceMessage: voice_messages,
    m.VoiceCommand: voice_commands,
    m.Shown: st.builds(
        m.Shown,
        names,
        st.lists(texts, max_size=3).map(tuple),
        st.lists(targets, max_size=3).map(tuple),
        names,
        counts,
        counts,
    ),
    m.ScreenCommand: screen_commands,
    m.SignalDown: signals_down,
    m.SignalUp: signals_up,
    m.Signalled: st.builds(m.Signalled, signals_down),
    m.PeerCommand: st.one_of(
        st.builds(
            m.Setup,
            camera=names,
            microphone=names,
            speaker=names,
            width=st.integers(16, 4096),
            height=st.integers(16, 4096),
            fps=st.integers(1, 60),
            ducking=st.booleans(),
        ),
        st.builds(m.Connect, ids, sdps, servers),
        st.builds(m.Wanted, st.booleans(), st.booleans(), st.booleans(), shares),
        st.builds(m.Hang),
    ),
    m.PeerMessage: st.one_of(
        st.builds(m.PeerAnswer, ids, sdps),
        st.builds(m.PeerState, st.just("") | ids, st.booleans(), st.booleans(), faults),
    ),
}
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**70)
    | st.floats()
    | st.text()
    | st.sampled_from(["accept", "calling", "urgent", "k1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def read(payload: bytes, kind: Any) -> None:
    try:
        message = decode(payload, kind)
    except BadMessage as error:
        assert str(error).startswith("not a ")
    else:
        assert decode(encode(message), kind) == message


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: getattr(kind, "__name__", str(kind)[-40:]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data())
def test_there_and_back(kind: Any, data: st.DataObject) -> None:
    message = data.draw(valid[kind])
    assert decode(encode(message), kind) == message


@settings(max_examples=300, deadline=None)
@given(kinds, st.binary(max_size=200))
def test_any_bytes(kind: Any, payload: bytes) -> None:
    read(payload, kind)


@settings(max_examples=300, deadline=None)
@given(kinds, json_values)
def test_any_json(kind: Any, value: Any) -> None:
    read(json.dumps(value).encode(), kind)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_message_with_one_thing_wrong(data: st.DataObject) -> None:
    kind = data.draw(kinds)
    tree = msgspec.to_builtins(data.draw(valid[kind]))
    place = tree
    while True:
        if isinstance(place, dict):
            key = data.draw(st.sampled_from([*place, "unknown"]))
        elif place:
            key = data.draw(st.integers(0, len(place) - 1))
        else:
            break
        inner = place[key] if key != "unknown" else None
        if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
            place = inner
            continue
        if isinstance(place, dict) and key in place and data.draw(st.booleans()):
            del place[key]
        else:
            place[key] = data.draw(json_values)
        break
    read(json.dumps(tree).encode(), kind)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_message_that_was_cut_or_has_other_bytes_in_it(data: st.DataObject) -> None:
    kind = data.draw(kinds)
    payload = encode(data.draw(valid[kind]))
    at = data.draw(st.integers(0, len(payload)))
    read(payload[:at] + data.draw(st.binary(max_size=3)) + payload[at + data.draw(st.integers(0, 3)) :], kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: getattr(kind, "__name__", str(kind)[-40:]))
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"x":' * 100_000,
        b'{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"id":"\\ud800"}',
        b'{"id":"\xff"}',
        b'{"journal":"a","upto":' + b"9" * 5_000 + b"}",
        b'{"journal":"a","upto":1e999}',
        "﻿{}".encode(),
    ],
    ids=range(10),
)
def test_the_nastiest(kind: Any, payload: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(payload, kind)


@pytest.mark.parametrize(
    ("payload", "kind", "where"),
    [
        (b'{"id":"a","state":"calling","age_ms":-1,"state_age_ms":0}', m.Call, "$.age_ms"),
        (b'{"id":"a","state":"calling","age_ms":9007199254740992,"state_age_ms":0}', m.Call, "$.age_ms"),
        (b'{"id":"a","state":"lost","age_ms":1,"state_age_ms":0}', m.Call, "$.state"),
        (b'{"id":"","state":"calling","age_ms":1,"state_age_ms":0}', m.Call, "$.id"),
        (b'{"journal":"a","first":1,"events":[{"kind":"x","seq":18446744073709551616,"at_ms":0}]}', m.EventBatch,
         "$.events[0].seq"),
        (b'{"do":"rate","request":"r","call":"c","score":6}', m.Command, "$.score"),
        (b'{"do":"dance"}', m.Command, "dance"),
        (b'{"do":"volume","request":"r","volume":1.5}', m.VoiceCommand, "$.volume"),
        (b'{"do":"touch","request":"r","phase":"down","x":-1,"y":0}', m.ScreenCommand, "$.x"),
    ],
)  # fmt: skip
def test_a_bad_message_says_where(payload: bytes, kind: Any, where: str) -> None:
    with pytest.raises(BadMessage) as caught:
        decode(payload, kind)
    assert where in str(caught.value)


def test_what_a_later_version_adds_is_no_mistake() -> None:
    payload = b'{"id":"a","state":"calling","age_ms":1,"state_age_ms":0,"mood":"fine"}'
    assert decode(payload, m.Call) == m.Call("a", m.State.CALLING, 1, 0)


def test_every_message_that_is_sent_is_tried() -> None:
    tried = {struct for kind in KINDS for struct in getattr(kind, "__args__", (kind,))}
    sent = {
        kind
        for kind in vars(m).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__struct_config__.tag
    }
    assert len(sent) > 20
    assert not sent - tried
