"""Events in the order of their arrival become calls, and memory stays bounded."""

from __future__ import annotations

from kiosk.desk.report.assembling import OVER_MS, SILENT_MS, assemble
from kiosk.desk.report.calls import Line
from kiosk.messages import Event

MINUTE = 60_000


def line(call: str, kind: str, received_ms: int, kiosk: str = "k1") -> Line:
    return Line("xinhua", kiosk, "j1", received_ms, Event(seq=1, at_ms=received_ms, kind=kind, call=call))


def kinds(groups: list[list[Line]]) -> list[list[str]]:
    return [[line.event.kind for line in group] for group in groups]


def test_calls_of_several_kiosks_at_once_are_told_apart() -> None:
    lines = [
        line("c1", "opened", 1),
        line("c1", "opened", 2, "k2"),
        line("c1", "ended", 3),
        line("c1", "ended", 4, "k2"),
    ]
    groups = list(assemble(lines))
    assert kinds(groups) == [["opened", "ended"]] * 2
    assert [{one.kiosk for one in group} for group in groups] == [{"k1"}, {"k2"}]


def test_an_event_of_no_call_is_by_itself() -> None:
    assert kinds(list(assemble([line("", "missed", 1), line("", "missed", 2)]))) == [["missed"], ["missed"]]


def test_a_call_of_the_evening_is_answered_in_the_morning() -> None:
    night = 13 * 60 * MINUTE
    lines = [line("c1", "opened", 0)]
    lines += [line(f"x{n}", "ended", n * MINUTE, "k2") for n in range(1, 13 * 60)]
    lines += [line("c1", "accepted", night), line("c1", "ended", night + 1), line("c1", "rated", night + OVER_MS)]
    assert ["opened", "accepted", "ended", "rated"] in kinds(list(assemble(lines)))


def test_only_calls_of_the_last_hours_are_kept_in_memory() -> None:
    taken = 0

    def passing() -> list[Line]:
        nonlocal taken
        for number in range(5000):
            taken += 1
            yield line(f"c{number}", "ended", number * 10 * MINUTE)  # type: ignore[misc]

    most = 0
    for done, _ in enumerate(assemble(passing())):
        most = max(most, taken - done)
    assert most <= OVER_MS // (10 * MINUTE) + 8


def test_what_never_ends_is_let_go_in_the_end() -> None:
    later = SILENT_MS + 10 * MINUTE
    groups = assemble(
        [line("c1", "opened", 0), line("c2", "opened", later, "k2"), line("c3", "opened", later, "k3")]
    )
    assert kinds([next(groups)]) == [["opened"]]
