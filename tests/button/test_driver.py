import pytest

from kiosk.button import DRIVERS, ButtonError, Lamp, Pressed, UnknownDriver, WrongOrder, open_button


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_driver_can_be_opened_shown_and_closed(driver: str) -> None:
    with open_button(driver, "/nowhere/at/all") as button:
        button.show(Lamp.READY)
        button.acknowledge("btn-1a2b3c4d-1")
        assert button.counters["listener_errors"] == 0


def test_an_unknown_driver_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(UnknownDriver, match=r"'pigeon'.*board, lines, gpio, none") as caught:
        open_button("pigeon", "")
    assert isinstance(caught.value, ButtonError) and isinstance(caught.value, ValueError)


def test_no_button_never_says_anything() -> None:
    heard: list[object] = []
    with open_button("none", "") as button:
        button.start(heard.append)
        button.show(Lamp.CALLING)
    assert heard == []


def test_a_button_is_started_once() -> None:
    button = open_button("none", "")
    button.start(print)
    with pytest.raises(WrongOrder):
        button.start(print)
    button.close()
    closed = open_button("none", "")
    closed.close()
    with pytest.raises(WrongOrder):
        closed.start(print)


def test_events_are_compared_by_value_and_cannot_be_changed() -> None:
    assert Pressed("a", 0.5) == Pressed("a", 0.5)
    with pytest.raises(AttributeError):
        Pressed("a", 0.5).cause = "b"  # type: ignore[misc]
