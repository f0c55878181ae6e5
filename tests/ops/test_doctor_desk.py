"""``kiosk doctor`` at a real desk: each thing that is broken has its line, and the line says what to do."""

from __future__ import annotations

import datetime
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from desks import serve
from msgspec.structs import replace
from parts import eventually

from kiosk import __version__, config
from kiosk.certs.authority import Authority
from kiosk.certs.roles import Role
from kiosk.desk import heads
from kiosk.desk.database import open_database
from kiosk.desk.protocol import Trouble
from kiosk.desk.web_doctor import Condition, Terminal, condition
from kiosk.messages import Call, Health, Part, State as CallState
from kiosk.ops.doctor import command, hall, keys, record
from kiosk.ops.doctor.line import Line, State
from kiosk.stack import Stack

NOW = 1_800_000_000.0
SETTINGS = config.Desk("hall", "d1", ledger=True)
WELL = Condition("d1", "1.0", True, "", "d1", 2, False, [Terminal("k1", "1号机", "门口", False, "1.0", {})], [])

Told = dict[str, list[tuple[str, str]]]


def doctor(directory: Path, *more: str) -> tuple[int, Told]:
    """Exit code, and what -> how each was."""
    arguments = ["doctor", "--json", "--config", str(directory / "desk1.toml"), "--desk", *more]
    done = subprocess.run([sys.executable, "-m", "kiosk", *arguments], capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    told: Told = {}
    for line in json.loads(done.stdout):
        assert line["state"] in ("ok", "skip") or line.get("remedy"), line
        told.setdefault(line["what"], []).append((line["state"], line["how"]))
    return done.returncode, told


def states(lines: Iterator[Line] | list[Line]) -> list[tuple[str, str]]:
    return [(line.what, line.state.value) for line in lines]


def test_keys_are_judged_too(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.make("hall", datetime.datetime.now(datetime.UTC))
    one, other = (authority.issue(Role.DESK, name, datetime.datetime.now(datetime.UTC)) for name in ("d1", "d2"))

    def judged(path: Path, user: str = "root") -> str:
        broker = config.Broker(url="mqtts://b:8883", ca="ca", cert=str(one.cert), key=str(path))
        (line,) = keys.lines(replace(SETTINGS, broker=broker), user)
        assert line.remedy or line.state is State.OK
        return f"{line.state} {line.how}"

    assert judged(one.key) == "ok our key for the broker"
    assert "is not the key of" in judged(other.key)
    assert judged(tmp_path / "none.key").startswith("bad")
    if os.geteuid() == 0:
        assert "cannot be read by the user nobody" in judged(one.key, "nobody")


# --- a real desk --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Iterator[Stack]:
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people={"wang": ("王芳", 1)})
        stack.make_kiosk("k1")
        stack.make_kiosk("k2")
        stack.start()
        eventually(lambda: "connected to" in stack.log("desk1"))
        yield stack


def test_a_desk_that_is_well_with_nobody_on_duty(real: Stack) -> None:
    def heard_of_all() -> bool:
        return "2 known: 2 well, 0 offline, 0 with a fault" in doctor(real.directory)[1]["terminals"][0][1]

    eventually(heard_of_all)
    code, told = doctor(real.directory)
    assert (code, told["on duty"]) == (1, [("bad", "nobody")])
    assert {what for what, lines in told.items() if "bad" in dict(lines)} == {"on duty"}
    for what in ("page", "broker", "ledger", "database", "ledger head"):
        assert [state for state, _ in told[what]] == ["ok"], what
    assert [state for state, _ in told["certificate"]] == ["ok"] * 4  # the hall's, ours, the page's, the broker's
    assert any("the broker's certificate until 20" in how for _, how in told["certificate"])
    assert "localhost" in told["page"][0][1] and f"kiosk {__version__}" in told["versions"][0][1]


def test_what_is_broken_is_named(real: Stack) -> None:
    real.kill("k2")
    gone = ("bad", "k2 (1号自助终端, 大厅入口左侧): offline")
    eventually(lambda: gone in doctor(real.directory)[1].get("terminal", []))
    real.kill("broker")

    def says_so() -> bool:
        code, told = doctor(real.directory)
        return code == 1 and told["broker"][0][0] == "bad" and told["page"][0][0] == "ok"

    eventually(says_so)
    real.kill("desk1")
    code, told = doctor(real.directory)
    assert code == 1 and [lines[0][0] for lines in (told["page"], told["broker"])] == ["bad", "bad"]
    assert told["database"][0][0] == "ok", "it can be looked at without a desk"
    real.start("broker")
    _, told = doctor(real.directory)
    assert told["broker"][0][0] == "ok" and "terminals" not in told


def test_a_page_that_shows_an_old_certificate_is_told(real: Stack, tmp_path: Path) -> None:
    if not real.running("desk1"):
        real.start("desk1")
    text = (real.directory / "desk1.toml").read_text()
    (other,) = (real.directory / "certs").glob("broker.crt")
    ours = config.parse(text, Path("desk.toml"), config.Desk).cert
    (tmp_path / "desk1.toml").write_text(text.replace(f'cert = "{ours}"', f'cert = "{other}"', 1))
    _, told = doctor(tmp_path)
    assert ("warn", f"shows another certificate than {other}") in told["page"]
    assert any("is of" in how for state, how in told["certificate"] if state == "bad")


async def test_the_desk_tells_this_machine_no_word_of_a_customer_and_no_name(tmp_path: Path) -> None:
    async with serve(tmp_path) as desk:
        said = Call("c1", CallState.CALLING, 0, 0, said=("我被骗了",))
        desk.says("k1", "call", said)
        desk.says(
            "k1", "health", Health(True, "1号机", parts={"button": Part(False, "stuck", "free it")}, version="1")
        )
        status, body = await desk.ask("GET", "/api/doctor")
        assert status == 200 and body["terminals"][0]["parts"]["button"]["fault"] == "stuck"
        assert "我被骗了" not in str(body)
        desk.service.settings = replace(desk.service.settings, metrics_token="a-token-of-the-hall-1")
        assert (await desk.ask("GET", "/api/doctor"))[0] == 401
        assert condition(desk.service).terminals[0].kiosk == "k1"


# --- what is made of it -------------------------------------------------------------------------------


def test_the_hall_as_the_desk_knows_it() -> None:
    assert {state for _, state in states(hall.lines(WELL, SETTINGS))} == {"ok"}
    stuck = Terminal("k2", "", "", False, "0.9", {"button": Part(False, "stuck", "free its cap")})
    waits = Terminal("k3", "", "", False, "1.0", {"self-test": Part(False, "no-answer", "is there a desk?")})
    alone = Terminal("k4", "", "", False, "1.0", {"desk": Part(False, "nobody-on-duty", "上岗")})
    gone = Terminal("k5", "", "", True, "1.0", {"button": Part(False, "stuck", "free its cap")})
    bad = replace(
        WELL,
        on_duty=0,
        missed=True,
        ledger=None,
        broker=False,
        broker_fault="nobody listens there",
        terminals=[stuck, waits, alone, gone],
        troubles=[Trouble("certificate", "expired", "renew it")],
    )
    told = list(hall.lines(bad, SETTINGS))
    assert [(line.what, line.state.value, line.how) for line in told if line.what == "terminal"] == [
        ("terminal", "bad", "k5: offline"),
        ("terminal", "bad", "k2: button: stuck"),
        ("terminal", "warn", "k3: self-test: no-answer"),
    ]
    assert ("terminals", "4 known: 1 well, 1 offline, 2 with a fault") in [(line.what, line.how) for line in told]
    named = {line.what: line for line in told}
    assert named["broker"].remedy == "nobody listens there" and named["certificate"].how == "expired"
    assert [named[what].state for what in ("on duty", "ledger", "broker", "certificate")] == [State.BAD] * 4
    assert named["versions"].how == "k2 runs kiosk 0.9, this desk 1.0"


@pytest.mark.parametrize(
    ("set_so", "keeps", "state"),
    [(True, "d1", "ok"), (True, "d0", "warn"), (True, None, "bad"), (False, "d0", "ok"), (False, None, "bad")],
)
def test_who_keeps_the_record(set_so: bool, keeps: str | None, state: str) -> None:
    told = states(hall.lines(replace(WELL, ledger=keeps), replace(SETTINGS, ledger=set_so)))
    assert dict(told)["ledger"] == state


def test_nobody_on_duty_is_bad_only_where_somebody_has_to_be() -> None:
    closed = dict(states(hall.lines(replace(WELL, on_duty=0), SETTINGS)))
    assert closed["on duty"] == "warn"


def test_a_hall_without_terminals_is_told() -> None:
    assert ("terminals", "warn") in states(hall.lines(replace(WELL, terminals=[]), SETTINGS))


def test_self_tests_that_were_missed_or_failed() -> None:
    hour = 3600.0
    tests = [
        record.Tested("long", NOW - 73 * hour, ""),
        record.Tested("missed", NOW - 50 * hour, ""),
        record.Tested("failed", NOW - 20 * hour, ""),
        record.Tested("well", NOW - 3 * hour, "no-answer"),
        record.Tested("well", NOW - 2 * hour, ""),
        record.Tested("failed", NOW - 1 * hour, "no-answer"),
        record.Tested("vain", NOW - 1 * hour, "failed"),
    ]
    found = list(record.self_tests(tests, ["never", "well"], NOW))
    assert [(line.state.value, line.how.split(":")[0]) for line in found] == [
        ("warn", "failed"),
        ("bad", "long"),
        ("warn", "missed"),
        ("warn", "never"),
        ("bad", "vain"),
        ("ok", "passed within a day"),
    ]
    assert found[-1].how.endswith(": well")
    assert states(record.self_tests(tests, ["well"], 1000.0)) == [("self-tests", "skip")]


# --- the database -------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> config.Desk:
    made = replace(SETTINGS, database=f"sqlite:///{tmp_path}/desk.db")
    open_database(made.database).dispose()
    return made


def looked(settings: config.Desk) -> dict[str, Line]:
    return {line.what: line for line in record.lines(settings, [])}


def test_a_database_that_is_well_is_left_as_it_is(settings: config.Desk, tmp_path: Path) -> None:
    told = looked(settings)
    assert {line.state for line in told.values()} == {State.OK}
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        assert connection.execute("SELECT count(*) FROM deed").fetchone() == (0,)


def test_a_database_that_is_not_there_is_not_made(settings: config.Desk, tmp_path: Path) -> None:
    told = looked(replace(settings, database=f"sqlite:///{tmp_path}/other.db"))
    assert told["database"].state is State.BAD and not (tmp_path / "other.db").exists()


def test_tables_of_another_version_are_told_and_not_changed(settings: config.Desk, tmp_path: Path) -> None:
    (tmp_path / "desk.db").unlink()
    open_database(settings.database, upto="0003").dispose()
    for _ in range(2):
        assert looked(settings)["database"].how.split(" tables of version ")[1].startswith("0003")


def test_a_database_that_another_program_holds(settings: config.Desk, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told = looked(settings)["database"]
        assert told.state is State.BAD and told.how.endswith("cannot be written: locked")


def test_no_database_at_all(settings: config.Desk, tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"no database" * 1000)
    assert looked(settings)["database"].how.startswith("cannot be read: ")


@pytest.mark.parametrize(
    ("days_ago", "at", "records", "state"),
    [(0, 3, 3, "ok"), (9, 3, 3, "ok"), (1, 3, 5, "ok"), (9, 3, 5, "warn"), (0, 9, 5, "bad"), (None, 0, 5, "warn")],
)
def test_the_head_that_was_published_last(
    settings: config.Desk, tmp_path: Path, days_ago: int | None, at: int, records: int, state: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        connection.execute("INSERT INTO chain VALUES ('hall', ?, ?, ?)", (records, b"0" * 32, records))
        connection.commit()
    if days_ago is not None:
        day = datetime.date.today() - datetime.timedelta(days=days_ago)
        heads.add(tmp_path / "desk.heads", heads.line("2026-01-01", "hall", 1, "1" * 64, 1))
        heads.add(tmp_path / "desk.heads", heads.line(day.isoformat(), "hall", at, "0" * 64, at))
    assert looked(settings)["ledger head"].state == state


def test_heads_that_cannot_be_read(settings: config.Desk, tmp_path: Path) -> None:
    (tmp_path / "desk.heads").write_text("rubbish\n")
    assert looked(settings)["ledger head"].state is State.BAD


def test_a_database_of_another_owner(settings: config.Desk, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(tmp_path / "desk.db", 12345, -1)
    assert "does not belong" in looked(settings)["database"].how


# --- which machine it is ------------------------------------------------------------------------------


def test_a_desk_is_known_by_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, desk = tmp_path / "kiosk.toml", tmp_path / "desk.toml"
    monkeypatch.setattr(config, "DEFAULT_PATH", terminal)
    monkeypatch.setattr(command, "DESK_PATH", desk)
    assert command.which(None, desk=False) == (terminal, False)
    desk.touch()
    assert command.which(None, desk=False) == (desk, True)
    terminal.touch()
    assert command.which(None, desk=False) == (terminal, False)
    assert command.which(None, desk=True) == (desk, True)
    assert command.which(Path("/x/desk.toml"), desk=False) == (Path("/x/desk.toml"), True)
