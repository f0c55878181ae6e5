"""A small fleet: everything that a large one does, and the day's shape."""

import json
import random
import subprocess
import sys

from kiosk.bench.fleet.day import arrivals


def test_a_day_is_full_in_the_morning_and_nobody_comes_before_or_after() -> None:
    moments = arrivals(1000, 110.0, random.Random(1))
    assert len(moments) == 1000 and moments == sorted(moments)
    assert all(0 <= at < 110 for at in moments)
    assert sum(10 <= at < 40 for at in moments) > 2 * sum(80 <= at < 110 for at in moments)


def test_every_press_of_a_small_fleet_reaches_a_desk_and_a_ledger() -> None:
    command = [sys.executable, "-m", "kiosk", "bench", "fleet", "--kiosks", "40", "--hall", "20", "--real", "1"]
    command += ["--seconds", "3", "--calls", "0.3", "--pace", "10", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    figures = json.loads(done.stdout)["figures"]
    assert figures["calls_40"] > 0 and figures["calls_at_real_desks_40"] > 0
    for key in ("lost_40", "unanswered_40", "unacknowledged_40", "connections_lost_40"):
        assert figures[key] == 0, key
