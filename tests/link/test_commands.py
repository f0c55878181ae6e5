from pathlib import Path

import pytest

from kiosk import messages
from kiosk.button import NoButton
from kiosk.config import Escalation
from kiosk.link.alarm import AlarmSound
from kiosk.link.call import Switchboard
from kiosk.link.commands import PIN_TRIES, Commands
from kiosk.link.live import describe
from kiosk.link.parts import Parts
from kiosk.link.reports import Reports
from kiosk.link.signals import Signals
from kiosk.messages import (
    Accept,
    Agent,
    Call,
    Cause,
    Complain,
    CustomerEnd,
    Did,
    Hello,
    Media,
    Missed,
    Mode,
    Part,
    Rate,
    Report,
    Resolved,
    Staff,
    StaffAction,
    State,
    Summon,
    Trial,
    TryButton,
    Urgency,
)


class Client:
    """What a command may change of the client that sent it."""

    name, video = "", False


class Terminal:
    def __init__(self, directory: Path, pin: str = "2468") -> None:
        self.board = Switchboard(Escalation())
        self.signals = Signals(NoButton(), AlarmSound(directory / "alarm.wav", ("true",)), loud=False)
        self.parts = Parts(lambda *_: None)
        self.reports = Reports(self.parts)
        self.restarts: list[Client] = []
        self.commands = Commands(
            self.board,
            pin,
            self.signals,
            self.reports,
            restart=self.restarts.append,  # type: ignore[arg-type]
            test=lambda: None,
        )
        self.client = Client()
        self.facts: list[messages.Fact] = []
        self.case = ""

    def __call__(self, command: messages.Command) -> tuple[list[str], list[str], str]:
        done = self.commands.obey(self.client, command)  # type: ignore[arg-type]
        self.facts, self.case = list(done.facts), done.case
        return [fact.kind for fact in done.facts], list(done.causes), done.why

    def left(self, client: Client, present: list[Client]) -> list[str]:
        return [fact.kind for fact in self.commands.left(client, present)]  # type: ignore[arg-type]

    @property
    def state(self) -> State | None:
        return self.board.call.state if self.board.call else None


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def calling(terminal: Terminal) -> Terminal:
    terminal(Summon("t1", Cause.TOUCH))
    return terminal


def test_hello_names_the_client(terminal: Terminal) -> None:
    assert terminal(Hello("screen", video=True)) == ([], [], "")
    assert (terminal.client.name, terminal.client.video) == ("screen", True)


def test_summon_calls_and_the_same_request_is_one_call(terminal: Terminal) -> None:
    assert terminal(Summon("t1", Cause.VOICE, Urgency.URGENT, ("被骗了",))) == (["opened"], ["req-t1"], "")
    assert terminal(Summon("t1", Cause.VOICE, Urgency.URGENT, ("被骗了",))) == ([], ["req-t1"], "")
    call = terminal.board.call
    assert call is not None
    assert (call.id, call.cause, call.urgency, call.said) == ("req-t1", Cause.VOICE, Urgency.URGENT, ("被骗了",))


def test_the_longest_request_still_makes_a_call_that_a_desk_can_read(terminal: Terminal) -> None:
    ids = set()
    for last in "ab":
        terminal(Summon("x" * 95 + last, Cause.TOUCH))
        assert terminal.board.call is not None
        said = messages.encode(describe(terminal.board.call, 0.0))
        ids.add(messages.decode(said, Call).id)
        terminal.board.staff_end(0.0)
    assert len(ids) == 2


def test_the_customer_ends_only_when_asked_twice(calling: Terminal) -> None:
    facts, _, why = calling(CustomerEnd("e1", "req-t1", confirmed=False))
    assert facts == []
    assert "not confirmed" in why
    assert calling.state is State.CALLING
    assert calling(CustomerEnd("e2", "req-t0", confirmed=True)) == ([], [], "no such call")
    assert calling(CustomerEnd("e3", "req-t1", confirmed=True)) == (["ended"], [], "")


def test_done_or_not_done(calling: Terminal) -> None:
    assert calling(Resolved("r1", "req-t1", yes=False))[2] == "that call has not just ended"
    assert calling(Resolved("r1", "req-t1", yes=True))[2] == "that call has not just ended"
    calling(CustomerEnd("e1", "req-t1", confirmed=True))
    assert calling(Resolved("r1", "req-t1", yes=False)) == (["opened"], ["req-r1"], "")
    assert calling(Resolved("r1", "req-t1", yes=False)) == ([], ["req-r1"], "")
    calling(CustomerEnd("e2", "req-r1", confirmed=True))
    assert calling(Resolved("r2", "req-r1", yes=True)) == (["satisfied"], [], "")
    assert calling.state is None


def test_rating_blocks_nothing(terminal: Terminal) -> None:
    assert terminal(Rate("r1", "req-t0", 5)) == (["rated"], [], "")
    assert terminal(Summon("t1", Cause.TOUCH))[0] == ["opened"]


def test_media(calling: Terminal) -> None:
    assert calling(Media("m1", "req-t1", running=True))[2] == "no such video call"
    calling.board.reply(Accept("req-t1", 0, Agent("li", "李娜", "d1"), Mode.VIDEO), 0.0)
    assert calling(Media("m1", "req-t1", running=True)) == (["connected"], [], "")
    assert calling(Media("m2", "req-t1", running=True)) == ([], [], "")


def test_the_picture_ends_with_the_last_client_that_can_carry_it(calling: Terminal) -> None:
    calling(Hello("screen", video=True))
    calling.board.reply(Accept("req-t1", 0, Agent("li", "李娜", "d1"), Mode.VIDEO), 0.0)
    calling(Media("m1", "req-t1", running=True))
    voice, other = Client(), Client()
    other.video = True
    assert calling.left(voice, present=[calling.client]) == []
    assert calling.left(calling.client, present=[voice, other]) == []
    assert calling.left(other, present=[voice]) == ["media-lost"]


def test_practice_ends_with_who_asked_for_it(terminal: Terminal) -> None:
    terminal(TryButton("t1", on=True))
    assert terminal.signals.trial.state is Trial.ARMED
    assert terminal.left(Client(), present=[terminal.client]) == []
    assert terminal.signals.trial.state is Trial.ARMED
    terminal.left(terminal.client, present=[])
    assert terminal.signals.trial.state is Trial.OFF


def test_staff_with_the_pin(calling: Terminal) -> None:
    assert calling(Staff("s1", "2468", StaffAction.SILENCE)) == (["silenced"], [], "")
    assert calling.state is State.CALLING
    assert calling(Staff("s2", "2468", StaffAction.END)) == (["ended"], [], "")
    assert calling(Staff("s3", "2468", StaffAction.END)) == ([], [], "there is no call")


def test_a_wrong_pin_ends_nothing_and_is_on_record(calling: Terminal) -> None:
    for pin in ("", "1234", "24680", "二四六八"):
        assert calling(Staff("s1", pin, StaffAction.END)) == (["wrong-pin"], [], "wrong PIN")
    assert calling.state is State.CALLING


def test_after_five_wrong_pins_the_right_one_has_to_wait_too(calling: Terminal) -> None:
    for _ in range(PIN_TRIES):
        assert calling(Staff("s1", "0000", StaffAction.END))[2] == "wrong PIN"
    for pin in ("0000", "2468"):
        facts, _, why = calling(Staff("s1", pin, StaffAction.END))
        assert facts == []
        assert "too many wrong PINs; wait" in why
    assert calling.state is State.CALLING


def test_the_right_pin_in_between_begins_the_count_anew(calling: Terminal) -> None:
    for _ in range(3):
        for _ in range(PIN_TRIES - 1):
            calling(Staff("s1", "0000", StaffAction.SILENCE))
        assert calling(Staff("s1", "2468", StaffAction.SILENCE))[2] == ""


def test_without_a_pin_staff_actions_are_off(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, pin="")
    terminal(Summon("t1", Cause.TOUCH))
    for action in StaffAction:
        assert "staff.pin" in terminal(Staff("s1", "", action))[2]
    assert terminal.state is State.CALLING
    assert not terminal.restarts


def test_staff_may_ask_whether_the_pin_is_right_and_guessing_is_counted(terminal: Terminal) -> None:
    assert terminal(Staff("s1", "2468", StaffAction.CHECK)) == ([], [], "")
    for _ in range(PIN_TRIES):
        assert terminal(Staff("s2", "0000", StaffAction.CHECK)) == (["wrong-pin"], [], "wrong PIN")
    assert "too many wrong PINs" in terminal(Staff("s3", "2468", StaffAction.CHECK))[2]


def test_the_lamp_is_not_tested_while_it_is_the_customers(terminal: Terminal) -> None:
    assert terminal(Staff("s1", "2468", StaffAction.LAMP_TEST))[2] == ""
    assert terminal.signals.lamp_test.running
    terminal.signals.lamp_test.stop()
    terminal(Summon("t1", Cause.TOUCH))
    assert "there is a call" in terminal(Staff("s2", "2468", StaffAction.LAMP_TEST))[2]
    assert not terminal.signals.lamp_test.running
    terminal(Staff("s3", "2468", StaffAction.END))  # it lingers, but nobody is waiting any more
    assert terminal(Staff("s4", "2468", StaffAction.LAMP_TEST))[2] == ""


def test_staff_restart_the_link_also_during_a_call(calling: Terminal) -> None:
    assert calling(Staff("s1", "0000", StaffAction.RESTART))[2] == "wrong PIN"
    assert not calling.restarts
    assert calling(Staff("s2", "2468", StaffAction.RESTART)) == (["restarted"], [], "")
    assert calling.restarts == [calling.client]
    assert calling.state is State.CALLING


def test_practice_is_for_a_terminal_without_any_call(terminal: Terminal) -> None:
    trial = terminal.signals.trial
    assert terminal(TryButton("b1", on=True)) == ([], [], "")
    assert trial.state is Trial.ARMED
    assert terminal(TryButton("b2", on=False)) == ([], [], "")
    assert trial.state is Trial.OFF
    assert terminal(TryButton("b3", on=False))[2] == ""
    terminal(Summon("t1", Cause.TOUCH))
    for ended in (False, True):
        if ended:
            terminal(CustomerEnd("e1", "req-t1", confirmed=True))
        assert "there is a call" in terminal(TryButton("b4", on=True))[2]
        assert trial.state is Trial.OFF


def test_a_beginning_that_was_read_late_is_over_with_the_end_that_follows_it(terminal: Terminal) -> None:
    """The customer has left the practice before the link had read that it began."""
    trial = terminal.signals.trial
    terminal(TryButton("b1", on=False))
    terminal(TryButton("b2", on=True))
    terminal(TryButton("b3", on=False))
    assert trial.state is Trial.OFF
    terminal(TryButton("b4", on=True))
    assert terminal.left(Client(), present=[terminal.client]) == []
    assert trial.state is Trial.ARMED
    terminal.left(terminal.client, present=[Client()])
    assert trial.state is Trial.OFF


def test_a_complaint_has_the_number_of_its_call(calling: Terminal) -> None:
    assert calling.board.call is not None
    case = calling.board.call.case
    assert calling(Complain("c1", "等了半小时", "req-t1")) == (["complained"], ["complaint-c1"], "")
    fact = calling.facts[0]
    assert (fact.call, fact.case, fact.text) == ("req-t1", case, "等了半小时")
    assert calling.case == case
    assert calling.board.call.id == "req-t1" and calling.state is State.CALLING


def test_the_same_complaint_twice_is_one_with_one_number(terminal: Terminal) -> None:
    assert terminal(Complain("c1", "窗口关得太早"))[0] == ["complained"]
    number = terminal.case
    assert len(number) == 6 and number.isdigit() and terminal.facts[0].case == number
    assert terminal(Complain("c1", "窗口关得太早")) == ([], [], "")
    assert terminal.case == number
    terminal(Complain("c2", "窗口关得太早"))
    assert terminal.case != number


def test_a_complaint_never_takes_a_call_away(terminal: Terminal) -> None:
    """Also where a screen gives both the same request."""
    terminal(Complain("1", "太慢"))
    assert terminal(Summon("1", Cause.TOUCH))[0] == ["opened"]


def test_a_report_needs_a_name_to_belong_to(terminal: Terminal) -> None:
    report = Report("p1", {"window": Part(ok=True)})
    assert "say hello" in terminal(report)[2]
    assert terminal.parts.report(0.0) == {}
    terminal(Hello("screen"))
    assert terminal(report) == ([], [], "")
    assert terminal.parts.report(0.0) == {"window": Part(ok=True)}


def test_what_could_not_be_answered_is_one_event_however_often_it_is_said(terminal: Terminal) -> None:
    missed = Missed("m1", "公积金咋提", "bank", Did.ASKED_AGAIN, ("cash",))
    assert terminal(missed) == (["missed"], ["missed-m1"], "")
    (fact,) = terminal.facts
    assert (fact.text, fact.pack, fact.did, fact.refused) == ("公积金咋提", "bank", Did.ASKED_AGAIN, ("cash",))
    assert terminal(missed) == ([], [], "")
    assert terminal.board.call is None
