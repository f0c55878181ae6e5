"""The whole hall, with everything going wrong, for some seconds."""

from kiosk.bench.chaos.mishaps import Mishap, plan
from kiosk.bench.chaos.run import chaos

SEED = 361  # with so few presses, one whose plan has every mishap in it


async def test_no_press_is_lost_none_counts_twice_and_no_call_comes_back() -> None:
    whole = plan(seed=SEED, presses=30, kiosks=2, pace=20.0, trouble=5.0)
    report = await chaos(whole, seed=SEED, pace=20.0)
    figures = report.figures
    assert (figures["lost"], figures["duplicated"], figures["ghosts"]) == (0, 0, 0)
    assert figures["delivered"] + figures["gone_with_board"] == figures["presses"] >= 25
    for mishap in (Mishap.LINK_KILLED, Mishap.BROKER_KILLED, Mishap.BROKER_OLDER, Mishap.DESK_KILLED):
        assert figures[f"fault_{mishap}"] >= 1
