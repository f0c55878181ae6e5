import pytest
from msgspec.structs import replace

from kiosk.config import Escalation
from kiosk.desk.hall import Hall
from kiosk.desk.outbox import CALL_BACK_KEEP_S, REPLY_KEEP_S, Outbox, still_wanted
from kiosk.messages import (
    MAX_VIEWERS,
    Accept,
    Agent,
    Arrived,
    Assign,
    Call,
    CallBack,
    End,
    Freeze,
    FreezeReceipt,
    FreezeRefusal,
    FreezeState,
    HandOver,
    Mode,
    Opened,
    Outcome,
    Release,
    Reply,
    Rung,
    Seen,
    Skip,
    State,
    Viewer,
)

LI, WANG = Agent("li", "李娜", "d1"), Agent("wang", "王强", "d1")
CALL = Call("boot-1", State.RUNG, age_ms=10_000, state_age_ms=9_000)
TAKEN = replace(CALL, state=State.ACCEPTED, agent=LI, mode=Mode.WALK)


@pytest.fixture
def hall() -> Hall:
    hall = Hall(Escalation())
    hall.set_call("k1", CALL, 100.0)
    return hall


HERE = frozenset({"li", "wang"})
RUNG = Rung("boot-1", 0, "d1", Seen.DRAWN)
ACCEPT = Accept("boot-1", 0, LI, Mode.WALK)
ARRIVED = Arrived("boot-1", 0, LI)
AFTER = [Release("boot-1", 0, LI), HandOver("boot-1", 0, LI, WANG), End("boot-1", 0, LI, Outcome.RESOLVED)]
CONNECTED = replace(TAKEN, state=State.CONNECTED)
ENDED = replace(TAKEN, state=State.ENDED)
MOVED = replace(TAKEN, agent=replace(LI, desk="d2"))  # one person, wherever they are signed in
RENAMED = replace(TAKEN, agent=replace(LI, name="李纳"))
ASSIGN = Assign("boot-1", 0, WANG, LI, "离得近")


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (RUNG, [CALL, replace(CALL, state=State.CALLING), replace(CALL, rung_by=("d2",))]),
        (ACCEPT, [CALL, replace(CALL, state=State.CALLING), replace(CALL, rung_by=("d1",))]),
        (ARRIVED, [TAKEN, MOVED, RENAMED]),
        *((reply, [TAKEN, CONNECTED, MOVED, RENAMED]) for reply in AFTER),
    ],
)
def test_a_reply_is_wanted_until_the_call_shows_it(reply: Reply, wanted: list[Call]) -> None:
    every = [
        CALL,
        replace(CALL, state=State.CALLING),
        replace(CALL, rung_by=("d2",)),
        replace(CALL, rung_by=("d1",)),
        TAKEN,
        CONNECTED,
        ENDED,
        replace(TAKEN, agent=WANG),
        MOVED,
        RENAMED,
    ]
    if isinstance(reply, Accept):
        wanted = [*wanted, replace(CALL, rung_by=("d2",))]
    assert [call for call in every if still_wanted(reply, call)] == [call for call in every if call in wanted]
    for call in (None, replace(wanted[0], id="boot-2"), replace(wanted[0], round=1)):
        assert not still_wanted(reply, call)


def test_coming_over_instead_of_video_is_wanted_until_the_call_shows_it() -> None:
    by_video = replace(TAKEN, mode=Mode.VIDEO)
    assert still_wanted(ACCEPT, by_video)
    assert still_wanted(ACCEPT, replace(by_video, state=State.CONNECTED))
    assert not still_wanted(ACCEPT, replace(by_video, mode=Mode.WALK))
    assert not still_wanted(ACCEPT, replace(by_video, agent=WANG))
    assert not still_wanted(replace(ACCEPT, mode=Mode.VIDEO), by_video)


def test_a_reply_is_said_again_each_second_until_the_call_shows_it(hall: Hall) -> None:
    outbox = Outbox()
    outbox.add("k1", ACCEPT, 100.0)
    assert outbox.due(hall, 100.9, HERE) == []
    assert outbox.due(hall, 101.0, HERE) == [("k1", ACCEPT)]
    assert outbox.due(hall, 101.5, HERE) == []
    assert outbox.due(hall, 102.0, HERE) == [("k1", ACCEPT)]
    hall.set_call("k1", replace(TAKEN, agent=WANG), 102.5)  # somebody else was first
    assert outbox.due(hall, 103.0, HERE) == []
    hall.set_call("k1", CALL, 103.0)
    assert outbox.due(hall, 110.0, HERE) == []  # and it does not come up again by itself


def test_a_reply_that_is_not_taken_is_given_up(hall: Hall) -> None:
    outbox = Outbox()
    outbox.add("k1", ACCEPT, 100.0)
    assert outbox.due(hall, 100.0 + REPLY_KEEP_S, HERE) == [("k1", ACCEPT)]
    assert outbox.due(hall, 100.1 + REPLY_KEEP_S, HERE) == []


def test_replies_of_several_people_and_kiosks_wait_beside_each_other(hall: Hall) -> None:
    hall.set_call("k2", CALL, 100.0)
    outbox = Outbox()
    for kiosk, reply in (("k1", ACCEPT), ("k1", RUNG), ("k2", ACCEPT), ("k1", replace(ACCEPT, agent=WANG))):
        outbox.add(kiosk, reply, 100.0)
    assert len(outbox.due(hall, 101.0, HERE)) == 4
    outbox.add("k1", replace(ACCEPT, mode=Mode.VIDEO), 101.0)  # the same person thinks again
    again = outbox.due(hall, 102.0, HERE)
    assert len(again) == 4
    assert ("k1", replace(ACCEPT, mode=Mode.VIDEO)) in again


# --- requests to freeze -------------------------------------------------------------------------------

FROZEN = replace(CALL, freeze=Freeze("f1", FreezeState.SUBMITTED, age_ms=1000))
RECEIPT, REFUSAL = FreezeReceipt("boot-0", "f1", "F1"), FreezeRefusal("boot-0", "f1", "答复 422")


@pytest.mark.parametrize(
    ("state", "receipt", "refusal"),
    [
        (FreezeState.ASKED, True, True),
        (FreezeState.SUBMITTED, True, True),
        (FreezeState.REFUSED, True, False),
        (FreezeState.RECEIVED, False, False),
    ],
)
def test_the_banks_answer_is_said_until_the_call_shows_it(
    state: FreezeState, receipt: bool, refusal: bool
) -> None:
    call = replace(FROZEN, freeze=Freeze("f1", state, 1000), round=3)
    assert still_wanted(RECEIPT, call) is receipt
    assert still_wanted(REFUSAL, call) is refusal


def test_the_banks_answer_to_another_request_or_to_no_call_is_not_said() -> None:
    assert not still_wanted(FreezeReceipt("boot-1", "f2", "F1"), FROZEN)
    assert not still_wanted(RECEIPT, CALL)
    assert not still_wanted(RECEIPT, None)


def test_the_outbox_says_the_banks_answer_again(hall: Hall) -> None:
    outbox = Outbox()
    hall.set_call("k1", FROZEN, 100.0)
    outbox.add("k1", RECEIPT, 100.0)
    assert outbox.due(hall, 101.1, HERE) == [("k1", RECEIPT)]
    hall.set_call("k1", replace(FROZEN, freeze=Freeze("f1", FreezeState.RECEIVED, 2000, "F1")), 102.0)
    assert outbox.due(hall, 103.0, HERE) == []


# --- who sees it, who gets it, who comes back ---------------------------------------------------------


def test_agents_are_named_until_the_kiosk_knows_them() -> None:
    rung = Rung("boot-1", 0, "d1", Seen.DRAWN, (LI, WANG))
    shown = replace(CALL, rung_by=("d1",), seen_by=(Viewer("li", "李娜", 900),))
    assert still_wanted(rung, CALL) and still_wanted(rung, shown)
    assert not still_wanted(replace(rung, agents=(LI,)), shown)
    assert not still_wanted(rung, replace(shown, seen_by=()))  # an older kiosk, which names nobody
    full = tuple(Viewer(f"p{number}", "x") for number in range(MAX_VIEWERS))
    assert not still_wanted(rung, replace(shown, seen_by=full))


def test_a_skip_is_said_until_it_is_on_record() -> None:
    skip, shown = Skip("boot-1", 0, LI, "boot-2"), replace(CALL, seen_by=(Viewer("li", "李娜", 900),))
    assert still_wanted(skip, shown)
    assert not still_wanted(skip, CALL)  # never on their page, as far as the kiosk knows
    assert not still_wanted(skip, replace(shown, seen_by=(Viewer("li", "李娜", 900, "boot-2"),)))
    assert not still_wanted(skip, replace(shown, state=State.ACCEPTED, agent=WANG, mode=Mode.WALK))


def test_a_call_that_is_given_is_wanted_until_it_is_theirs_and_opened() -> None:
    assert still_wanted(ASSIGN, CALL) and still_wanted(ASSIGN, replace(TAKEN, agent=WANG))
    assert not any(still_wanted(ASSIGN, call) for call in (TAKEN, MOVED, RENAMED, ENDED))
    opened = Opened("boot-1", 0, LI)
    assert still_wanted(opened, replace(TAKEN, given=True)) and not still_wanted(opened, TAKEN)


def test_a_call_back_is_said_for_a_moment_and_only_while_nobody_calls(hall: Hall) -> None:
    back, outbox = CallBack("r1", LI, "boot-1"), Outbox()
    assert still_wanted(back, None) and still_wanted(back, ENDED)
    assert not still_wanted(back, CALL)
    assert not still_wanted(back, replace(ENDED, id="back-r1"))
    hall.set_call("k1", None, 100.0)
    outbox.add("k1", back, 100.0)
    assert outbox.due(hall, 100.0 + CALL_BACK_KEEP_S, HERE) == [("k1", back)]
    assert outbox.due(hall, 100.1 + CALL_BACK_KEEP_S, HERE) == []


def test_a_call_that_nobody_here_has_shown_any_more_is_not_said_to_ring(hall: Hall) -> None:
    outbox = Outbox()
    outbox.add("k1", replace(RUNG, agents=(LI,)), 100.0)
    outbox.add("k1", ACCEPT, 100.0)
    assert outbox.due(hall, 101.0, {"wang"}) == [("k1", ACCEPT)]
    assert outbox.due(hall, 102.0, HERE) == [("k1", ACCEPT)], "and it does not come up again by itself"
