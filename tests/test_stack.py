"""The halls of demo, benches and tests leave nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from parts import eventually

PROGRAM = textwrap.dedent(
    """
    import os, signal
    from kiosk.stack import Stack
    stack = Stack()
    stack.make_broker()
    stack.make_kiosk("k1")
    stack.start()
    stack.kill("k1")
    stack.start("k1")
    print(stack.pid("broker"), stack.pid("k1"), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_hall_whose_starter_is_killed_ends_too(tmp_path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2
    eventually(lambda: not any(map(_runs, pids)), "the end of what was started")
