import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.desk import database
from kiosk.desk.database import open_database
from kiosk.desk.people import SESSION_S, TRIES, People, Person, PersonError, TooManyTries

PASSWORD = "hall-xinhua-1"
AT = "192.0.2.1"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one person; hashing a password is slow on purpose."""
    path = tmp_path_factory.mktemp("people") / "desk.db"
    engine = open_database(f"sqlite:///{path}")
    People(engine).add("li", "李娜", PASSWORD, level=2)
    engine.dispose()
    return path


@pytest.fixture
def engine(prepared: Path, tmp_path: Path) -> sa.Engine:
    for file in prepared.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return open_database(f"sqlite:///{tmp_path / prepared.name}")


@pytest.fixture
def people(engine: sa.Engine) -> People:
    return People(engine)


def signed_in(people: People, password: str = PASSWORD) -> str:
    found = people.sign_in("li", password, AT)
    assert found is not None
    return found[1]


def test_signing_in_and_out(people: People) -> None:
    found = people.sign_in("li", PASSWORD, AT)
    assert found is not None
    person, token = found
    assert person == Person("li", "李娜", 2)
    assert people.of_session(token) == person
    people.sign_out(token)
    assert people.of_session(token) is None


@pytest.mark.parametrize(("user", "password"), [("li", "wrong"), ("li", ""), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password(people: People, user: str, password: str) -> None:
    assert people.sign_in(user, password, AT) is None


def test_an_unknown_cookie(people: People) -> None:
    for token in ("", "x", "' OR 1=1"):
        assert people.of_session(token) is None


def test_each_sign_in_has_its_own_session(people: People) -> None:
    one, other = signed_in(people), signed_in(people)
    people.sign_out(one)
    assert people.of_session(other) is not None


def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(people: People) -> None:
    for _ in range(TRIES):
        assert people.sign_in("li", "wrong", AT) is None
    with pytest.raises(TooManyTries, match=r"wait \d+ s") as caught:
        people.sign_in("li", PASSWORD, AT)
    assert 0 < caught.value.wait_s <= 60
    assert people.sign_in("li", PASSWORD, "192.0.2.2") is not None  # nobody can lock a colleague out
    assert people.sign_in("wang", "wrong", AT) is None


def test_the_right_password_begins_the_count_anew(people: People) -> None:
    for _ in range(2):
        for _ in range(TRIES - 1):
            people.sign_in("li", "wrong", AT)
        signed_in(people)


def test_a_new_password_ends_every_session(people: People) -> None:
    token = signed_in(people)
    people.add("li", "李娜", "another-password", level=2)
    assert people.of_session(token) is None
    assert people.sign_in("li", PASSWORD, AT) is None
    assert people.of_session(signed_in(people, "another-password")) is not None


def test_a_session_that_is_over(people: People, engine: sa.Engine) -> None:
    token, kept = signed_in(people), signed_in(people)
    sessions = database.session
    with engine.begin() as connection:
        longest = connection.scalar(sa.select(sa.func.max(sessions.c.expires)))
        assert longest is not None
        assert 0 <= time.time() + SESSION_S - longest < 60
        newest = sa.select(sa.func.max(sa.literal_column("rowid"))).select_from(sessions).scalar_subquery()
        connection.execute(
            sa.update(sessions).where(sa.literal_column("rowid") != newest).values(expires=int(time.time()) - 1)
        )
    assert people.of_session(token) is None
    assert people.of_session(kept) is not None
    signed_in(people)  # clears away what is over
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(sessions)) == 2


def test_sessions_and_duty_survive_a_restart_of_the_desk(people: People, engine: sa.Engine) -> None:
    token = signed_in(people)
    people.set_duty("li", True)
    assert People(engine).of_session(token) == Person("li", "李娜", 2, duty=True)
    people.set_duty("li", False)
    assert People(engine).all() == [Person("li", "李娜", 2)]


def test_changing_a_person_keeps_the_duty(people: People) -> None:
    people.set_duty("li", True)
    people.add("li", "李小娜", PASSWORD, level=1)
    assert people.all() == [Person("li", "李小娜", 1, duty=True)]


def test_neither_password_nor_cookie_is_in_the_file(people: People, engine: sa.Engine, tmp_path: Path) -> None:
    token = signed_in(people)
    engine.dispose()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"argon2" in content
    assert PASSWORD.encode() not in content
    assert token.encode() not in content


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
