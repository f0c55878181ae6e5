import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.desk import database
from kiosk.desk.case_lists import NoCaseError, Show, numbers_in
from kiosk.desk.case_rules import (
    Assign,
    Case,
    CaseState,
    ChangedError,
    Close,
    How,
    Note,
    Reopen,
    Reply,
    What,
    Who,
)
from kiosk.desk.cases import CaseRecord
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.people import People
from kiosk.desk.roles import Role
from kiosk.messages import Event, EventBatch, Outcome

LI, WANG = Who("li", "李强"), Who("wang", "王芳")
HALL = "xinhua"
NOW = 1_795_298_400_000
DAY = 86_400_000


@pytest.fixture
def ledger(engine: sa.Engine) -> Ledger:
    return Ledger(engine)


@pytest.fixture
def cases(ledger: Ledger) -> CaseRecord:
    return ledger.cases


def complained(seq: int = 1, call: str = "req-1", case: str = "482913", **more: object) -> Event:
    about = {"at_ms": NOW, "text": "等太久了"} | more
    return Event(seq=seq, kind="complained", call=call, case=case, **about)  # type: ignore[arg-type]


def store(ledger: Ledger, *events: Event, kiosk: str = "k1", journal: str = "j1", now_ms: int = NOW) -> None:
    ledger.store(HALL, kiosk, EventBatch(journal, 1, events), now_ms)


def every(cases: CaseRecord) -> list[Case]:
    return cases.listed(HALL, Show.ALL, "", NOW)


def act(cases: CaseRecord, id: int, *acts: object, by: Who = LI) -> Case:
    for one in acts:
        case, _, _ = cases.one(HALL, id)
        case = cases.act(HALL, id, replace(one, version=case.version), by, NOW)  # type: ignore[type-var]
    return case


REPLY, CLOSE, REOPEN = Reply(0, How.PHONE, "道歉"), Close(0), Reopen(0, "不满意")


# --- from a terminal ----------------------------------------------------------------------------------


def test_the_same_event_is_one_case_however_often_it_comes(ledger: Ledger, cases: CaseRecord) -> None:
    for _ in range(10):
        store(ledger, *[complained()] * 10)
    (case,) = every(cases)
    assert (case.number, case.kiosk, case.call, case.summary) == ("482913", "k1", "req-1", "等太久了")
    assert (case.state, case.opened_ms, case.deadline_ms) == (CaseState.NEW, NOW, NOW + DAY)
    _, entries, _ = cases.one(HALL, case.id)
    assert [(entry.what, entry.text) for entry in entries] == [(What.COMPLAINED, "等太久了")]
    assert case.version == 1


def test_a_second_complaint_about_a_call_joins_the_first_and_opens_it_again(
    ledger: Ledger, cases: CaseRecord
) -> None:
    store(ledger, complained())
    (case,) = every(cases)
    act(cases, case.id, REPLY, CLOSE)
    for _ in range(3):
        store(ledger, complained(2, text="还是没人管"))
    case, entries, _ = cases.one(HALL, case.id)
    assert case.state is CaseState.REOPENED
    assert [e.text for e in entries if e.what is What.COMPLAINED] == ["等太久了", "还是没人管"]
    assert len(every(cases)) == 1


def test_complaints_about_no_call_and_of_other_terminals_are_told_apart(ledger: Ledger, cases: CaseRecord) -> None:
    store(ledger, complained(1, "", "100001"), complained(2, "", "100002"))
    store(ledger, complained(1, "", "100001"), kiosk="k2")
    store(ledger, complained(1, "", "100003"), journal="j2")
    assert sorted(case.number for case in every(cases)) == ["100001", "100001", "100002", "100003"]
    assert cases.listed("other-hall", Show.ALL, "", NOW) == []
    first = cases.listed(HALL, Show.ALL, "", NOW, "100001")[0]
    assert [other.kiosk for other in cases.one(HALL, first.id)[2]] == ["k2"], "one who asks by it is asked which"


@pytest.mark.parametrize("at_ms", [0, NOW + 400 * DAY])
def test_a_terminal_whose_clock_is_wrong_does_not_make_it_late_or_never_due(
    ledger: Ledger, cases: CaseRecord, at_ms: int
) -> None:
    store(ledger, complained(at_ms=at_ms))
    assert every(cases)[0].deadline_ms == NOW + DAY


def test_the_customers_time_begins_when_they_complained_not_when_the_line_was_repaired(
    ledger: Ledger, cases: CaseRecord
) -> None:
    store(ledger, complained(at_ms=NOW - 2 * DAY))
    assert cases.counts(HALL, "", NOW).overdue == 1


def test_event_and_case_are_kept_together_or_not_at_all(
    ledger: Ledger, cases: CaseRecord, engine: sa.Engine
) -> None:
    database.case_entry.drop(engine)
    with pytest.raises(sa.exc.SQLAlchemyError):
        store(ledger, complained())
    assert every(cases) == []
    assert ledger.timeline("k1", "req-1") == []


def test_a_poisonous_complaint_is_kept_as_well_as_can_be(ledger: Ledger, cases: CaseRecord) -> None:
    """PostgreSQL stores no NUL; and whoever was told no number is found by one of the desk's."""
    store(ledger, complained(text="a\x00b", call="c\x00d", case=""), journal="j\x001")
    (case,) = every(cases)
    assert case.summary == "a\ufffdb"
    assert len(case.number) == 7


# --- at the desk --------------------------------------------------------------------------------------


def test_a_complaint_by_telephone_has_a_number_that_no_terminal_gives(cases: CaseRecord) -> None:
    made = {cases.open(HALL, LI, "窗口关得早", "13800000000", NOW).number for _ in range(30)}
    assert len(made) == 30
    assert all(len(number) == 7 and number.isdigit() and number[0] == "9" for number in made)


def test_a_call_is_made_a_case_under_its_own_number_and_only_once(ledger: Ledger, cases: CaseRecord) -> None:
    ended = Event(seq=1, at_ms=NOW, kind="ended", call="btn-1", case="582158", outcome=Outcome.UNRESOLVED)
    store(ledger, ended, complained(2))
    (lead,) = cases.leads(HALL, NOW - DAY)
    assert (lead.call, lead.number) == ("btn-1", "582158")
    case = cases.open_for(HALL, LI, lead.kiosk, lead.call, "没办好", NOW)
    assert case.number == "582158"
    assert cases.open_for(HALL, WANG, "k1", "btn-1", "", NOW).id == case.id
    assert cases.leads(HALL, NOW - DAY) == []
    store(ledger, complained(3, "btn-1", "582158"))  # and now the customer complains too
    assert len(every(cases)) == 2
    with pytest.raises(NoCaseError):
        cases.open_for(HALL, LI, "k1", "btn-9", "", NOW)


def test_all_that_is_done_is_on_record_with_who_and_when(cases: CaseRecord, engine: sa.Engine) -> None:
    people = People(engine)
    people.add("wang", "王芳", "long enough")
    people.add("shi", "技术员", "long enough", role=Role.TECHNICIAN)
    id = cases.open(HALL, LI, "窗口关得早", "", NOW).id
    assert [one.id for one in cases.colleagues()] == ["wang"]
    with pytest.raises(NoCaseError, match="不能处理投诉"):
        act(cases, id, Assign(0, "shi"))
    case = act(cases, id, Assign(0, "wang"), Note(0, "查过录像"), REPLY, CLOSE, REOPEN)
    people.remove("wang")
    case, entries, _ = cases.one(HALL, id)
    assert (case.state, case.owner) == (CaseState.REOPENED, WANG), "the name outlives the account"
    assert [(e.what.value, e.by, e.at_ms, e.text) for e in entries] == [
        ("opened", LI, NOW, "窗口关得早"),
        ("assigned", LI, NOW, "王芳"),
        ("note", LI, NOW, "查过录像"),
        ("replied", LI, NOW, "道歉"),
        ("closed", LI, NOW, ""),
        ("reopened", LI, NOW, "不满意"),
    ]


def test_of_two_agents_at_once_the_second_is_told_who_was_quicker(cases: CaseRecord) -> None:
    id = cases.open(HALL, LI, "窗口关得早", "", NOW).id
    cases.act(HALL, id, Reply(1, How.PHONE, "道歉"), WANG, NOW)
    with pytest.raises(ChangedError, match="王芳刚刚答复了客户"):
        cases.act(HALL, id, Reply(1, How.IN_PERSON, "也道歉"), LI, NOW)
    assert [e.what for e in cases.one(HALL, id)[1]].count(What.REPLIED) == 1


def test_lists_and_counts(cases: CaseRecord, engine: sa.Engine) -> None:
    People(engine).add("li", "李强", "long enough")
    late = cases.open(HALL, LI, "第一", "", NOW - 3 * DAY)
    soon = cases.open(HALL, LI, "第二", "", NOW - DAY // 2)
    fresh = cases.open(HALL, LI, "第三", "", NOW)
    done = cases.open(HALL, LI, "第四", "", NOW)
    act(cases, soon.id, Assign(0, "li"))
    act(cases, done.id, REPLY, CLOSE)

    def listed(show: Show) -> list[int]:
        return [case.id for case in cases.listed(HALL, show, "li", NOW)]

    assert listed(Show.OPEN) == [late.id, soon.id, fresh.id], "what is due first stands first"
    assert listed(Show.MINE) == [soon.id]
    assert listed(Show.OVERDUE) == [late.id]
    assert set(listed(Show.ALL)) == {late.id, soon.id, fresh.id, done.id}
    counts = cases.counts(HALL, "li", NOW)
    assert (counts.open, counts.overdue, counts.mine) == (3, 1, 1)
    assert [c.id for c in cases.listed(HALL, Show.OPEN, "li", NOW, done.number)] == [done.id]
    assert cases.counts("other-hall", "li", NOW).open == 0
    total, li = cases.figures(HALL, NOW - DAY, NOW + 1, NOW)
    assert (total.opened, li.owner, li.opened) == (3, LI, 2)
    with pytest.raises(NoCaseError):
        cases.one("other-hall", done.id)


def test_a_number_is_found_however_it_is_typed() -> None:
    assert numbers_in(" ４８２ 913号") == "482913"


# --- a desk of before ---------------------------------------------------------------------------------


def test_complaints_of_before_are_taken_in_when_the_desk_is_updated(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    old = open_database(url, upto="0002")
    insert = sa.text(
        "insert into event (hall, kiosk, journal, seq, call, kind, at_ms, received_ms, body)"
        " values ('xinhua', 'k1', 'j1', :seq, :call, 'complained', 5, 6, :body)"
    )
    with old.begin() as connection:
        for seq, call in ((1, "req-1"), (2, "req-1"), (3, "")):
            body = f'{{"kind":"complained","seq":{seq},"at_ms":5,"case":"48291{seq // 3}","text":"第{seq}"}}'
            connection.execute(insert, {"seq": seq, "call": call, "body": body})
    old.dispose()
    ledger = Ledger(open_database(url))
    two, one = sorted(every(ledger.cases), key=lambda case: case.id)
    assert (two.number, two.summary, one.number) == ("482910", "第1", "482911")
    assert [entry.text for entry in ledger.cases.one(HALL, two.id)[1]] == ["第1", "第2"]
    assert ledger.cases.counts(HALL, "", two.deadline_ms - 1).overdue == 0
    store(ledger, complained(2))  # a terminal that was not acknowledged sends it again
    assert len(ledger.cases.one(HALL, two.id)[1]) == 2
