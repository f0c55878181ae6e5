"""What several threads read at the same time is known to msgspec before: else the process may crash."""

import subprocess
import sys

import pytest

#: Two threads, released together, that hand over to one another as often as they can.
RACE = """
import sys, threading
sys.setswitchinterval(1e-6)
{setup}
start = threading.Barrier(2)
def run():
    start.wait()
    {work}
threads = [threading.Thread(target=run) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
WORK = {
    "pack": ("from kiosk.dialogue.pack import load_pack", "load_pack('bank')"),
    "models": ("from kiosk.voice.models.manifest import MANIFEST, read", "read(MANIFEST)"),
    "journal": (
        "import msgspec; from kiosk.link.journal import Saved",
        "msgspec.json.Decoder(Saved)",
    ),
    "messages": (
        "import msgspec; from kiosk.messages import EventBatch, Snapshot",
        "msgspec.json.Decoder(EventBatch); msgspec.json.Decoder(Snapshot)",
    ),
}


@pytest.mark.parametrize("what", WORK)
def test_first_use_in_two_threads_at_once_crashes_nothing(what):
    setup, work = WORK[what]
    for _ in range(12):  # it crashed in one of ten
        done = subprocess.run([sys.executable, "-c", RACE.format(setup=setup, work=work)], capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
