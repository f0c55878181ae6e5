"""What the desk does by itself for its record, the commands beside it, and what docs/ledger.md promises."""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from mqtt_clients import Client
from parts import LIMIT_S

from kiosk import cli, config, topics
from kiosk.desk import database, heads
from kiosk.desk.client import connect
from kiosk.desk.custody import Custody
from kiosk.desk.database import open_database
from kiosk.desk.heads import HeadError
from kiosk.desk.keeper import REMEDIES, named
from kiosk.desk.ledger import Ledger
from kiosk.desk.verification import verify
from kiosk.desk.walk import Fault
from kiosk.messages import Event, EventBatch, LedgerHead, decode
from kiosk.stack import HALL, Stack

DOC = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
DAY_MS = 24 * 3600 * 1000


def event(seq: int, text: str = "") -> Event:
    return Event(seq=seq, at_ms=seq, kind="opened", call=f"btn-{seq}", text=text)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[tuple[Path, Ledger]]:
    """desk.toml of a hall with a record: words of 40 days ago, and of today."""
    url = f"sqlite:///{tmp_path}/desk.db"
    settings = tmp_path / "desk.toml"
    settings.write_text(f'hall = "{HALL}"\nname = "d1"\ndatabase = "{url}"\nledger = true\n')
    ledger = Ledger(open_database(url))
    now = int(datetime.datetime.now().timestamp() * 1000)
    ledger.store(HALL, "k1", EventBatch("j1", 1, (event(1, "旧\u2028话"), event(2))), now - 40 * DAY_MS)
    ledger.store(HALL, "k1", EventBatch("j1", 1, (event(3, "新\x01话 🙂"), event(4))), now)
    yield settings, ledger
    ledger.engine.dispose()


def kiosk(settings: Path, capsysbinary: pytest.CaptureFixture[bytes], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["ledger", *words, "--config", str(settings)])
    out, error = capsysbinary.readouterr()
    return int(ended.value.code or 0), (out + error).decode()


def test_an_auditor_verifies_an_export_with_python_alone(
    hall: tuple[Path, Ledger], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    settings, _ = hall
    (script,) = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    assert "deleted 1 words" in kiosk(settings, capsysbinary, "retention", "--now")[1]
    _, text = kiosk(settings, capsysbinary, "export")
    _, head = kiosk(settings, capsysbinary, "head")
    today = datetime.date.today().isoformat()
    _, young = kiosk(settings, capsysbinary, "export", "--from", today, "--to", today)

    def audit(export: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", script], input=export, capture_output=True, text=True)

    assert "5 records hold together" in audit(text).stdout and "旧" not in text
    assert audit(text).stdout.split()[-1] == head.split()[2]
    assert "3 records hold together" in audit(young).stdout
    for old, new in (
        ("新", "旧"),
        ('"at_ms":4', '"at_ms":5'),
        ('\\"days\\":30', '\\"days\\":3'),
        ("btn-2", "btn-3"),
    ):
        assert old in text
        assert audit(text.replace(old, new)).returncode != 0


def test_the_commands_name_what_was_changed_and_hold_the_record_against_heads(
    hall: tuple[Path, Ledger], capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    settings, ledger = hall
    kept = tmp_path / "auditor.txt"
    code, line = kiosk(settings, capsysbinary, "head", "--to", str(kept))
    assert code == 0 and kept.read_text() == line
    code, said = kiosk(settings, capsysbinary, "verify", "--heads", str(kept))
    assert code == 0 and "4 records hold together" in said and "1 published heads agree" in said
    assert kiosk(settings, capsysbinary, "verify", "--head", "nonsense")[0] == 2
    assert kiosk(settings, capsysbinary, "verify", "--heads", str(tmp_path / "none"))[0] == 2
    other = f"{'0' * 64}@3"
    code, said = kiosk(settings, capsysbinary, "verify", "--head", other)
    assert code == 1 and "rewritten" in said
    with ledger.engine.begin() as connection:
        connection.execute(sa.update(database.event).where(database.event.c.seq == 3).values(at_ms=9))
    code, said = kiosk(settings, capsysbinary, "verify")
    assert code == 1 and "record 3 was changed" in said and "k1 j1 3, call btn-3, received 20" in said
    code, said = kiosk(settings, capsysbinary, "verify", "--json")
    found: dict[str, Any] = json.loads(said)["finding"]
    assert (code, found["fault"], found["seq"], found["call"]) == (1, "changed", 3, "btn-3")


def set_body(ledger: Ledger, seq: int, body: str) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("update event set body = :body where seq = :seq"), {"body": body, "seq": seq})


async def in_database(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


def custody_of(settings: Path, ledger: Ledger) -> Custody:
    return Custody(config.load(settings, config.Desk), ledger, in_database, lambda _head: None)


@pytest.mark.parametrize(
    "body", ["{broken", "[]", "null", '"', "", "[" * 5000, '{"text": 5}', '{"text": ["\\ud800"]}']
)
async def test_what_is_no_body_is_named_and_ends_neither_desk_nor_command(
    hall: tuple[Path, Ledger], capsysbinary: pytest.CaptureFixture[bytes], body: str
) -> None:
    settings, ledger = hall
    set_body(ledger, 3, body)
    custody = custody_of(settings, ledger)
    await custody._verify(bounded=True)
    assert custody.trouble is not None and custody.trouble[0] == "changed"
    assert "k1 j1 3, call btn-3) was changed" in custody.trouble[1]
    code, said = kiosk(settings, capsysbinary, "verify")
    assert code == 1 and "record 3 was changed" in said
    assert kiosk(settings, capsysbinary, "export")[0] == 0
    set_body(ledger, 1, body)  # whose words are due
    await custody._delete()
    code, said = kiosk(settings, capsysbinary, "retention")
    assert code == 0 and "deleted 1 words" in said and "words: kept 30 days; 0 older" in said


async def test_a_record_that_cannot_be_verified_at_all_is_a_trouble_and_ends_no_desk(
    hall: tuple[Path, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_more: object) -> None:
        raise TypeError("nobody thought of this")

    custody = custody_of(*hall)
    with monkeypatch.context() as patched:
        patched.setattr("kiosk.desk.custody.verify", fails)
        patched.setattr(custody._retention, "step", fails)
        await custody._verify(bounded=False)
        await custody._delete()
    assert custody.trouble is not None and "cannot be verified (TypeError: nobody" in custody.trouble[1]
    await custody._verify(bounded=False)
    assert custody.trouble is None


def test_heads_are_read_as_they_were_written_also_after_a_power_cut(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "desk.heads"
    assert heads.read(path) == []
    one, two = (heads.line("2026-03-16", HALL, n, f"{n:064x}", n) for n in (7, 8))
    heads.add(path, one)
    with path.open("a") as file:
        file.write(two[:40])  # and the power went
    assert heads.read(path) == [(7, (7).to_bytes(32, "big"))]
    heads.add(path, two)
    with pytest.raises(HeadError, match=r"desk\.heads:2: .*no head"):
        heads.read(path)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({}, "/var/lib/kiosk/desk.heads"),
        ({"database": "postgresql+psycopg://u@h/d"}, "/var/lib/kiosk/xinhua-d1.heads"),
        ({"heads": "/srv/heads"}, "/srv/heads"),
    ],
)
def test_where_a_desk_keeps_its_heads(more: dict[str, str], path: str) -> None:
    assert heads.path_of(config.Desk("xinhua", "d1", **more)) == Path(path)  # type: ignore[arg-type]


def test_a_full_disk_and_a_held_database_have_names_and_lose_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    ledger = Ledger(open_database(url))
    big = EventBatch("j1", 1, tuple(event(n, "满" * 500) for n in range(1, 200)))
    with ledger.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(sa.exc.SQLAlchemyError) as full:
        ledger.store(HALL, "k1", big, 5)
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")
    other = sa.create_engine(url)
    with other.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(sa.exc.SQLAlchemyError) as locked:
            ledger.store(HALL, "k1", big, 5)
    assert (named(full.value), named(locked.value)) == ("disk-full", "locked")
    assert ledger.store(HALL, "k1", big, 5) == 199
    ledger.engine.dispose()
    other.dispose()


def test_every_fault_of_the_record_is_explained_and_has_a_name_on_the_page() -> None:
    root = Path(__file__).parents[2]
    faults = {*REMEDIES, "changed", "heads-unreadable"}
    manual = (root / "docs" / "technician.md").read_text(encoding="utf-8")
    section = manual.split("\n## Faults of the desk's record\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == faults
    words = (root / "kiosk" / "desk" / "static" / "words.js").read_text(encoding="utf-8")
    assert not [one for one in faults if not re.search(rf'^  "?(ledger\.)?{one}"?: ', words, re.MULTILINE)]


async def test_a_desk_publishes_its_head_and_notices_a_record_that_was_made_anew_while_it_was_off() -> None:
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk(people={"wang": ("王芳", 1)})
        watcher = stack.client("watcher")
        kept = stack.directory / "desk1.heads"
        ledger = Ledger(open_database(f"sqlite:///{stack.directory}/desk1.db"))
        ledger.store(HALL, "k1", EventBatch("j1", 1, (event(1), event(2))), 5)
        await asyncio.to_thread(stack.start)
        topic = topics.ledger_head(HALL, "desk1")
        with Client(watcher) as client:
            client.listen(topic)
            said = decode(client.heard_until(topic)[topic], LedgerHead)
        assert (said.position, said.count) == (2, 2)
        assert heads.read(kept) == [(2, bytes.fromhex(said.hash))]
        assert verify(ledger.engine, HALL, heads.read(kept)).finding is None, "beside the desk"

        stack.kill("desk1")
        with ledger.engine.begin() as connection:
            for table in (database.event, database.journal, database.link, database.chain):
                connection.execute(sa.delete(table))
        ledger.store(HALL, "k1", EventBatch("j1", 1, (event(1), event(2, "别的"))), 5)
        kept.unlink()  # whoever did it thought of this too
        await asyncio.to_thread(stack.start, "desk1")
        async with (
            asyncio.timeout(LIMIT_S),
            connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent,
        ):
            await agent.until(lambda a: a.troubles)
            (trouble,) = agent.troubles
        assert (trouble.part, trouble.fault) == ("ledger", "changed") and "record 2 of" in trouble.remedy
        assert (2, bytes.fromhex(said.hash)) in heads.read(kept), "the evidence stays"
        finding = verify(ledger.engine, HALL, heads.read(kept)).finding
        assert finding is not None and finding.fault is Fault.REWRITTEN
        ledger.engine.dispose()
