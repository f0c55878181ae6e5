import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from desks import copy_database

from kiosk.desk.database import open_database
from kiosk.desk.deeds import Deeds
from kiosk.desk.people import People
from kiosk.desk.person import Person, PersonError, Wrong
from kiosk.desk.roles import Role
from kiosk.desk.sessions import IDLE_S, SEEN_EVERY_S, SESSION_S, Sessions, key_of

PASSWORD = "hall-xinhua-1"
AT = "192.0.2.1"
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one person; hashing a password is slow on purpose."""
    path = tmp_path_factory.mktemp("people")
    engine = open_database(f"sqlite:///{path}/desk.db")
    People(engine).add("li", "李娜", PASSWORD, level=2)
    engine.dispose()
    return path


@pytest.fixture
def engine(prepared: Path, tmp_path: Path) -> sa.Engine:
    copy_database(prepared, tmp_path)
    return open_database(f"sqlite:///{tmp_path}/desk.db")


@pytest.fixture
def people(engine: sa.Engine) -> People:
    return People(engine)


@pytest.fixture
def sessions(engine: sa.Engine) -> Sessions:
    return Sessions(engine)


def test_the_right_password_and_a_session(people: People, sessions: Sessions) -> None:
    assert people.check("li", PASSWORD, AT) == Person("li", "李娜", 2)
    one, other = sessions.open("li", NOW), sessions.open("li", NOW)
    assert sessions.of(one, NOW) == Person("li", "李娜", 2)
    sessions.close(one)
    assert sessions.of(one, NOW) is None
    assert sessions.of(other, NOW) is not None


@pytest.mark.parametrize(("user", "password"), [("li", "wrong"), ("li", ""), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password(people: People, user: str, password: str) -> None:
    assert people.check(user, password, AT) is None


def test_an_unknown_cookie(sessions: Sessions) -> None:
    for token in ("", "x", "' OR 1=1"):
        assert sessions.of(token, NOW) is None


def test_a_session_ends_after_a_working_day_whatever_happens(sessions: Sessions) -> None:
    token = sessions.open("li", NOW)
    for later in range(0, SESSION_S, IDLE_S // 2):
        assert sessions.of(token, NOW + later) is not None
    assert sessions.of(token, NOW + SESSION_S) is None


def test_a_session_that_is_not_used_ends_earlier(sessions: Sessions) -> None:
    token, kept = sessions.open("li", NOW), sessions.open("li", NOW)
    assert sessions.standing([key_of(kept)], NOW + IDLE_S - 1).keys() == {key_of(kept)}  # an open page of calls
    assert sessions.of(token, NOW + IDLE_S - 1, use=False) is not None  # what a page asks by itself is no use
    assert sessions.of(token, NOW + IDLE_S) is None
    assert sessions.of(kept, NOW + IDLE_S) is not None
    assert sessions.of(kept, NOW + 2 * IDLE_S - SEEN_EVERY_S - 1) is not None


def test_what_is_over_is_cleared_away(sessions: Sessions) -> None:
    old = sessions.open("li", NOW)
    sessions.open("li", NOW + IDLE_S)
    assert sessions.of(old, NOW) is None  # even by a clock that was set back


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Another program writes the database, and does not end."""
    with contextlib.closing(sqlite3.connect(directory / "desk.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


@pytest.fixture
def impatient(people: People, tmp_path: Path) -> Sessions:
    """Sessions that do not wait for a lock."""
    return Sessions(sa.create_engine(f"sqlite:///{tmp_path}/desk.db", connect_args={"timeout": 0}))


def test_a_database_that_cannot_be_written_ends_nobodys_session(impatient: Sessions, tmp_path: Path) -> None:
    page, left = impatient.open("li", NOW), impatient.open("li", NOW)
    with locked(tmp_path):
        held = impatient.open("li", NOW)
        for later in range(60, 3 * IDLE_S, 600):
            assert impatient.of(page, NOW + later) is not None
        for unused in (left, held):
            assert impatient.of(unused, NOW + IDLE_S) is None
    assert later + SEEN_EVERY_S > 2 * IDLE_S
    impatient.open("li", NOW + later + SEEN_EVERY_S)  # clears away what is over by the database
    assert impatient.of(page, NOW + later + SEEN_EVERY_S) is not None
    assert Sessions(impatient._engine).of(page, NOW + later + SEEN_EVERY_S) is not None  # and it is written down
    assert impatient.of(page, NOW + SESSION_S) is None


def test_one_signs_in_and_out_while_the_database_cannot_be_written(impatient: Sessions, tmp_path: Path) -> None:
    old = impatient.open("li", NOW)
    with locked(tmp_path):
        token, gone = impatient.open("li", NOW), impatient.open("li", NOW)
        for cookie in (old, gone):
            impatient.close(cookie)
            assert impatient.of(cookie, NOW) is None
        assert impatient.of(token, NOW + 1) == Person("li", "李娜", 2)
    later = NOW + SEEN_EVERY_S
    assert impatient.of(token, later) == Person("li", "李娜", 2)
    after = Sessions(impatient._engine)
    assert after.of(token, later) == Person("li", "李娜", 2)
    assert after.of(old, later) is None and after.of(gone, later) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda people, sessions: people.add("li", "李娜", "another-password"),
        lambda people, sessions: people.change("li", "李娜", 2, Role.TECHNICIAN, by="admin"),
        lambda people, sessions: people.remove("li"),
        lambda people, sessions: sessions.close_all("li"),
    ],
)
def test_what_ends_sessions_ends_those_that_are_not_written_down(
    end: Callable[[People, Sessions], None], people: People, impatient: Sessions, tmp_path: Path
) -> None:
    with locked(tmp_path):
        token = impatient.open("li", NOW)
    assert impatient.of(token, NOW) is not None
    end(people, impatient)
    for later in (1, SEEN_EVERY_S, 2 * SEEN_EVERY_S):
        assert impatient.of(token, NOW + later) is None


def test_sessions_and_duty_survive_a_restart_of_the_desk(people: People, engine: sa.Engine) -> None:
    token = Sessions(engine).open("li", NOW)
    people.set_duty("li", True)
    assert Sessions(engine).of(token, NOW) == Person("li", "李娜", 2, duty=True)
    people.set_duty("li", False, 1234)
    assert People(engine).all() == [Person("li", "李娜", 2, away_ms=1234)]
    people.set_duty("li", False)
    assert People(engine).all() == [Person("li", "李娜", 2)]


def test_changing_a_person_keeps_the_duty_and_what_is_not_said(people: People) -> None:
    people.set_duty("li", True)
    people.set_skills("li", ["手语", " 粤 语 ", "手语"], by="zhao")
    people.add("li", "李小娜", PASSWORD)
    assert people.all() == [Person("li", "李小娜", 2, duty=True, skills=("手语", "粤语"))]


def test_a_new_password_ends_every_session(people: People, sessions: Sessions) -> None:
    token = sessions.open("li", NOW)
    people.add("li", "李娜", "another-password")
    assert sessions.of(token, NOW) is None
    assert people.check("li", PASSWORD, AT) is None
    assert people.check("li", "another-password", AT) is not None


def test_a_new_role_ends_every_session_and_the_duty(people: People, sessions: Sessions) -> None:
    token = sessions.open("li", NOW)
    people.set_duty("li", True)
    people.change("li", "李娜", 3, Role.AGENT, by="admin")
    assert sessions.of(token, NOW) == Person("li", "李娜", 3, duty=True)  # the same role: not interrupted
    people.change("li", "李娜", 3, Role.TECHNICIAN, by="admin")
    assert sessions.of(token, NOW) is None
    assert people.all() == [Person("li", "李娜", 3, role=Role.TECHNICIAN)]


def test_the_first_start_makes_an_administrator_once(tmp_path: Path) -> None:
    people = People(open_database(f"sqlite:///{tmp_path}/desk.db"))
    password = people.first_start()
    assert password is not None
    assert people.all() == [Person("admin", "管理员", 1, role=Role.ADMIN, one_time=True)]
    assert people.first_start() is None
    people.engine.dispose()
    assert password.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert people.set_password("admin", password, "my own password", AT)
    assert people.all() == [Person("admin", "管理员", 1, role=Role.ADMIN)]
    for takeaway in (
        lambda: people.remove("admin"),
        lambda: people.change("admin", "管理员", 1, Role.AGENT, by="admin"),
        lambda: people.add("admin", "管理员", "long enough", role=Role.AGENT),
    ):
        with pytest.raises(PersonError, match="another administrator"):
            takeaway()


def test_ones_own_password(people: People, sessions: Sessions) -> None:
    token = sessions.open("li", NOW)
    assert not people.set_password("li", "wrong", "another-password", AT)
    for new, why in (("short", Wrong.PASSWORD), (PASSWORD, Wrong.SAME)):
        with pytest.raises(PersonError) as caught:
            people.set_password("li", PASSWORD, new, AT)
        assert caught.value.why is why
    assert sessions.of(token, NOW) is not None
    assert people.set_password("li", PASSWORD, "another-password", AT)
    assert sessions.of(token, NOW) is None


def test_whatever_is_done_to_people_is_on_record(people: People, engine: sa.Engine) -> None:
    people.create("wang", "王芳", 1, Role.VOLUNTEER, by="admin")
    people.change("wang", "王芳", 2, Role.AGENT, by="admin")
    people.set_skills("wang", ["手语"], by="zhao")
    people.set_duty("wang", True)
    people.set_duty("wang", False, 5)
    people.new_password("wang", by="admin")
    people.remove("wang")
    with pytest.raises(PersonError, match="no such person"):
        people.remove("wang")
    lines = [(deed.who, deed.what, deed.about, deed.detail) for deed in reversed(Deeds(engine).last(7))]
    assert lines == [
        ("admin", "person-added", "wang", "王芳, volunteer, 1"),
        ("admin", "person-changed", "wang", "王芳, agent, 2"),
        ("zhao", "skills", "wang", "手语"),
        ("wang", "duty-on", "", ""),
        ("wang", "duty-break", "", ""),
        ("admin", "password-one-time", "wang", ""),
        ("*console", "person-removed", "wang", "王芳"),
    ]


def test_neither_password_nor_cookie_is_in_the_file(
    people: People, sessions: Sessions, engine: sa.Engine, tmp_path: Path
) -> None:
    token = sessions.open("li", NOW)
    once = people.new_password("li", by="admin")
    engine.dispose()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"argon2" in content
    assert not [secret for secret in (PASSWORD, token, once) if secret.encode() in content]


@pytest.mark.parametrize(
    ("user", "name", "password", "level", "why"),
    [
        ("Li", "李", PASSWORD, 1, "user"),
        ("", "李", PASSWORD, 1, "user"),
        ("li\n", "李", PASSWORD, 1, "user"),
        ("l" * 33, "李", PASSWORD, 1, "user"),
        ("wang", "", PASSWORD, 1, "name"),
        ("wang", "王" * 61, PASSWORD, 1, "name"),
        ("wang", "王", "short", 1, "password"),
        ("wang", "王", PASSWORD, 0, "level"),
        ("wang", "王", PASSWORD, 4, "level"),
    ],
)
def test_who_cannot_be_added(people: People, user: str, name: str, password: str, level: int, why: str) -> None:
    with pytest.raises(PersonError, match=why):
        people.add(user, name, password, level)
    assert [person.id for person in people.all()] == ["li"]


def test_who_is_there_is_not_added_again_and_skills_are_few_and_short(people: People) -> None:
    with pytest.raises(PersonError, match="already"):
        people.create("li", "李鬼", 1, Role.ADMIN, by="admin")
    for skills in (["字" * 17], [str(number) for number in range(9)]):
        with pytest.raises(PersonError, match="skills"):
            people.set_skills("li", skills, by="admin")
    assert people.all() == [Person("li", "李娜", 2)]
