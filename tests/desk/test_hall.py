import pytest
from msgspec.structs import replace

from kiosk.config import Escalation
from kiosk.desk.hall import JITTER_S, LEFT_OUT_S, STALE_S, Hall, same_people
from kiosk.messages import (
    MAX_COUNT,
    Agent,
    Call,
    Freeze,
    FreezeState,
    Health,
    Last,
    Mode,
    OnDuty,
    Outcome,
    Part,
    Presence,
    State,
    Urgency,
    Work,
)

LI, WANG = Agent("li", "李娜", "d1"), Agent("wang", "王强", "d1")
CALL = Call("boot-1", State.RUNG, age_ms=10_000, state_age_ms=9_000)
TAKEN = replace(CALL, state=State.ACCEPTED, agent=LI, mode=Mode.WALK)
WELL = Health(online=True, title="一号机", place="大厅", parts={"button": Part(ok=True)})
GONE = Health(online=False)


@pytest.fixture
def hall() -> Hall:
    hall = Hall(Escalation())
    hall.set_health("k1", WELL, 100.0)
    hall.set_call("k1", CALL, 100.0)
    return hall


ENDED = replace(CALL, state=State.ENDED, outcome=Outcome.RESOLVED)


@pytest.mark.parametrize("end", [ENDED, None], ids=["ended", "cleared"])
def test_a_call_that_is_over_does_not_come_back_from_a_broker_with_an_older_state(hall, end) -> None:
    assert hall.set_call("k1", end, 101.0)
    assert not hall.set_call("k1", CALL, 102.0, remembered=True)
    assert hall.call_of("k1") == end and hall.queue() == ()
    assert not hall.set_call("k1", TAKEN, 102.0, remembered=True)
    # A kiosk's own word counts, and a call that is not known to be over.
    assert hall.set_call("k1", replace(CALL, id="boot-2"), 103.0, remembered=True)
    assert hall.set_call("k1", CALL, 104.0)
    assert hall.queue() == (CALL.id,)


def test_the_broker_is_believed_about_calls_that_go_on(hall: Hall) -> None:
    assert hall.set_call("k1", TAKEN, 101.0, remembered=True)
    assert hall.set_call("k2", CALL, 101.0, remembered=True)
    assert hall.set_call("k2", ENDED, 102.0, remembered=True)
    assert hall.call_of("k1") == TAKEN and hall.call_of("k2") == ENDED


def test_ages_are_counted_on_by_the_desks_own_clock(hall: Hall) -> None:
    row = hall.row("k1", 103.5)
    assert row.call is not None
    assert (row.call.age_ms, row.call.state_age_ms) == (13_500, 12_500)
    assert hall.row("k1", 99.0).call == CALL  # never younger than it was said to be


def test_a_kiosk_is_offline_by_its_last_will_or_by_its_silence(hall: Hall) -> None:
    assert not hall.offline("k1", 100.0 + STALE_S)
    assert hall.offline("k1", 100.1 + STALE_S)
    hall.set_health("k1", WELL, 117.0)
    assert not hall.offline("k1", 117.0)
    hall.set_health("k1", GONE, 118.0)
    assert hall.offline("k1", 118.0)


def test_a_kiosk_that_has_never_said_how_it_is_counts_as_offline(hall: Hall) -> None:
    hall.set_call("k2", CALL, 100.0)
    assert hall.row("k2", 100.0).offline
    assert hall.row("k2", 100.0).health is None


def test_a_last_will_does_not_make_forget_where_it_stands(hall: Hall) -> None:
    hall.set_health("k1", GONE, 118.0)
    row = hall.row("k1", 118.0)
    assert row.offline
    assert row.health is not None
    assert (row.health.title, row.health.place, row.health.parts) == ("一号机", "大厅", WELL.parts)


def test_the_page_is_told_of_health_only_when_it_would_show_something_else(hall: Hall) -> None:
    fault = Part(ok=False, fault="unplugged", remedy="plug it in", age_ms=5)
    assert not hall.set_health("k1", replace(WELL, uptime_s=9), 105.0)
    assert hall.set_health("k1", replace(WELL, parts={"button": fault}), 106.0)
    assert not hall.set_health("k1", replace(WELL, parts={"button": replace(fault, age_ms=5005)}), 111.0)
    assert hall.set_health("k1", GONE, 112.0)
    assert not hall.set_health("k1", GONE, 113.0)
    assert hall.set_health("k1", WELL, 114.0)


def test_when_a_terminal_last_drew_and_heard_is_told_when_it_changes_and_counted_on(hall: Hall) -> None:
    def well(drawn: int | None, heard: int | None = None, *, off: bool = True) -> Health:
        return replace(WELL, last={Work.DRAWN: Last(drawn), Work.HEARD: Last(heard, off)})

    assert hall.set_health("k1", well(4000), 101.0)
    assert not hall.set_health("k1", well(900), 106.0), "it draws, as before"
    assert hall.row("k1", 118.0).health.last[Work.DRAWN] == Last(900), "just now, until it says otherwise"
    assert hall.set_health("k1", well(16_000), 121.0)
    assert not hall.set_health("k1", well(21_000), 126.0), "the same frame"
    assert hall.row("k1", 127.0).health.last[Work.DRAWN] == Last(22_000)
    hall.set_health("k1", GONE, 130.0)
    assert hall.row("k1", 137.0).health.last[Work.DRAWN] == Last(32_000), "a last will draws nothing"
    assert hall.set_health("k1", well(100), 140.0)
    assert hall.set_health("k1", well(100, off=False), 145.0), "the microphone is open"
    assert hall.set_health("k1", well(100, 40, off=False), 150.0)
    assert not hall.set_health("k1", well(100, 5040, off=False), 155.0)
    assert hall.set_health("k1", replace(WELL, last={"what-comes-later": Last(5)}), 160.0)


def test_while_the_kiosk_speaks_it_decides_who_is_rung(hall: Hall) -> None:
    hall.set_call("k1", replace(CALL, age_ms=70_000), 160.0)
    hall.set_health("k1", WELL, 160.0)
    assert hall.row("k1", 160.0).ring_level == 1


def test_the_open_call_of_a_kiosk_that_is_gone_stays_and_is_escalated_by_the_desk(hall: Hall) -> None:
    hall.set_health("k1", GONE, 101.0)
    levels = [hall.row("k1", at).ring_level for at in (101.0, 104.9, 105.0, 134.9, 135.0, 1e6)]
    assert levels == [1, 1, 2, 2, 3, 3]  # 15 and 45 s after the press
    assert hall.row("k1", 1e6).call is not None
    hall.set_call("k1", replace(CALL, urgency=Urgency.URGENT), 102.0)
    assert hall.row("k1", 102.0).ring_level == 3
    hall.set_call("k1", TAKEN, 103.0)
    assert hall.row("k1", 1e6).ring_level == 1


def test_a_call_that_an_online_kiosk_no_longer_says_is_over(hall: Hall) -> None:
    assert not hall.set_health("k1", WELL, 100.0 + LEFT_OUT_S)
    assert hall.queue() == ("boot-1",)
    assert hall.set_health("k1", WELL, 100.1 + LEFT_OUT_S)
    assert hall.call_of("k1") is None and hall.queue() == ()


def test_a_kiosk_that_cannot_say_its_call_any_more_keeps_it(hall: Hall) -> None:
    hall.set_health("k1", GONE, 200.0)
    assert hall.queue() == ("boot-1",)
    hall.set_call("k1", CALL, 201.0)  # it is back, and says its call before its health
    hall.set_health("k1", WELL, 201.0)
    assert hall.queue() == ("boot-1",)


def test_an_empty_message_clears_the_call(hall: Hall) -> None:
    hall.set_call("k1", None, 101.0)
    assert hall.call_of("k1") is None
    assert hall.row("k1", 102.0).call is None
    assert hall.call_of("k9") is None
    assert hall.kiosks == ["k1"]


def waiting(call: str, age_s: float, urgency: Urgency = Urgency.NORMAL) -> Call:
    return replace(CALL, id=call, age_ms=round(age_s * 1000), urgency=urgency)


def test_the_most_urgent_is_served_first_and_then_the_oldest() -> None:
    hall = Hall(Escalation())
    calls = [
        waiting("young", 5),
        waiting("old", 50),
        waiting("elderly", 2, Urgency.ELDERLY),
        waiting("urgent", 1, Urgency.URGENT),
        waiting("elder", 3, Urgency.ELDERLY),
    ]
    for number, call in enumerate(calls):
        hall.set_call(f"k{number}", call, 100.0)
    assert hall.queue() == ("urgent", "elder", "elderly", "old", "young")


def test_what_stands_before_a_call_whatever_has_become_of_it() -> None:
    hall = Hall(Escalation())
    calls = [waiting("young", 5), waiting("old", 50), waiting("urgent", 1, Urgency.URGENT), waiting("middle", 20)]
    for number, call in enumerate(calls):
        hall.set_call(f"k{number}", call, 100.0)
    assert hall.before("k0") == ["k2", "k1", "k3"]
    hall.set_call("k0", replace(calls[0], state=State.ACCEPTED, agent=LI, mode=Mode.WALK), 101.0)
    hall.set_call("k3", replace(calls[3], state=State.ACCEPTED, agent=LI, mode=Mode.WALK), 101.0)
    assert hall.before("k0") == ["k2", "k1"]
    assert hall.before("k2") == []


def test_the_last_call_of_a_kiosk_is_known_when_it_is_over(hall: Hall) -> None:
    assert hall.last_call("k1") == hall.last_call("k9") == ""
    hall.set_call("k1", None, 101.0)
    assert hall.last_call("k1") == "boot-1"


def test_who_is_answered_or_done_with_is_no_longer_in_the_queue(hall: Hall) -> None:
    assert hall.queue() == ("boot-1",)
    hall.set_call("k2", replace(CALL, id="boot-2", state=State.CALLING), 100.0)
    assert hall.queue() == ("boot-1", "boot-2")
    for call in (TAKEN, replace(TAKEN, state=State.CONNECTED), replace(TAKEN, state=State.ENDED), None):
        hall.set_call("k1", call, 101.0)
        assert hall.queue() == ("boot-2",)


def test_a_kiosk_that_is_offline_keeps_its_place(hall: Hall) -> None:
    hall.set_call("k2", waiting("later", 2), 100.0)
    hall.set_health("k1", GONE, 101.0)
    assert hall.queue() == ("boot-1", "later")


def test_time_and_a_varying_delay_change_nothing_in_the_queue() -> None:
    """Each call is said again every 5 s; the desk must not publish another order for that."""
    hall = Hall(Escalation())
    for kiosk, age in (("k1", 10.0), ("k2", 9.9), ("k3", 9.8)):
        hall.set_call(kiosk, waiting(kiosk, age), 100.0)
    before = hall.queue()
    for now, late in ((105.0, 0.0), (110.0, 1.5), (115.0, 0.3)):
        hall.set_call("k1", waiting("k1", now - 90.0), now + late)
        hall.set_call("k3", waiting("k3", now - 90.2), now)
        assert hall.queue() == before == ("k1", "k2", "k3")
    hall.set_call("k1", waiting("k1", 1.0), 120.0)  # more than a delay: the kiosk counts from elsewhere
    assert hall.queue() == ("k2", "k3", "k1")
    hall.set_call("k2", waiting("other", 29.9 - JITTER_S / 2), 120.0)  # another call has a place of its own
    assert hall.queue() == ("k3", "other", "k1")


def test_the_queue_alone_is_no_news_of_people() -> None:
    one = Presence(online=True, ledger=True, agents=(OnDuty("li", "李娜", 1),))
    assert same_people(one, replace(one, queue=("boot-1",)))
    assert not same_people(None, one)
    for other in (replace(one, ledger=False), replace(one, agents=()), Presence(online=False)):
        assert not same_people(one, other)


def test_the_age_of_a_request_is_counted_on(hall: Hall) -> None:
    hall.set_call("k1", replace(CALL, freeze=Freeze("f1", FreezeState.SUBMITTED, age_ms=1000)), 100.0)
    row = hall.row("k1", 103.0)
    assert row.call is not None and row.call.freeze is not None
    assert row.call.freeze.age_ms == 4000


def test_an_age_is_counted_on_as_far_as_a_message_can_carry_it(hall: Hall) -> None:
    hall.set_call("k1", replace(CALL, age_ms=MAX_COUNT, state_age_ms=MAX_COUNT), 100.0)
    call = hall.row("k1", 103.5).call
    assert call is not None and (call.age_ms, call.state_age_ms) == (MAX_COUNT, MAX_COUNT)


def test_a_desk_that_says_nothing_for_long_is_gone_whatever_the_broker_remembers(hall: Hall) -> None:
    there = Presence(online=True, ledger=True)
    hall.set_desk("d1", there, 100.0)
    hall.set_desk("d2", there, 100.0)
    hall.set_desk("d2", there, 110.0)
    assert hall.miss_desks(100.0 + STALE_S - 0.1) == []
    assert hall.miss_desks(100.0 + STALE_S) == ["d1"]
    assert (hall.desks["d1"].online, hall.desks["d2"].online) == (False, True)
    assert hall.miss_desks(100.0 + STALE_S) == [], "it is said once"


def test_after_our_own_absence_desks_have_time_to_speak_again(hall: Hall) -> None:
    hall.set_desk("d1", Presence(online=True), 100.0)
    hall.hear_desks_anew(500.0)
    assert hall.miss_desks(501.0) == []
