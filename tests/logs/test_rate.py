import logging

from kiosk.logs import about
from kiosk.logs.rate import BURST, MAX_PLACES, WINDOW_S, RateLimit


def record(line: int = 1, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("kiosk.x", logging.WARNING, "x.py", line, "dropped %d", (7,), None)
    made.__dict__ |= more
    return made


def test_the_same_line_again_and_again_is_counted_and_told_of_later() -> None:
    now = 0.0
    limit = RateLimit(lambda: now)
    assert sum(limit.filter(record()) for _ in range(1000)) == BURST
    assert limit.filter(record(line=2)), "another line is none of it"
    now = WINDOW_S
    after = record()
    assert limit.filter(after)
    assert after.getMessage() == f"dropped 7 ({1000 - BURST} more like it in the minute before)"
    assert limit.filter(once_more := record()) and once_more.getMessage() == "dropped 7"


def test_the_steps_of_calls_are_never_left_out() -> None:
    limit = RateLimit(lambda: 0.0)
    assert all(limit.filter(record(**about(call="btn-1"))) for _ in range(1000))


def test_its_memory_is_bounded() -> None:
    limit = RateLimit(lambda: 0.0)
    for line in range(3 * MAX_PLACES):
        limit.filter(record(line=line))
    assert len(limit._places) == MAX_PLACES
