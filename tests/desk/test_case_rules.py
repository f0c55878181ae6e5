import msgspec
import pytest

from kiosk.config import Complaints
from kiosk.desk import case_rules
from kiosk.desk.case_leads import Why, leads
from kiosk.desk.case_rules import (
    Act,
    Assign,
    Case,
    CaseState,
    Close,
    How,
    Note,
    NotNowError,
    Reopen,
    Reply,
    What,
    Who,
    complained_again,
    done,
    overdue,
)
from kiosk.messages import Agent, Event, Outcome

TERMS = Complaints(first_reply_hours=24, close_days=7)
HOUR, DAY = 3_600_000, 24 * 3_600_000
LI, WANG = Who("li", "李强"), Who("wang", "王芳")
NEW = case_rules.opened("482913", 0, TERMS)
ACTS: dict[str, Act] = {
    "assign": Assign(1, "wang"),
    "note": Note(1, "问过柜台"),
    "reply": Reply(1, How.PHONE, "道歉，说明了原因"),
    "close": Close(1),
    "reopen": Reopen(1, "客户不满意"),
}


def do(case: Case, *names: str, at: int = HOUR, by: Who = LI, to: Who = WANG) -> Case:
    for name in names:
        case, _ = done(case, ACTS[name], by, at, TERMS, to)
    return case


#: The way into each state, and what may be done there.
WAYS = {
    CaseState.NEW: ((), {"assign", "note", "reply"}),
    CaseState.WORKING: (("assign",), {"assign", "note", "reply"}),
    CaseState.ANSWERED: (("reply",), {"assign", "note", "reply", "close", "reopen"}),
    CaseState.CLOSED: (("reply", "close"), {"note", "reopen"}),
    CaseState.REOPENED: (("reply", "close", "reopen"), {"assign", "note", "reply"}),
}


@pytest.mark.parametrize("state", CaseState)
def test_what_may_follow_on_each_state(state: CaseState) -> None:
    way, allowed = WAYS[state]
    case = do(NEW, *way)
    assert case.state is state
    for name in ACTS:
        if name in allowed:
            assert do(case, name).version == case.version + 1
        else:
            with pytest.raises(NotNowError):
                do(case, name)


def test_a_case_is_closed_only_with_a_reply_and_after_reopening_with_a_new_one() -> None:
    with pytest.raises(NotNowError, match="还没有答复客户"):
        do(NEW, "assign", "close")
    with pytest.raises(NotNowError, match="还没有答复客户"):
        do(NEW, "reply", "close", "reopen", "assign", "close")
    assert do(NEW, "reply", "close", "reopen", "reply", "close").state is CaseState.CLOSED


def test_who_has_it() -> None:
    assert do(NEW, "assign").owner == WANG
    assert do(NEW, "reply").owner == LI, "who answers a case that nobody has, has it"
    assert do(NEW, "assign", "reply").owner == WANG
    assert do(NEW, "assign", "reply", "assign", to=LI).state is CaseState.ANSWERED, "handing over undoes no answer"


def test_the_entry_says_who_when_and_how() -> None:
    _, entry = done(NEW, Reply(1, How.IN_PERSON, " 当面道歉 "), LI, 5, TERMS)
    assert (entry.at_ms, entry.by, entry.what, entry.how, entry.text) == (
        5,
        LI,
        What.REPLIED,
        How.IN_PERSON,
        "当面道歉",
    )


def test_late_is_after_the_reply_is_due_and_then_after_the_closing_is() -> None:
    assert not overdue(NEW, 24 * HOUR)
    assert overdue(NEW, 24 * HOUR + 1)
    answered = do(NEW, "reply")
    assert not overdue(answered, 7 * DAY)
    assert overdue(answered, 7 * DAY + 1)
    assert not overdue(do(answered, "close"), 70 * DAY)


def test_reopening_begins_the_time_anew_but_the_first_reply_stays_what_it_was() -> None:
    late = do(NEW, "reply", "close", at=30 * HOUR)
    assert (late.reply_in_time, late.closed_in_time) == (False, True)
    again = do(late, "reopen", at=100 * DAY)
    assert not overdue(again, 101 * DAY) and overdue(again, 101 * DAY + 1)
    assert again.closed_in_time is None
    assert do(again, "reply", at=100 * DAY + HOUR).reply_in_time is False


def test_a_customer_who_complains_again_of_the_same_call_opens_it_again() -> None:
    assert complained_again(do(NEW, "assign"), HOUR, TERMS).state is CaseState.WORKING
    closed = do(NEW, "reply", "close")
    again = complained_again(closed, 50 * DAY, TERMS)
    assert (again.state, again.owner, again.deadline_ms) == (CaseState.REOPENED, LI, 51 * DAY)
    assert again.version == closed.version + 1, "an agent who has not seen it yet is told"


def test_figures_count_what_is_judged_already() -> None:
    quick = do(NEW, "reply", "close", by=LI)
    late = do(NEW, "assign", "reply", at=30 * HOUR)  # wang's, answered late, not closed, and not late for that yet
    lost, fresh = NEW, case_rules.opened("1", 40 * HOUR, TERMS)
    every, li, wang = case_rules.figures([quick, late, lost, fresh], now_ms=48 * HOUR)
    assert (every.owner.id, every.opened, every.open, every.overdue) == ("", 4, 3, 1)
    assert every.replied_in_time == pytest.approx(1 / 3)
    assert every.closed_in_time == 1.0
    assert (li.owner, li.opened, li.replied_in_time, li.closed_in_time, li.overdue) == (LI, 1, 1.0, 1.0, 0)
    assert (wang.owner, wang.replied_in_time, wang.closed_in_time) == (WANG, 0.0, None)
    (nothing,) = case_rules.figures([], 0)
    assert (nothing.opened, nothing.replied_in_time, nothing.closed_in_time) == (0, None, None)


# --- calls that went badly ----------------------------------------------------------------------------


def event(kind: str, call: str, at_ms: int, **more: object) -> tuple[str, Event]:
    return "k1", Event(seq=at_ms, at_ms=at_ms, kind=kind, call=call, **more)  # type: ignore[arg-type]


AGENT = Agent("li", "李娜", "desk1")


def test_which_calls_may_be_made_a_case() -> None:
    found = leads(
        [
            event("ended", "gave-up", 1, case="111111", outcome=Outcome.CUSTOMER),
            event("accepted", "served", 2, case="222222"),
            event("ended", "served", 3, case="222222", outcome=Outcome.CUSTOMER),
            event("rated", "served", 4, score=5),
            event("accepted", "poor", 5, case="333333"),
            event("ended", "poor", 6, case="333333", outcome=Outcome.UNRESOLVED),
            event("rated", "poor", 7, score=2),
            event("rated", "so-so", 8, score=3),
            event("accepted", "nobody-there", 9, case="444444"),
            event("ended", "nobody-there", 10, case="444444", outcome=Outcome.ABSENT),
            event("assigned", "given", 11, case="555555", agent=AGENT),
            event("ended", "given", 12, case="555555", outcome=Outcome.CUSTOMER),
            event("adopted", "taken over", 13, case="666666", agent=AGENT),
            event("ended", "taken over", 14, case="666666", outcome=Outcome.CUSTOMER),
            event("adopted", "still waiting", 15, case="777777"),
            event("ended", "still waiting", 16, case="777777", outcome=Outcome.CUSTOMER),
        ]
    )
    assert [(lead.call, lead.number, lead.why, lead.score) for lead in found] == [
        ("still waiting", "777777", (Why.ABANDONED,), 0),
        ("nobody-there", "444444", (Why.ABANDONED,), 0),
        ("poor", "333333", (Why.RATED, Why.UNRESOLVED), 2),
        ("gave-up", "111111", (Why.ABANDONED,), 0),
    ]


def test_a_reply_needs_words() -> None:

    decode = msgspec.json.Decoder(Act).decode
    assert decode(b'{"do":"reply","version":1,"how":"phone","text":" x"}') == Reply(1, How.PHONE, " x")
    for text in ("", "  ", "x" * 501):
        with pytest.raises(msgspec.ValidationError):
            decode(msgspec.json.encode({"do": "reply", "version": 1, "how": "phone", "text": text}))
