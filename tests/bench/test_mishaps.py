"""The plan of a chaos run follows from its seed."""

from collections import Counter
from itertools import pairwise

from kiosk.bench.chaos.mishaps import LEAST_GAP_S, LONGEST_OUTAGE_S, Mishap, Plan, plan


def counted(whole: Plan) -> Counter[Mishap]:
    at_terminals = (strike for touches in whole.terminals for touch in touches for strike in touch.strikes)
    return Counter(strike.mishap for strike in (*at_terminals, *whole.hall))


def test_the_same_seed_is_the_same_run_and_another_is_another() -> None:
    wanted = dict(presses=100, kiosks=3, pace=10.0)
    assert plan(seed=1, **wanted) == plan(seed=1, **wanted)
    assert plan(seed=1, **wanted) != plan(seed=2, **wanted)


def test_all_presses_are_there_and_no_two_too_close_for_a_finger() -> None:
    whole = plan(seed=3, presses=1000, kiosks=7, pace=50.0)
    assert sum(map(len, whole.terminals)) == 1000
    for touches in whole.terminals:
        gaps = [after.at_s - before.at_s for before, after in pairwise(touches)]
        assert min(gaps) >= LEAST_GAP_S - 1e-9


def test_everything_happens_and_outages_are_scaled() -> None:
    whole = plan(seed=4, presses=5000, kiosks=5, pace=10.0)
    assert set(counted(whole)) == set(Mishap)
    lasting = [strike.amount for strike in whole.hall]
    assert 2.0 < max(lasting) <= LONGEST_OUTAGE_S / 10


def test_more_trouble_is_more_mishaps() -> None:
    wanted = dict(seed=5, presses=2000, kiosks=5, pace=10.0)
    calm, troubled = counted(plan(**wanted, trouble=1.0)), counted(plan(**wanted, trouble=3.0))
    assert troubled.total() > 2 * calm.total()
