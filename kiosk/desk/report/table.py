"""A report as CSV, for a spreadsheet: a line for each call, or for each group. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any, Protocol

from kiosk.desk.report.calls import CallRecord
from kiosk.desk.report.figures import Group

CALL_COLUMNS = (
    *("hall", "kiosk", "call", "case", "opened", "clock_right", "closed", "cause", "urgency", "service", "level"),
    *(
        "presses",
        "agents",
        "hands",
        "mode",
        "shown_s",
        "answered_s",
        "arrived_s",
        "ended_s",
        "outcome",
        "abandoned",
    ),
    *("answer_promise", "arrival_promise", "rating", "complaints", "follows", "freeze"),
)
GROUP_COLUMNS = (
    *("key", "name", "calls", "few", "closed", "answered", "abandoned", "abandoned_share"),
    *("wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_max_s", "answer_kept", "answer_broken", "answer_share"),
    *("arrival_p50_s", "arrival_p95_s", "arrived_kept", "arrived_broken", "arrived_share"),
    *("changed_hands", "complaints", "ratings", "rating_p50", "callbacks"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write_calls(file: _Writable, calls: Iterable[CallRecord]) -> None:
    """A head line, and a line for each call as it comes."""
    writer = csv.writer(file)
    writer.writerow(CALL_COLUMNS)
    for call in calls:
        times = (call.shown_ms, call.answered_ms, call.arrived_ms, call.ended_ms)
        writer.writerow(
            _cell(value)
            for value in (
                *(call.hall, call.kiosk, call.call, call.case, call.local.isoformat(timespec="seconds")),
                *(call.clock_right, call.closed, call.cause, call.urgency, call.service, call.level),
                *(call.presses, " ".join(agent.id for agent in call.agents), call.hands, call.mode),
                *(_s(ms) for ms in times),
                *(call.outcome, call.abandoned, call.answer, call.arrival, call.rating or None),
                *(call.complaints, call.follows, call.freeze),
            )
        )


def write_groups(file: _Writable, groups: Iterable[Group]) -> None:
    """A head line, and a line for each group."""
    writer = csv.writer(file)
    writer.writerow(GROUP_COLUMNS)
    for group in groups:
        of = group.figures
        wait, answer, arrived = of.wait, of.answer, of.arrived
        writer.writerow(
            _cell(value)
            for value in (
                *(group.key, group.name, of.calls, of.few, of.closed, of.answered, of.abandoned),
                of.abandoned_share,
                *(_s(ms) for ms in (wait.p50, wait.p90, wait.p95, wait.max)),
                *(answer.kept, answer.broken, answer.share, _s(of.arrival.p50), _s(of.arrival.p95)),
                *(arrived.kept, arrived.broken, arrived.share, of.changed_hands, of.complaints),
                *(sum(of.ratings.values()), of.rating_p50, of.callbacks),
            )
        )


def _s(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _cell(value: Any) -> Any:
    """A spreadsheet takes a text that begins like a formula for one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
