from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.link.hours import OpeningHours, OpeningHoursError, say_opening

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = ["mon-fri 09:00-12:00", "mon-fri 13:30-17:00", "sat 9:00-12:00"]
HOURS = OpeningHours(WEEK, ["2026-10-01", "2026-10-02"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-09-28 08:59:59", False),  # a Monday
        ("2026-09-28 09:00", True),
        ("2026-09-28 11:59:59", True),
        ("2026-09-28 12:00", False),
        ("2026-09-28 13:30", True),
        ("2026-09-28 17:00", False),
        ("2026-10-01 10:00", False),  # a Thursday, but a holiday
        ("2026-10-03 10:00", True),  # a Saturday
        ("2026-10-03 14:00", False),
        ("2026-10-04 10:00", False),
    ],
)
def test_open(when: str, is_open: bool) -> None:
    assert HOURS.is_open(at(when)) == is_open


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-09-28 10:00", ""),
        ("2026-09-28 07:00", "今天 09:00"),
        ("2026-09-28 12:30", "今天 13:30"),
        ("2026-09-28 20:00", "明天 09:00"),
        ("2026-09-30 20:00", "周六 09:00"),  # over the holidays
        ("2026-10-03 13:00", "后天 09:00"),
    ],
)
def test_next_opening_as_people_say_it(when: str, said: str) -> None:
    assert say_opening(HOURS.next_opening(at(when)), at(when)) == said


def test_an_opening_far_away_is_said_with_its_date() -> None:
    hours = OpeningHours(["thu 09:00-17:00"], ["2026-10-01"])
    now = at("2026-09-30 10:00")
    assert say_opening(hours.next_opening(now), now) == "10月8日周四 09:00"


def test_no_lines_mean_always_open_at_every_moment() -> None:
    always = OpeningHours()
    assert not always.known
    for now in (at("2026-01-01 00:00"), at("2026-01-01 23:59:59.999999")):
        assert always.is_open(now)
        assert always.next_opening(now) is None


def test_without_lines_a_closed_day_is_still_closed() -> None:
    hours = OpeningHours((), ["2026-10-01"])
    assert not hours.is_open(at("2026-10-01 10:00"))
    assert hours.is_open(at("2026-10-02 00:00"))
    assert say_opening(hours.next_opening(at("2026-10-01 10:00")), at("2026-10-01 10:00")) == "明天 00:00"


def test_days_that_wrap_around_the_week_and_every_day() -> None:
    weekend = OpeningHours(["SAT-MON 10:00-12:00"])
    assert [weekend.is_open(at(f"2026-10-0{day} 11:00")) for day in range(3, 8)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    daily = OpeningHours(["08:00-24:00"])
    assert all(daily.is_open(at("2026-10-01 23:59:59.999999") + timedelta(days=day)) for day in range(7))


def test_a_hall_that_never_opens_promises_nothing() -> None:
    days = [f"2026-{month:02}-{day:02}" for month in (10, 11) for day in range(1, 31)] + ["2026-10-31"]
    assert OpeningHours(["09:00-17:00"], days).next_opening(at("2026-10-01 10:00")) is None


@pytest.mark.parametrize(
    "line",
    ["", "mon", "mon 9-17", "mun 09:00-17:00", "mon 25:00-26:00", "mon 17:00-09:00", "mon 09:00-09:00",
     "mon,tue 09:00-17:00", "mon 09:60-17:00"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_shows_one_that_can(line: str) -> None:
    with pytest.raises(OpeningHoursError, match="mon-fri 09:00-17:00"):
        OpeningHours([line])


def test_a_date_that_cannot_be_read_shows_one_that_can() -> None:
    with pytest.raises(OpeningHoursError, match="2026-10-01"):
        OpeningHours(WEEK, ["1.10.2026"])
