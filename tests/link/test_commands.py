import pytest

from kiosk import messages
from kiosk.config import Escalation
from kiosk.link.call import Switchboard
from kiosk.link.commands import PIN_TRIES, Commands
from kiosk.link.live import describe
from kiosk.messages import (
    Accept,
    Agent,
    Call,
    Cause,
    CustomerEnd,
    Hello,
    Media,
    Mode,
    Rate,
    Resolved,
    Staff,
    StaffAction,
    State,
    Summon,
    Urgency,
)


class Client:
    """What a command may change of the client that sent it."""

    name, video = "", False


class Terminal:
    def __init__(self, pin: str = "2468") -> None:
        self.board = Switchboard(Escalation())
        self.commands = Commands(self.board, pin)
        self.client = Client()

    def __call__(self, command: messages.Command) -> tuple[list[str], list[str], str]:
        facts, causes, why = self.commands.obey(self.client, command)  # type: ignore[arg-type]
        return [fact.kind for fact in facts], causes, why

    @property
    def state(self) -> State | None:
        return self.board.call.state if self.board.call else None


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


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


def test_without_a_pin_staff_actions_are_off() -> None:
    terminal = Terminal(pin="")
    terminal(Summon("t1", Cause.TOUCH))
    assert "staff.pin" in terminal(Staff("s1", "", StaffAction.END))[2]
    assert terminal.state is State.CALLING
