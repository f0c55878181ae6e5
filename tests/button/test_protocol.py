from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kiosk.button import ButtonEvent, Buzzer, Fault, Held, Lamp, Pressed, Recovered, Released
from kiosk.button.frames import Frame, FrameReader, encode
from kiosk.button.protocol import REMEMBERED, BoardCore, Output

NONCE = "1a2b3c4d"
PORT = "/dev/kiosk-button"


class Bench:
    """A host core and a hand-written board; time is what the test says."""

    def __init__(self) -> None:
        self.core = BoardCore(PORT)
        self.now = 100.0
        self.events: list[ButtonEvent] = []
        self.sent: list[Frame] = []
        self._reader = FrameReader()
        self.note(self.core.opened(self.now))

    def note(self, output: Output) -> None:
        self.events += output[0]
        self.sent += self._reader.feed(output[1])

    def hear(self, *fields: str | int) -> None:
        self.note(self.core.feed(encode(*fields), self.now))

    def go(self, seconds: float, button: int | None = None, pending: int = 0, lamp: str = "OFF") -> None:
        """Time goes by; with ``button`` given the board beats each second."""
        for tenth in range(round(seconds * 10)):
            self.now = round(self.now + 0.1, 1)
            if button is not None and tenth % 10 == 9:
                self.hear("HB", NONCE, 1, button, pending, lamp)
            self.note(self.core.tick(self.now))

    def down(self, number: int, age_ms: int = 20, nonce: str = NONCE) -> None:
        self.hear("BTN", "DOWN", nonce, number, age_ms)

    def take(self) -> list[ButtonEvent]:
        events, self.events = self.events, []
        return events

    def take_sent(self, kind: str) -> list[tuple[str, ...]]:
        sent, self.sent = self.sent, []
        return [frame.fields for frame in sent if frame.kind == kind]


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.hear("HELLO", 1, NONCE, "1.0")
    bench.hear("HB", NONCE, 1, 0, 0, "OFF")
    return bench


def kinds(events: list[ButtonEvent]) -> list[str]:
    return [("-" if isinstance(e, Recovered) else "") + e.kind for e in events if isinstance(e, Fault | Recovered)]


def test_after_opening_it_asks_and_says_what_to_show() -> None:
    core = BoardCore(PORT)
    core.show(Lamp.RUNG, Buzzer.ALARM)
    _, data = core.opened(1.0)
    assert [(f.kind, *f.fields) for f in FrameReader().feed(data)] == [
        ("ASK",),
        ("HOST",),
        ("LAMP", "RUNG"),
        ("BUZ", "ALARM"),
    ]


def test_a_press_is_delivered_once_however_often_it_is_said(bench: Bench) -> None:
    for age in (20, 270, 520):
        bench.down(1, age)
    assert bench.take() == [Pressed("btn-1a2b3c4d-1", pytest.approx(0.02))]
    assert bench.take_sent("ACK") == []
    assert bench.core.counters["presses"] == 1
    assert bench.core.counters["repeats"] == 2


def test_an_acknowledgement_that_was_lost_is_given_again(bench: Bench) -> None:
    bench.down(1)
    bench.note(bench.core.acknowledge("btn-1a2b3c4d-1"))
    assert bench.take_sent("ACK") == [(NONCE, "1")]
    bench.down(1, 270)
    assert bench.take_sent("ACK") == [(NONCE, "1")]
    assert len(bench.take()) == 1


def test_an_acknowledgement_of_something_else_is_ignored(bench: Bench) -> None:
    bench.sent = []
    bench.note(bench.core.acknowledge("touch-77"))
    assert bench.sent == []


def test_an_acknowledgement_brings_the_lamp_back_to_what_the_host_shows(bench: Bench) -> None:
    bench.note(bench.core.show(Lamp.ANSWERED, Buzzer.OFF))
    bench.down(1)
    bench.sent = []
    bench.note(bench.core.acknowledge("btn-1a2b3c4d-1"))
    assert [frame.kind for frame in bench.sent] == ["ACK", "LAMP"]
    assert bench.sent[1].fields == ("ANSWERED",)


def test_presses_latched_before_the_program_began_all_arrive_with_their_age(bench: Bench) -> None:
    for number, age in ((1, 90_000), (2, 60_000), (3, 30_000)):
        bench.down(number, age)
    pressed = [event for event in bench.take() if isinstance(event, Pressed)]
    assert [(event.cause[-1], round(event.age_s)) for event in pressed] == [("1", 90), ("2", 60), ("3", 30)]


def test_a_latched_press_that_is_over_was_never_held(bench: Bench) -> None:
    bench.down(1, 30_000)
    bench.hear("HB", NONCE, 40, 0, 1, "CALLING")
    bench.go(20, button=0, pending=1, lamp="CALLING")
    assert [type(event).__name__ for event in bench.take()] == ["Pressed", "Released"]


def test_a_latched_press_that_is_still_down_is_held_as_soon_as_that_is_known(bench: Bench) -> None:
    bench.down(1, 5_000)
    assert not any(isinstance(event, Held) for event in bench.take())
    bench.hear("HB", NONCE, 40, 1, 1, "CALLING")
    bench.go(0.1)
    assert bench.take() == [Held("btn-1a2b3c4d-1", 3.0)]


def test_a_press_out_of_turn_is_delivered_and_does_not_end_the_one_that_is_down(bench: Bench) -> None:
    bench.down(2)
    bench.down(1, 900)
    bench.go(3.2, button=1, pending=2, lamp="CALLING")
    events = bench.take()
    assert [e.cause[-1] for e in events if isinstance(e, Pressed)] == ["2", "1"]
    assert [e.cause[-1] for e in events if isinstance(e, Held)] == ["2"]
    assert not any(isinstance(e, Released) for e in events)


def test_held_and_released(bench: Bench) -> None:
    bench.down(1, 0)
    bench.go(11, button=1, pending=1, lamp="CALLING")
    bench.hear("BTN", "UP", NONCE, 1, 11_000)
    assert bench.take()[1:] == [
        Held("btn-1a2b3c4d-1", 3.0),
        Held("btn-1a2b3c4d-1", 10.0),
        Released("btn-1a2b3c4d-1", pytest.approx(11.0)),
    ]


def test_the_heartbeat_stands_for_a_release_that_was_lost(bench: Bench) -> None:
    bench.down(1, 0)
    bench.go(1, button=0, pending=1, lamp="CALLING")
    assert isinstance(bench.take()[-1], Released)


def test_nothing_is_held_on_no_evidence(bench: Bench) -> None:
    bench.down(1, 0)
    bench.go(20)  # the line is dead
    assert not any(isinstance(event, Held) for event in bench.take())


def test_stuck_for_a_minute_is_one_fault_and_no_second_press(bench: Bench) -> None:
    bench.down(1, 0)
    bench.note(bench.core.acknowledge("btn-1a2b3c4d-1"))
    bench.go(180, button=1)
    events = bench.take()
    assert kinds(events) == ["stuck"]
    assert sum(isinstance(event, Pressed) for event in events) == 1
    bench.hear("BTN", "UP", NONCE, 1, 180_000)
    assert kinds(bench.take()) == ["-stuck"]


def test_a_button_stuck_since_before_the_program_began_is_noticed(bench: Bench) -> None:
    bench.go(70, button=1)
    events = bench.take()
    assert kinds(events) == ["stuck"]
    assert len(events) == 1


def test_a_reboot_of_the_board_makes_new_presses_of_the_same_numbers(bench: Bench) -> None:
    bench.down(1)
    bench.sent = []
    bench.down(1, 20, nonce="deadbeef")
    assert [e.cause for e in bench.take() if isinstance(e, Pressed)] == ["btn-1a2b3c4d-1", "btn-deadbeef-1"]
    kinds_sent = [frame.kind for frame in bench.sent]
    assert "ASK" in kinds_sent and "LAMP" in kinds_sent  # it has just started and shows nothing
    assert bench.core.counters["reboots"] == 1


def test_it_asks_until_it_was_greeted() -> None:
    bench = Bench()
    bench.hear("HB", NONCE, 1, 0, 0, "OFF")
    bench.sent = []
    bench.go(2, button=0)
    assert len(bench.take_sent("ASK")) == 2
    bench.hear("HELLO", 1, NONCE, "1.0")
    bench.go(2, button=0)
    assert bench.take_sent("ASK") == []


def test_each_second_it_says_that_it_lives_and_what_to_show(bench: Bench) -> None:
    bench.note(bench.core.show(Lamp.READY, Buzzer.ALARM))
    bench.sent = []
    bench.go(5, button=0, lamp="READY")
    sent = bench.sent
    assert [f.kind for f in sent].count("HOST") == 5
    assert [f.fields for f in sent if f.kind == "LAMP"] == [("READY",)] * 5
    assert [f.fields for f in sent if f.kind == "BUZ"] == [("ALARM",)] * 5


def test_a_click_is_said_each_time_it_is_asked_for_and_never_by_itself(bench: Bench) -> None:
    bench.sent = []
    for _ in range(2):
        bench.note(bench.core.show(Lamp.CALLING, Buzzer.CLICK))
    bench.go(3, button=0, lamp="CALLING")
    bench.note(bench.core.opened(bench.now))
    assert [fields for fields in bench.take_sent("BUZ") if fields == ("CLICK",)] == [("CLICK",)] * 2


def test_silence_is_one_fault_and_ends_with_the_next_frame(bench: Bench) -> None:
    bench.go(2.9)
    assert kinds(bench.take()) == []
    bench.go(10)
    (fault,) = bench.take()
    assert isinstance(fault, Fault)
    assert fault.kind == "silent"
    assert PORT in fault.remedy
    bench.hear("HB", NONCE, 1, 0, 0, "OFF")
    assert bench.take() == [Recovered("silent")]


def test_noise_and_our_own_echo_are_silence(bench: Bench) -> None:
    for _ in range(5):
        bench.go(1)
        bench.note(bench.core.feed(b"\xff\x00$HB,rubbish*00\r\n", bench.now))
        bench.hear("HOST")
    assert kinds(bench.take()) == ["silent"]
    assert bench.core.counters["noise"] == 10
    assert bench.core.counters["bad_checksum"] == 5


def test_an_unplugged_port_is_one_fault_until_the_board_speaks_again(bench: Bench) -> None:
    bench.note(bench.core.failed("unplugged", "plug it in"))
    for _ in range(10):
        bench.note(bench.core.failed("port-missing", "there is none"))
    bench.note(bench.core.opened(bench.now))
    assert kinds(bench.take()) == ["unplugged"]
    bench.hear("HB", NONCE, 1, 0, 0, "OFF")
    assert kinds(bench.take()) == ["-unplugged"]
    assert bench.core.counters["reconnects"] == 1


def test_a_port_that_opens_and_breaks_again_does_not_flap(bench: Bench) -> None:
    for _ in range(20):
        bench.note(bench.core.failed("unplugged", "plug it in"))
        bench.note(bench.core.opened(bench.now))
        bench.go(0.5)
    assert kinds(bench.take()) == ["unplugged"]


def test_another_reason_takes_the_place_of_the_first(bench: Bench) -> None:
    bench.note(bench.core.failed("unplugged", "plug it in"))
    bench.note(bench.core.failed("port-busy", "stop the other"))
    bench.note(bench.core.opened(bench.now))
    bench.go(3.1)
    assert kinds(bench.take()) == ["unplugged", "-unplugged", "port-busy", "-port-busy", "silent"]


def test_a_board_of_another_protocol_is_named_and_its_presses_still_count(bench: Bench) -> None:
    bench.hear("HELLO", 2, NONCE, "2.0", "new")
    bench.hear("HELLO", 2, NONCE, "2.0", "new")
    bench.down(1)
    fault, pressed = bench.take()
    assert isinstance(fault, Fault)
    assert fault.kind == "wrong-protocol"
    assert "protocol 2" in fault.remedy and PORT in fault.remedy
    assert isinstance(pressed, Pressed)
    bench.hear("HELLO", 1, "deadbeef", "1.0")
    assert kinds(bench.take()) == ["-wrong-protocol"]


def test_a_board_that_does_not_hear_is_a_fault(bench: Bench) -> None:
    bench.note(bench.core.show(Lamp.READY, Buzzer.OFF))
    bench.go(3, button=0, lamp="FAULT")
    assert kinds(bench.take()) == []
    bench.go(3, button=0, lamp="FAULT")
    assert kinds(bench.take()) == ["deaf"]
    bench.go(1, button=0, lamp="READY")
    assert kinds(bench.take()) == ["-deaf"]


def test_a_board_that_waits_for_our_acknowledgement_is_not_deaf(bench: Bench) -> None:
    bench.note(bench.core.show(Lamp.READY, Buzzer.OFF))
    bench.down(1)
    bench.go(60, button=0, pending=1, lamp="CALLING")
    assert kinds(bench.take()) == []
    bench.note(bench.core.acknowledge("btn-1a2b3c4d-1"))
    bench.go(7, button=0, pending=1, lamp="CALLING")
    assert kinds(bench.take()) == ["deaf"]


def test_what_it_remembers_is_bounded_and_what_is_repeated_is_not_forgotten(bench: Bench) -> None:
    bench.down(1)
    for number in range(2, 3 * REMEMBERED):
        bench.down(number)
        bench.down(1, 250)
    assert len(bench.core._presses) <= REMEMBERED
    assert sum(event.cause == "btn-1a2b3c4d-1" for event in bench.take() if isinstance(event, Pressed)) == 1


frames = st.one_of(
    st.builds(lambda n, x, a: encode("BTN", "DOWN", n, x, a), st.sampled_from([NONCE, "deadbeef"]),
              st.integers(0, 20), st.integers(0, 10**10 - 1)),
    st.builds(lambda x, a: encode("BTN", "UP", NONCE, x, a), st.integers(0, 20), st.integers(0, 10**10 - 1)),
    st.builds(lambda b, p: encode("HB", NONCE, 1, b, p, "READY"), st.integers(0, 1), st.integers(0, 99)),
    st.builds(lambda v: encode("HELLO", v, NONCE, "1.0"), st.integers(0, 10**10 - 1)),
    st.binary(max_size=100),
)  # fmt: skip


@given(st.lists(st.tuples(frames, st.floats(0, 100)), max_size=40))
def test_no_bytes_at_any_time_ever_raise_or_deliver_twice(story: list[tuple[bytes, float]]) -> None:
    core, now = BoardCore(PORT), 0.0
    events = list(core.opened(now)[0])
    for data, seconds in story:
        now += seconds
        for output in (core.feed(data, now), core.tick(now)):
            events += output[0]
            assert len(output[1]) < 1000
    causes = [event.cause for event in events if isinstance(event, Pressed)]
    assert len(causes) == len(set(causes)) == core.counters["presses"]
    standing: set[str] = set()
    for event in events:
        if isinstance(event, Fault):
            assert event.kind not in standing
            standing.add(event.kind)
        if isinstance(event, Recovered):
            standing.remove(event.kind)
    for before, after in pairwise(events):
        if isinstance(after, Held | Released):
            assert after.seconds >= 0
        assert before != after


def test_what_the_board_says_of_its_wires_is_a_fault_with_a_remedy_until_it_is_mended(bench: Bench) -> None:
    bench.take()
    bench.hear("WIRE", NONCE, "OK")
    assert bench.take() == []
    bench.hear("WIRE", NONCE, "NO-OPEN+WELDED")
    bench.hear("WIRE", NONCE, "NO-OPEN+WELDED")
    faults = bench.take()
    assert [event.kind for event in faults if isinstance(event, Fault)] == ["no-open", "welded"]
    assert all(PORT in event.remedy for event in faults if isinstance(event, Fault))
    bench.hear("WIRE", NONCE, "NO-OPEN")
    assert bench.take() == [Recovered("welded")]
    bench.note(bench.core.failed("unplugged", "plug it in"))
    assert kinds(bench.take()) == ["-no-open", "unplugged"]  # nothing is known of wires behind a port that is gone


def test_a_board_that_tells_nothing_of_its_wires_has_no_fault(bench: Bench) -> None:
    bench.take()
    bench.go(10, button=0)
    assert bench.take() == []
