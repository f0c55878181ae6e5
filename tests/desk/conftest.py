"""A private PostgreSQL for the ledger's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


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
