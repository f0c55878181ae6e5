"""What is done to the record behind the ledger's back is found, and the record is named."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from kiosk.desk import chain, database, hashing
from kiosk.desk.chain import Chain
from kiosk.desk.database import open_database
from kiosk.desk.hashing import Place
from kiosk.desk.ledger import Ledger
from kiosk.desk.verification import Verdict, contradicts, verify
from kiosk.desk.walk import Fault, Finding, Link, Ranges, Stored, Walk, ranges
from kiosk.messages import Event, EventBatch

HALL = "xinhua"


def event(seq: int, text: str = "", kind: str = "opened") -> Event:
    return Event(seq=seq, at_ms=1000 + seq, kind=kind, call=f"btn-{seq // 4}", text=text)


def fill(ledger: Ledger, upto: int = 12, hall: str = HALL) -> None:
    """Events 1 to ``upto`` of k1, every third with words."""
    events = tuple(event(seq, "我的卡丢了" if seq % 3 == 0 else "") for seq in range(1, upto + 1))
    ledger.store(hall, "k1", EventBatch("j1", 1, events), 5000)


def look(engine: sa.Engine, heads: tuple[tuple[int, bytes], ...] = (), page: int = 5) -> Verdict:
    return verify(engine, HALL, heads, page=page)


def found(engine: sa.Engine, heads: tuple[tuple[int, bytes], ...] = ()) -> Finding:
    finding = look(engine, heads).finding
    assert finding is not None
    return finding


def do(engine: sa.Engine, *statements: str) -> None:
    """As somebody does it who has the database and SQL."""
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_empty_record_and_a_whole_one(engine: sa.Engine) -> None:
    assert look(engine).finding is None
    fill(Ledger(engine))
    verdict = look(engine)
    assert (verdict.finding, verdict.events, verdict.head) == (None, 12, chain.head(engine, HALL))
    assert str(verdict.head).endswith("@12")


def test_the_same_event_a_thousand_times_is_one_row_and_one_link(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    fill(ledger, 4)
    before = chain.head(engine, HALL)
    for _ in range(10):
        ledger.store_all(HALL, [("k1", EventBatch("j1", 1, (event(3), event(2), event(3))))] * 50, 6000)
    assert chain.head(engine, HALL) == before
    assert look(engine).events == 4


#: Bodies as an INSERT or UPDATE has them.
SAID, UNSAID, ELSE = (
    msgspec.json.encode({"kind": "opened", "call": "btn-1", "seq": seq, "at_ms": 1000 + seq} | more).decode()
    for seq, more in ((6, {"text": "x"}), (6, {}), (5, {"desk": "d2"}))
)
CHANGES: dict[str, tuple[str, Fault, int]] = {
    "what was said": (
        f"update event set body = '{SAID}' where seq = 6",
        Fault.CHANGED,
        6,
    ),
    "the words gone": (
        f"update event set body = '{UNSAID}' where seq = 6",
        Fault.CHANGED,
        6,
    ),
    "a body that is a list": ("update event set body = '[]' where seq = 6", Fault.CHANGED, 6),
    "a body that is nothing": ("update event set body = 'null' where seq = 5", Fault.CHANGED, 5),
    "words that are none": (
        """update event set body = '{"text": 5}' where seq = 6""",
        Fault.CHANGED,
        6,
    ),
    "who": (
        f"update event set body = '{ELSE}' where seq = 5",
        Fault.CHANGED,
        5,
    ),
    "when": ("update event set at_ms = 999 where seq = 7", Fault.CHANGED, 7),
    "when it came": ("update event set received_ms = 999 where seq = 1", Fault.CHANGED, 1),
    "its kind": ("update event set kind = 'rung' where seq = 12", Fault.CHANGED, 12),
    "its call": ("""update event set "call" = 'btn-9' where seq = 12""", Fault.CHANGED, 12),
    "its number": ("update event set seq = 99 where seq = 2", Fault.CHANGED, 2),
    "its terminal": ("update event set kiosk = 'k2' where seq = 2", Fault.REORDERED, 2),
    "deleted": ("delete from event where seq = 8", Fault.REMOVED, 8),
    "deleted with its link": (
        "delete from event where seq = 8; delete from link where position = 8",
        Fault.REMOVED,
        9,
    ),
    "the last deleted with its link": (
        "delete from event where seq = 12; delete from link where position = 12",
        Fault.REMOVED,
        12,
    ),
    "exchanged": (
        "update event set position = -1 where seq = 4; update event set position = 4 where seq = 9; "
        "update event set position = 9 where seq = 4",
        Fault.REORDERED,
        4,
    ),
    "an event without a link": (
        """insert into event (hall, kiosk, journal, seq, "call", kind, at_ms, received_ms, body) """
        "values ('xinhua', 'k1', 'j1', 13, 'btn-3', 'ended', 1, 5001, '{}')",
        Fault.INSERTED,
        0,
    ),
    "an event beyond the end": (
        """insert into event (hall, kiosk, journal, seq, "call", kind, at_ms, received_ms, body, position) """
        "values ('xinhua', 'k1', 'j1', 13, 'btn-3', 'ended', 1, 5001, '{}', 13)",
        Fault.INSERTED,
        13,
    ),
    "a link's words": ("update link set words = null, salt = null where position = 3", Fault.CHANGED, 3),
    "a salt": ("update link set salt = null where position = 3", Fault.CHANGED, 3),
    "what a link names": ("update link set seq = 99 where position = 3", Fault.CHANGED, 3),
    "a link's hash": ("update link set hash = content where position = 3", Fault.CHANGED, 3),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_changed_by_sql_is_found_and_named(engine: sa.Engine, what: str) -> None:
    fill(Ledger(engine))
    statement, fault, position = CHANGES[what]
    do(engine, *statement.split("; "))
    finding = found(engine)
    assert (finding.fault, finding.hall, finding.position) == (fault, HALL, position), finding
    named = {"deleted with its link": 9, "the last deleted with its link": 0}.get(what, position or 13)
    assert finding.seq in (named, 99)
    assert finding.call == (f"btn-{named // 4}" if named else "")
    assert finding.kiosk == ("k1" if named else "")


def rebuild(engine: sa.Engine, start: int) -> None:
    """Make the chain anew from a position on, as somebody does it who has this program too."""
    with engine.begin() as connection:
        rows = connection.execute(
            sa.select(database.event).where(database.event.c.position >= start).order_by(database.event.c.position)
        ).all()
        connection.execute(sa.delete(database.link).where(database.link.c.position >= start))
        connection.execute(sa.delete(database.event).where(database.event.c.position >= start))
        last = connection.scalar(sa.select(database.link.c.hash).where(database.link.c.position == start - 1))
        connection.execute(sa.update(database.chain).values(position=start - 1, hash=last, events=start - 1))
        with Chain(connection, HALL) as anew:
            anew.append([dict(row._mapping) for row in rows])


def test_a_chain_that_was_made_anew_is_found_by_a_published_head(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    fill(ledger, 4)
    early = chain.head(engine, HALL)
    fill(ledger, 9)
    late = chain.head(engine, HALL)
    fill(ledger, 12)
    do(engine, "update event set at_ms = 1 where seq = 6")
    rebuild(engine, 6)
    assert look(engine).finding is None, "nothing else tells it"
    heads = ((late.position, late.hash), (early.position, early.hash))
    finding = found(engine, heads)
    assert (finding.fault, finding.position, finding.seq) == (Fault.REWRITTEN, 9, 9)
    assert "one from 5 on" in finding.why
    quick = contradicts(engine, HALL, heads)
    assert quick is not None and quick.position == 9


def test_an_end_that_was_cut_off_is_found_by_a_published_head(engine: sa.Engine) -> None:
    fill(Ledger(engine))
    head = chain.head(engine, HALL)
    do(engine, "delete from event where position > 10")
    rebuild(engine, 9)
    assert look(engine).finding is None
    finding = found(engine, ((head.position, head.hash),))
    assert (finding.fault, finding.position) == (Fault.REMOVED, 11)
    assert contradicts(engine, HALL, [(head.position, head.hash)]) is not None


def test_from_a_trusted_link_on_only_what_follows_is_read(engine: sa.Engine) -> None:
    fill(Ledger(engine))
    do(engine, "update event set at_ms = 1 where seq = 3")
    assert verify(engine, HALL, since=5).finding is None
    assert verify(engine, HALL, since=2).finding is not None
    assert verify(engine, HALL, since=99).finding is not None, "a link that is not there is not trusted"


def test_two_desks_write_one_database_at_the_same_time(engine: sa.Engine) -> None:
    """One of another hall and one of the same: each hall's chain has no gap and each event is there."""
    url = engine.url

    def write(hall: str, kiosk: str) -> None:
        own = sa.create_engine(url, connect_args={"timeout": 60} if url.get_backend_name() == "sqlite" else {})
        ledger = Ledger(own)
        for seq in range(1, 41, 2):
            ledger.store(hall, kiosk, EventBatch("j1", 1, (event(seq, "话"), event(seq + 1))), 5000)
        own.dispose()

    with ThreadPoolExecutor(3) as desks:
        for one in [desks.submit(write, *who) for who in (("xinhua", "k1"), ("xinhua", "k2"), ("dongmen", "k1"))]:
            one.result()
    assert [(one.finding, one.events) for one in (verify(engine, "dongmen"), look(engine))] == [
        (None, 40),
        (None, 80),
    ]


STORES = """
import sys
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.messages import Event, EventBatch
ledger, seq = Ledger(open_database(sys.argv[1])), int(sys.argv[2])
while True:
    events = tuple(Event(seq=seq + n, at_ms=1, kind="opened", call="c", text="话") for n in range(3))
    print(ledger.store("xinhua", "k1", EventBatch("j1", 1, events), 5), flush=True)
    seq += 3
"""


def test_a_desk_that_is_killed_at_any_instant_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    acknowledged, chance = 0, random.Random(5)
    for _ in range(3):
        command = [sys.executable, "-c", STORES, url, str(acknowledged + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = int(process.stdout.readline())
            assert first > acknowledged
            timer = threading.Timer(chance.uniform(0, 0.2), process.send_signal, [signal.SIGKILL])
            timer.start()
            acknowledged = int((["", str(first), *process.stdout.read().split("\n")[:-1]])[-1])
        engine = open_database(url)
        verdict = look(engine)
        engine.dispose()
        assert verdict.finding is None
        assert verdict.events >= acknowledged


def test_rows_of_before_the_chain_get_their_links(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    old = open_database(url, upto="0002")
    body = msgspec.json.encode(event(1, "旧的话")).decode()
    with old.begin() as connection:
        for hall, count in (("xinhua", 1203), ("dongmen", 2)):
            connection.execute(
                sa.text("insert into event values (:hall, 'k1', 'j1', :seq, 'btn-1', 'opened', 1, :ms, :body)"),
                [{"hall": hall, "seq": n, "ms": 9000 - n, "body": body} for n in range(1, count + 1)],
            )
    old.dispose()
    with ThreadPoolExecutor(2) as both:  # the desk, and a command beside it
        for one in [both.submit(open_database, url) for _ in range(2)]:
            one.result().dispose()
    engine = open_database(url)
    assert [(v.finding, v.events) for v in (verify(engine, "dongmen"), look(engine, page=500))] == [
        (None, 2),
        (None, 1203),
    ]
    fill(Ledger(engine), 1205)
    assert (look(engine).finding, chain.head(engine, HALL).position) == (None, 1205)
    do(engine, "update event set at_ms = 2 where seq = 700")
    assert found(engine).seq == 700
    engine.dispose()


# --- the pure part ------------------------------------------------------------------------------------


def test_canonical_bytes_are_those_of_rfc_8785() -> None:
    """As an auditor makes them with nothing but Python's library; docs/ledger.md has the script."""
    import hashlib
    import json

    text = "".join(map(chr, [*range(0x180), 0x2028, 0x1F642]))
    body = {"seq": 1, "kind": text, "agent": {"name": "李", "id": "x"}, "a": [1, None, True]}
    told = json.dumps(["k", 1, body, None], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert hashing.content_hash("k", 1, body, None) == hashlib.sha256(told.encode()).digest()


def build(texts: list[str]) -> list[tuple[Link, Stored]]:
    """A chain in memory."""
    rows, previous = [], hashing.START
    for position, text in enumerate(texts, 1):
        one = event(position, text)
        body = msgspec.to_builtins(one)
        salt = bytes([position]) * 16 if text else None
        words = hashing.words_hash(salt, text) if salt else None
        content = hashing.content_hash(one.kind, one.at_ms, hashing.split(one.kind, body)[0], words)
        place = Place(HALL, position, "k1", "j1", position, one.call, 5000)
        previous = hashing.link_hash(previous, place, content)
        link = Link(position, "k1", "j1", position, one.call, 5000, content, words, salt, None, previous)
        rows.append(
            (
                link,
                Stored(
                    "k1", "j1", position, one.call, 5000, one.kind, one.at_ms, msgspec.json.encode(body).decode()
                ),
            )
        )
    return rows


def first(rows: list[tuple[Link, Stored | None]]) -> Finding | None:
    walk = Walk(HALL)
    return next((finding for row in rows if (finding := walk.step(*row))), None)


FIELDS = [*((0, name) for name in Link.__struct_fields__), *((1, name) for name in Stored.__struct_fields__)]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(["", "卡丢了", "被骗"]), min_size=2, max_size=8), st.data())
def test_whatever_single_field_is_changed_the_walk_stops_there(texts: list[str], data: st.DataObject) -> None:
    rows = build(texts)
    assert first([*rows]) is None
    at = data.draw(st.integers(0, len(rows) - 1))
    half, name = data.draw(st.sampled_from(FIELDS))
    old = getattr(rows[at][half], name)
    fresh: dict[type, Callable[[], object]] = {
        int: lambda: old + data.draw(st.sampled_from([1, -1, 1000])),
        str: lambda: old + "x",
        bytes: lambda: bytes([old[0] ^ 1]) + old[1:],
        type(None): lambda: "{}" if name == "entry" else bytes(16),
    }
    changed = replace(rows[at][half], **{name: fresh[type(old)]()})
    rows[at] = (changed, rows[at][1]) if half == 0 else (rows[at][0], changed)  # type: ignore[assignment]
    finding = first([*rows])
    if name == "salt" and old is None:
        return  # of an event without words: it vouches for nothing
    assert finding is not None
    assert finding.position in (at + 1, getattr(rows[at][0], "position", 0))


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5))), st.integers(1, 50))
def test_ranges_hold_what_was_added(pairs: list[tuple[int, int]], asked: int) -> None:
    held = Ranges()
    for start, more in pairs:
        held.add(start, start + more)
    assert (asked in held) == any(start <= asked <= start + more for start, more in pairs)


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_ranges_of_positions_hold_them_and_nothing_that_stays(due: set[int], others: set[int]) -> None:
    kept = sorted(others - due)
    made = ranges(sorted(due), kept)
    inside = {n for start, end in made for n in range(start, end + 1)}
    assert due <= inside and not inside & set(kept)
