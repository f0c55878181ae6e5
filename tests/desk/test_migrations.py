"""The steps in migrations/ must lead to the tables of database.py, from whatever desk was there before."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import alembic.autogenerate
import alembic.config
import alembic.migration
import alembic.script
import pytest
import sqlalchemy as sa

from kiosk.desk import database
from kiosk.desk.database import DatabaseError, open_database
from kiosk.desk.people import People
from kiosk.desk.roles import Role


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = alembic.migration.MigrationContext.configure(connection, opts={"compare_type": True})
        return alembic.autogenerate.compare_metadata(context, database.metadata)


def test_the_steps_lead_to_the_tables(engine: sa.Engine) -> None:
    assert differences(engine) == []


def test_a_desk_of_before_keeps_its_people_and_they_answer_calls(tmp_path: Path) -> None:
    old = Path(database.__file__).parent / "migrations" / "versions"
    path = tmp_path / "desk.db"
    first = open_database(f"sqlite:///{path}", upto="0001")
    with first.begin() as connection:
        connection.execute(sa.text("insert into person values ('li', '李娜', 2, 'x', 0)"))
    first.dispose()
    assert len(list(old.glob("0*.py"))) > 1

    now = open_database(f"sqlite:///{path}")
    assert [(one.id, one.role) for one in People(now).all()] == [("li", Role.AGENT)]
    assert differences(now) == []


def test_each_step_is_in_a_file_that_begins_with_its_name() -> None:
    """By the names of the files a desk sees that nothing is to be done."""
    directory = Path(database.__file__).parent / "migrations"
    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(directory))
    steps = alembic.script.ScriptDirectory.from_config(settings)
    for step in steps.walk_revisions():
        assert Path(step.path).name.startswith(f"{step.revision}_")
    assert steps.get_current_head() == max(path.name[:4] for path in (directory / "versions").glob("0*.py"))


def test_a_database_that_is_as_it_should_be_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    open_database(url).dispose()
    program = f"import sys; from kiosk.desk.database import open_database; open_database({url!r}); "
    program += "sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    open_database(f"sqlite:///{path}").dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer kiosk program"):
        open_database(f"sqlite:///{path}")
