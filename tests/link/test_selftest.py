"""When a self-test is due. Whole tests, through a real broker and desk: tests/test_selftest_path.py."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from kiosk.link.selftest import LONGEST, due, overdue

ZONE = ZoneInfo("Asia/Shanghai")
AT = time(7, 40)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def test_a_terminal_that_knows_of_no_test_makes_one() -> None:
    assert due(at(26, 15), None, AT)


def test_one_a_day_at_its_hour() -> None:
    passed = at(25, 7, 41)
    assert not due(at(25, 23), passed, AT)
    assert not due(at(26, 7, 39), passed, AT)
    assert due(at(26, 7, 40), passed, AT)
    assert not due(
        at(26, 9),
        at(
            26,
            7,
            40,
        ),
        AT,
    )


def test_a_terminal_that_was_off_at_that_hour_makes_it_up() -> None:
    assert due(at(26, 11), at(25, 7, 41), AT)


def test_a_test_from_the_future_counts_for_nothing() -> None:
    assert due(at(26, 6), at(27, 8), AT), "the clock has been set back"


def test_three_days_are_the_most() -> None:
    passed = at(20, 8)
    assert not overdue(passed + LONGEST, passed)
    assert overdue(passed + LONGEST + timedelta(minutes=1), passed)
    assert not overdue(at(26, 8), None), "a new terminal is late with nothing"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.times(), st.integers(0, 500))
def test_never_more_than_three_days_without_being_due(passed: datetime, hour: time, hours: int) -> None:
    passed = passed.replace(tzinfo=ZONE)
    now = passed + timedelta(hours=hours)
    if now - passed >= LONGEST:
        assert due(now, passed, hour)
