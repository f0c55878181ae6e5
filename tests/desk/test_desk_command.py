"""``kiosk desk user``, and what a desk without people says when it starts."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from parts import eventually

from kiosk import config
from kiosk.cli import main
from kiosk.desk.database import open_database
from kiosk.desk.people import People
from kiosk.desk.person import Person
from kiosk.desk.roles import Role
from kiosk.desk.web import deaf
from kiosk.stack import Stack


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "desk.toml"
    path.write_text(f'hall = "h"\nname = "d1"\ndatabase = "sqlite:///{tmp_path}/desk.db"\n')
    return path


def run(settings: Path, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["desk", "user", *words, "--config", str(settings)])
    code = ended.value.code
    assert isinstance(code, int)
    return code


def test_people_are_added_listed_and_removed(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = People(open_database(f"sqlite:///{settings.parent}/desk.db"))
    assert run(settings, "add", "wang", "王芳", "--role", "supervisor", "--level", "2", "--one-time") == 0
    password = re.search(r"with (\S+) and", capsys.readouterr().out)
    assert password is not None and people.check("wang", password[1], "") is not None
    assert people.all() == [Person("wang", "王芳", 2, role=Role.SUPERVISOR, one_time=True)]

    secret = settings.parent / "secret"
    secret.write_text("long enough\n")
    assert run(settings, "add", "wang", "王小芳", "--password-file", str(secret)) == 0
    assert people.all() == [Person("wang", "王小芳", 2, role=Role.SUPERVISOR)]  # what is not said stays
    capsys.readouterr()
    assert run(settings, "list") == 0
    assert re.search(r"^wang +supervisor +level 2 +王小芳$", capsys.readouterr().out, re.MULTILINE)
    assert run(settings, "remove", "wang") == 0
    assert people.all() == []
    assert run(settings, "remove", "wang") == 2
    assert "wang: there is no such person" in capsys.readouterr().err


def test_a_database_that_fails_is_one_line_without_a_hash(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, "add", "wang", "王芳", "--one-time") == 0
    with closing(sqlite3.connect(settings.parent / "desk.db")) as tables, tables:
        tables.execute("CREATE TRIGGER broken BEFORE INSERT ON person BEGIN INSERT INTO gone VALUES (1); END")
    capsys.readouterr()
    assert run(settings, "add", "li", "李强", "--one-time") == 2
    told = capsys.readouterr().err
    assert "kiosk: the database fails: no such table: main.gone" in told and len(told.splitlines()) == 1
    assert "argon2" not in told and "INSERT" not in told


def test_a_port_that_is_roots_is_named() -> None:
    settings = config.Desk("h", "d1", port=443)
    assert "1024 or more" in str(deaf(settings, PermissionError(13, "Permission denied")))
    assert "stop what listens there" in str(deaf(settings, OSError(98, "Address already in use")))


def test_a_desk_without_people_tells_the_first_password_once() -> None:
    with Stack() as stack:
        stack.make_desk("desk1", people={})
        stack.start("desk1")
        eventually(lambda: "first start" in stack.log("desk1"), "the first password")
        found = re.search(r"one-time password: (\S+)", stack.log("desk1"))
        people = People(open_database(f"sqlite:///{stack.directory}/desk1.db"))
        assert found is not None and people.check("admin", found[1], "") is not None
        stack.kill("desk1")
        stack.start("desk1")
        assert stack.log("desk1").count("first start") == 1
