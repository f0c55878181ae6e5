"""Databases for the tests: SQLite, and a private PostgreSQL; and a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from parts import LIMIT_S
from playwright.async_api import Browser, expect

from kiosk.bench import page as pages
from kiosk.desk import database
from kiosk.desk.database import open_database


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a server of our own, on a Unix socket in a directory that goes away with it."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    bin_ = programs.parent
    directory = Path(tempfile.mkdtemp(prefix="kiosk-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(directory, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = directory / "data"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    run(f"{bin_}/initdb", "-D", str(data), "-A", "trust", "-U", "kiosk", "--no-sync")
    options = f"-k {directory} -c listen_addresses='' -c fsync=off"
    run(f"{bin_}/pg_ctl", "-D", str(data), "-o", options, "-l", str(directory / "log"), "-w", "start")
    yield f"postgresql+psycopg://kiosk@/postgres?host={directory}"
    run(f"{bin_}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(directory)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database; PostgreSQL is the server of ``KIOSK_TEST_POSTGRESQL``, or one of our own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/new/desk.db"
    else:
        url = os.environ.get("KIOSK_TEST_POSTGRESQL") or request.getfixturevalue("postgresql_url")
    engine = open_database(url)
    yield engine
    with engine.begin() as connection:
        connection.execute(sa.text("drop table alembic_version"))
    database.metadata.drop_all(engine)
    engine.dispose()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium with its fake camera, for all the tests of a module."""
    expect.set_options(timeout=LIMIT_S * 1000)
    try:
        async with pages.chromium() as program:
            yield program
    except pages.NoBrowser as error:
        pytest.skip(str(error))
