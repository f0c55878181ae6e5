"""Practice with the button: when it is not certain that a press is practice, it calls."""

from hypothesis import given, strategies as st

from kiosk.link.trial import ANSWER_S, HUNG_S, LASTS_S, ButtonTrial
from kiosk.messages import Trial

SCREEN, OTHER = object(), object()


def armed(now: float = 100.0) -> ButtonTrial:
    trial = ButtonTrial()
    trial.arm(SCREEN, now)
    return trial


def awake(trial: ButtonTrial, start: float, end: float) -> None:
    """The link is well, and lets time pass up to then."""
    while (start := start + 1.0) < end:
        trial.tick(start)


def test_one_press_is_practice_and_the_next_one_is_real() -> None:
    trial = armed()
    assert trial.press("b-1", 101.0, 101.0)
    assert trial.state is Trial.DONE
    assert not trial.press("b-2", 102.0, 102.0)
    assert trial.state is Trial.DONE


def test_without_a_trial_every_press_is_real() -> None:
    trial = ButtonTrial()
    assert not trial.press("b-1", 101.0, 101.0)
    assert trial.state is Trial.OFF
    assert not trial.is_practice("b-1") and not trial.is_practice("")


def test_a_press_from_before_the_arming_is_real_however_late_it_is_heard_of() -> None:
    trial = armed()
    awake(trial, 100.0, 130.0)
    assert not trial.press("b-1", 99.9, 130.0)
    assert not trial.press("b-2", 100.0, 130.0)
    assert trial.state is Trial.ARMED
    assert trial.press("b-3", 100.1, 130.0)


def test_a_minute_later_it_is_over_also_before_anybody_has_looked() -> None:
    trial = armed()
    assert not trial.press("b-1", 100.0 + LASTS_S, 100.0 + LASTS_S)
    awake(trial, 100.0, 99.9 + LASTS_S)
    trial.tick(99.9 + LASTS_S)
    assert trial.state is Trial.ARMED
    trial.tick(100.0 + LASTS_S)
    assert trial.state is Trial.OFF


def test_a_link_that_has_hung_takes_no_press_for_practice() -> None:
    """Whichever it sees first when it goes on, the press or the time."""
    trial = armed()
    assert not trial.press("b-1", 101.0, 100.1 + HUNG_S)
    trial.tick(100.1 + HUNG_S)
    assert trial.state is Trial.OFF
    trial = armed()
    awake(trial, 100.0, 110.0)
    trial.tick(115.0)
    assert not trial.press("b-1", 115.1, 115.1)


def test_done_too_lasts_a_minute_from_the_press() -> None:
    trial = armed()
    awake(trial, 100.0, 150.0)
    trial.press("b-1", 150.0, 150.0)
    trial.tick(149.9 + LASTS_S)
    assert trial.state is Trial.DONE
    trial.tick(150.0 + LASTS_S)
    assert trial.state is Trial.OFF


def test_the_lamp_answers_for_three_seconds() -> None:
    trial = armed()
    assert not trial.answers(100.5)
    trial.press("b-1", 101.0, 101.0)
    assert [trial.answers(at) for at in (101.0, 100.9 + ANSWER_S, 101.0 + ANSWER_S)] == [True, True, False]
    trial.stop()
    assert not trial.answers(101.5)


def test_it_ends_with_the_client_that_asked_for_it_and_with_no_other() -> None:
    for pressed in (False, True):
        trial = armed()
        if pressed:
            trial.press("b-1", 101.0, 101.0)
        before = trial.state
        trial.left(OTHER)
        assert trial.state is before
        trial.left(SCREEN)
        assert trial.state is Trial.OFF


def test_the_beginning_of_a_client_that_has_gone_is_over_with_it_also_after_anothers_end() -> None:
    trial = ButtonTrial()
    trial.stop()  # the new screen wants none
    trial.arm(SCREEN, 100.0)  # what the one before had said is read only now
    trial.left(SCREEN)
    assert trial.state is Trial.OFF
    assert not trial.press("b-1", 101.0, 101.0)


def test_armed_again_it_counts_from_there() -> None:
    trial = armed()
    trial.press("b-1", 101.0, 101.0)
    trial.arm(OTHER, 110.0)
    assert not trial.press("b-2", 105.0, 111.0)
    trial.left(SCREEN)
    assert trial.press("b-3", 112.0, 112.0)


def test_the_practice_press_is_known_as_such_while_it_may_still_be_held() -> None:
    trial = armed()
    trial.press("b-1", 101.0, 101.0)
    trial.stop()
    assert trial.is_practice("b-1")
    assert not trial.is_practice("b-2")


steps = st.lists(
    st.tuples(
        st.sampled_from(("arm", "arm", "press", "press", "press", "off", "leave", "other leaves", "tick")),
        st.sampled_from((0.0, 0.1, 2.0, 30.0, 61.0)),  # passes before
        st.sampled_from((0.0, 0.0, 1.0, 40.0)),  # the press's age
    ),
    max_size=30,
)


@given(steps)
def test_each_arming_gives_at_most_one_practice_press_and_only_inside_its_minute(
    steps: list[tuple[str, float, float]],
) -> None:
    trial, now = ButtonTrial(), 1000.0
    since: float | None = None  # when the customer was told to try, while that holds
    for number, (what, passes, age) in enumerate(steps):
        awake(trial, now, now + passes)
        now += passes
        match what:
            case "arm":
                trial.arm(SCREEN, now)
                since = now
            case "press":
                practice = since is not None and now - age > since and now - since < LASTS_S
                assert trial.press(f"b-{number}", now - age, now) == practice
                if practice:
                    since = None
            case "off":
                trial.stop()
                since = None
            case "leave":
                trial.left(SCREEN)
                since = None
            case "other leaves":
                trial.left(OTHER)
            case "tick":
                trial.tick(now)
