"""What the reader of a report sees: sentences, tables, plots and the file that is sent."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from kiosk.bench import history
from kiosk.desk.frame import framed
from kiosk.desk.report import html, plots, table, timeline, words
from kiosk.desk.report.calls import CallRecord, Line, Terms
from kiosk.desk.report.period import Period
from kiosk.desk.report.summary import Asked, Summary, Summing
from kiosk.messages import Agent, Cause, Event, Mode, Outcome, Seen

ZONE = ZoneInfo("Asia/Shanghai")
TERMS = Terms(ZONE)
DAY = date(2026, 11, 26)
PRESSED = round(datetime(2026, 11, 26, 10, 0, tzinfo=ZONE).timestamp() * 1000)
EVIL = '<img src=x onerror="alert(1)">'


def lines_of_a_day(agent: str = "") -> list[Line]:
    found = []
    for kiosk, event in history.events(history.day(history.Plan(calls=60), DAY)):
        body = event
        if agent and event.agent:
            fields = {name: getattr(event, name) for name in Event.__struct_fields__}
            body = Event(**(fields | {"agent": Agent(event.agent.id, agent, "desk1")}))
        found.append(Line("xinhua", kiosk, kiosk, event.at_ms, body))
    return sorted(found, key=lambda line: line.received_ms)


def summed(lines: list[Line], *, head: str | None = None) -> tuple[Summary, list[CallRecord]]:
    summing = Summing(Asked(Period(DAY, DAY)), TERMS, words=True)
    calls = list(summing.records(lines))
    return summing.summary(head=head), calls


@pytest.fixture(scope="module")
def summary() -> Summary:
    return summed(lines_of_a_day())[0]


# --- times and shares -----------------------------------------------------------------------------------


def test_times_and_shares_as_people_say_them() -> None:
    assert [words.seconds(ms) for ms in (None, 0, 3249, 59_949, 59_950, 200_000, 3_720_000, 7_200_000)] == [
        *("—", "0.0 秒", "3.2 秒", "59.9 秒", "1 分", "3 分 20 秒", "1 小时 2 分", "2 小时"),
    ]
    assert [words.percent(share) for share in (None, 0, 0.9999, 1.0, 0.58)] == [
        "—",
        "0.0%",
        "99.9%",
        "100.0%",
        "58.0%",
    ]


# --- the timeline of a call -----------------------------------------------------------------------------

WANG = Agent("wang", "王芳", "desk1")


def told(*events: dict[str, object], with_words: bool = True) -> timeline.Told:
    lines = []
    for seq, fields in enumerate(events, 1):
        event = Event(**({"seq": seq, "call": "c1", "at_ms": PRESSED + int(fields.get("age_ms", 0))} | fields))  # type: ignore[arg-type]
        lines.append(Line("xinhua", "k1", "j1", event.at_ms + 20, event))
    return timeline.tell(lines, TERMS, words=with_words)


STORY: list[dict[str, object]] = [
    dict(kind="opened", cause=Cause.VOICE, case="482913", text="社保卡丢了", presses=1, level=1),
    dict(kind="rung", age_ms=400, desk="desk1", seen=Seen.DRAWN),
    dict(kind="accepted", age_ms=3200, agent=WANG, mode=Mode.WALK),
    dict(kind="released", age_ms=63_200, agent=WANG, why="not-arrived", level=2),
    dict(kind="fault", at_ms=PRESSED + 70_000, why="button: stuck", text="look at the button"),
    dict(kind="ended", age_ms=200_000, outcome=Outcome.CUSTOMER),
    dict(kind="rated", at_ms=PRESSED + 210_000, score=2),
]


def test_a_call_is_told_in_sentences() -> None:
    story = told(*STORY)
    assert [(one.after, one.clock, one.who, one.what) for one in story.moments] == [
        ("+0.0 秒", "10:00:00", "顾客", "顾客说了“人工”，开始呼叫"),
        ("+0.4 秒", "10:00:00", "desk1", "desk1 的网页显示了呼叫"),
        ("+3.2 秒", "10:00:03", "王芳", "王芳接了，走过去"),
        ("+1 分 3 秒", "10:01:03", "王芳", "王芳没有按时到现场，重新响铃"),
        ("", "10:01:10", "系统", "终端出了故障"),
        ("+3 分 20 秒", "10:03:20", "顾客", "结束：顾客自己结束"),
        ("", "10:03:30", "顾客", "顾客打了 2 分"),
    ]
    assert story.moments[4].fault == "button: stuck"
    assert story.moments[0].words == "社保卡丢了" and story.day == "2026-11-26"
    assert ("换手", "1 次") in story.head and ("有人接", "3.2 秒") in story.head


def test_a_call_back_is_told_as_what_the_agent_did() -> None:
    story = told(
        dict(kind="opened", cause=Cause.CALLBACK, case="482913"),
        dict(kind="accepted", agent=WANG, mode=Mode.WALK),
        dict(kind="ended", age_ms=60_000, outcome=Outcome.RESOLVED, agent=WANG),
    )
    assert [(one.who, one.what) for one in story.moments[:2]] == [
        ("王芳", "王芳回来找顾客"),
        ("王芳", "王芳接了，走过去"),
    ]
    assert ("怎么呼叫的", "坐席回访") in story.head and "有人接" not in dict(story.head)
    assert told(dict(kind="opened", cause=Cause.CALLBACK)).moments[0].what == "坐席回来找顾客"


def test_every_code_has_a_word() -> None:
    assert set(words.CAUSES) == set(Cause)
    assert set(words.OUTCOMES) == {*Outcome, ""}


def test_without_the_right_nothing_that_was_said_is_told() -> None:
    events = [*STORY, dict(kind="complained", text="等得太久"), dict(kind="pressed", text="快来", presses=2)]
    events.append(dict(kind="ended", age_ms=1, text="备注", agent=WANG, outcome=Outcome.RESOLVED))
    story = told(*events, with_words=False)
    assert not re.search("社保卡|等得太久|快来|备注", repr(story))
    assert re.search("社保卡.*等得太久.*快来.*备注", repr(told(*events)))


def test_every_kind_of_event_has_a_sentence() -> None:
    kinds = re.findall(
        r'fact\(\s*"([a-z-]+)"|Fact\(kind="([a-z-]+)"|give\(call, "([a-z-]+)"',
        "".join(path.read_text(encoding="utf-8") for path in LINK.glob("*.py")),
    )
    of_calls = {next(filter(None, found)) for found in kinds} - {"tried", "wrong-pin", "restarted", "self-test"}
    assert {"opened", "rated", "freeze-asked", "skipped", "assigned"} <= of_calls
    for kind in of_calls:
        assert "其他记录" not in told(dict(kind=kind)).moments[0].what, kind
    assert told(dict(kind="of-a-later-version")).moments[0].what == "其他记录（of-a-later-version）"


LINK = Path(history.__file__).parents[1] / "link"


def test_a_kiosk_with_the_wrong_time_is_marked() -> None:
    moment = told(dict(kind="opened", at_ms=1000)).moments[0]
    assert not moment.clock_right


# --- csv ------------------------------------------------------------------------------------------------


def test_a_line_a_call() -> None:
    _, calls = summed(lines_of_a_day())
    file = io.StringIO()
    table.write_calls(file, calls)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert len(rows) == len(calls) == 60
    row, call = rows[7], calls[7]
    assert (row["call"], row["kiosk"], row["opened"][:10]) == (call.call, call.kiosk, "2026-11-26")
    assert row["answered_s"] == ("" if call.answered_ms is None else str(call.answered_ms / 1000))
    assert row["abandoned"] == ("yes" if call.abandoned else "no")


def test_a_line_a_group_and_no_formula(summary: Summary) -> None:
    evil, _ = summed(lines_of_a_day('=HYPERLINK("http://x")'))
    file = io.StringIO()
    table.write_groups(file, evil.by[words.By.AGENT])
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert sum(int(row["calls"]) for row in rows) == 60
    assert all(not row["name"].startswith("=") for row in rows)
    assert any(row["name"].startswith("'=HYPERLINK") for row in rows)


# --- plots and pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(plots.PLOTS))
def test_a_plot_is_a_picture_and_nothing_else(name: str, summary: Summary) -> None:
    svg = plots.PLOTS[name][1](summary, {"k1": EVIL})
    root = ElementTree.fromstring(svg)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "defs", "style", "g", "rect", "path", "text", "circle", "line", "title"}, tags
    addresses = set(re.findall(r"https?://[^\"'\s<]+", svg))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "Noto Sans CJK SC" in svg
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_a_plot_of_nothing_says_so() -> None:
    empty, _ = summed([])
    for _, plot in plots.PLOTS.values():
        assert ElementTree.fromstring(plot(empty, {})).tag.endswith("svg")


def test_the_file_needs_nothing_else_and_has_the_ledgers_head(summary: Summary) -> None:
    made = datetime(2026, 11, 27, 9, 0, tzinfo=ZONE)
    text = html.document(summed(lines_of_a_day(), head="0123abcd@77")[0], title="新华路营业厅", made=made)
    assert "<script" not in text and "src=" not in text and "<link" not in text and "url(" not in text
    assert text.count("<svg") == len(plots.PLOTS)
    assert "0123abcd@77" in text and "新华路营业厅 报表" in text and "2026-11-27 09:00" in text
    assert "校验值" not in html.document(summary, title="x", made=made)


def test_whatever_somebody_is_called_stays_text() -> None:
    evil, _ = summed(lines_of_a_day(EVIL))
    main = html.page(
        evil,
        title=EVIL,
        made=datetime(2026, 11, 27, 9, 0, tzinfo=ZONE),
        asked={"from": '"><script>', "to": "", "hall": "", "kiosk": "", "agent": ""},
        choices={"hall": [], "kiosk": [(EVIL, EVIL)], "agent": []},
        names={"k1": EVIL},
    )
    page = framed(main, title=EVIL, script="report", told=EVIL)
    assert "<img src=x" not in page and "<script>" not in page
    assert "&lt;img src=x onerror=" in page
    assert 'style="' not in page, "the page's policy allows no inline style"
