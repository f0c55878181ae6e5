from kiosk.button import Fault, Held, Pressed, Recovered, Released
from kiosk.button.contact import Contact


def kinds(events: list[object]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_press_and_its_release() -> None:
    contact = Contact()
    assert contact.down("a", at=10.0, now=10.5) == [Pressed("a", 0.5)]
    assert contact.tick(11.0) == []
    assert contact.up(12.0) == [Released("a", 2.0)]
    assert contact.up(13.0) == []


def test_the_same_press_again_is_not_a_second_one() -> None:
    contact = Contact()
    contact.down("a", 0.0, 0.0)
    assert contact.down("a", 1.0, 1.0) == []
    assert contact.tick(3.0) == [Held("a", 3.0)]  # and it still began when it began


def test_held_is_said_once_at_each_threshold() -> None:
    contact = Contact((10.0, 3.0))
    contact.down("a", 0.0, 0.0)
    assert contact.tick(2.99) == []
    assert contact.tick(3.0) == [Held("a", 3.0)]
    assert contact.tick(9.9) == []
    assert contact.tick(20.0) == [Held("a", 10.0)]
    assert contact.tick(21.0) == []


def test_a_release_that_comes_late_still_tells_how_long_it_was_held() -> None:
    contact = Contact()
    contact.down("a", 0.0, 0.0)
    assert contact.up(4.0) == [Held("a", 3.0), Released("a", 4.0)]


def test_a_stuck_button_is_one_press_and_one_fault() -> None:
    contact = Contact()
    contact.down("a", 0.0, 0.0)
    said = [event for second in range(1, 600) for event in contact.tick(float(second))]
    assert kinds(said) == ["Held", "Held", "Fault"]
    assert isinstance(said[2], Fault)
    assert said[2].kind == "stuck"
    assert contact.up(600.0) == [Released("a", 600.0), Recovered("stuck")]
    assert contact.down("b", 601.0, 601.0) == [Pressed("b", 0.0)]


def test_stuck_is_not_said_before_its_time() -> None:
    contact = Contact(())
    contact.down("a", 0.0, 0.0)
    assert contact.tick(59.9) == []
    assert kinds(contact.tick(60.0)) == ["Fault"]


def test_another_press_ends_the_one_whose_release_was_lost() -> None:
    contact = Contact()
    contact.down("a", 0.0, 0.0)
    assert contact.down("b", 1.0, 1.2) == [Released("a", 1.0), Pressed("b", 1.2 - 1.0)]


def test_a_press_from_before_is_only_watched_for_being_stuck() -> None:
    contact = Contact()
    assert contact.down(None, 0.0, 0.0) == []
    assert contact.tick(30.0) == []
    assert kinds(contact.tick(61.0)) == ["Fault"]
    assert contact.down(None, 62.0, 62.0) == []
    assert contact.up(70.0) == [Recovered("stuck")]
