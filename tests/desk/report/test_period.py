from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kiosk.desk.report.period import Period, PeriodError, period

TODAY = date(2026, 11, 26)


def test_what_is_left_out_is_a_week_up_to_today() -> None:
    assert period("", "", TODAY) == Period(date(2026, 11, 20), TODAY)
    assert period("", "2026-11-10", TODAY) == Period(date(2026, 11, 4), date(2026, 11, 10))
    assert period("2026-11-01", "", TODAY) == Period(date(2026, 11, 1), TODAY)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("gestern", "", "write for example 2026-11-01"),
        ("2026-11-31", "", "write for example"),
        ("0001-01-01", "", "write for example"),
        ("2026-11-27", "", "exchange them"),
        ("2019-01-01", "", "less at a time"),
    ],
)
def test_days_that_cannot_be_reported_on(first: str, last: str, says: str) -> None:
    with pytest.raises(PeriodError, match=says):
        period(first, last, TODAY)


def test_a_day_is_the_halls_day_also_when_the_clocks_change() -> None:
    hour = 3_600_000
    one = Period(TODAY, TODAY)
    shanghai = ZoneInfo("Asia/Shanghai")
    assert one.begins_ms(shanghai) == one.begins_ms(ZoneInfo("UTC")) - 8 * hour
    assert one.ends_ms(shanghai) - one.begins_ms(shanghai) == 24 * hour
    changing = Period(date(2026, 10, 25), date(2026, 10, 25))
    berlin = ZoneInfo("Europe/Berlin")
    assert changing.ends_ms(berlin) - changing.begins_ms(berlin) == 25 * hour
