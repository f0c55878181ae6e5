"""Old hands on the panel: what counts, and what does not. Times in seconds, lengths in millimetres."""

from __future__ import annotations

from hypothesis import given, strategies as st

from kiosk.screen.touches import KEY_QUIET_S, NEW_SCENE_S, PALM_S, QUIET_S, REST_S, TouchFilter

FAR = 100.0  # from the other finger


class Hand:
    """Touches a panel; what was carried out is in :attr:`done`, how often it only says that it is there in
    :attr:`there`."""

    def __init__(self) -> None:
        self.filter = TouchFilter()
        self.now = 1000.0
        self.done: list[str] = []
        self.there = 0

    def wait(self, seconds: float) -> None:
        """Let time pass as the loop sees it."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.02)
            self._look()

    def down(self, action: str, finger: int = 0, x: float = 0.0, y: float = 0.0, width: float = 8.0) -> bool:
        counts = self.filter.down(self.now, finger, x, y, width, action)
        self._look()
        return counts

    def up(self, finger: int = 0) -> None:
        self.filter.up(self.now, finger)
        self._look()

    def tap(self, action: str, finger: int = 0, x: float = 0.0, held: float = 0.12) -> None:
        self.down(action, finger, x)
        self.wait(held)
        self.up(finger)

    def _look(self) -> None:
        if action := self.filter.due(self.now):
            self.done.append(action)
        elif self.filter.somebody():
            self.there += 1


def test_a_touch_acts_when_the_finger_comes_down() -> None:
    hand = Hand()
    assert hand.down("card")  # shown as pressed at once
    hand.wait(PALM_S + 0.01)
    assert hand.done == ["card"]
    hand.wait(0.5)
    hand.up()
    hand.wait(1)
    assert hand.done == ["card"]


def test_a_quick_tap_acts_too() -> None:
    hand = Hand()
    hand.tap("card", held=0.02)
    hand.wait(1)
    assert hand.done == ["card"]


def test_human_acts_in_the_same_instant() -> None:
    hand = Hand()
    hand.down("human")
    assert hand.done == ["human"]


def test_a_double_tap_does_one_thing() -> None:
    hand = Hand()
    hand.tap("card")
    hand.wait(0.1)
    hand.tap("other", x=FAR)
    hand.wait(1)
    assert hand.done == ["card"]


def test_after_half_a_second_of_quiet_the_next_touch_counts() -> None:
    hand = Hand()
    hand.tap("card")
    hand.wait(QUIET_S)
    hand.tap("card")
    hand.wait(1)
    assert hand.done == ["card", "card"]


def test_a_shaking_hand_does_one_thing_however_long_it_shakes() -> None:
    hand = Hand()
    for _ in range(30):
        hand.tap("card", held=0.05)
        hand.wait(0.1)
    assert hand.done == ["card"]


def test_a_shaking_hand_calls_once() -> None:
    hand = Hand()
    for _ in range(10):
        hand.tap("human", held=0.05)
        hand.wait(0.1)
    assert hand.done == ["human"]
    hand.wait(QUIET_S)
    hand.tap("human")
    assert hand.done == ["human", "human"]  # a second press is meant


def test_a_new_scene_is_not_touched_by_the_last_finger() -> None:
    hand = Hand()
    hand.filter.scene_changed(hand.now)
    hand.wait(NEW_SCENE_S - 0.05)
    assert not hand.down("card")
    hand.up()
    hand.wait(QUIET_S)
    assert hand.down("card")


def test_human_counts_on_a_new_scene() -> None:
    hand = Hand()
    hand.filter.scene_changed(hand.now)
    assert hand.down("human")
    assert hand.done == ["human"]


def test_a_touch_of_the_scene_before_is_not_carried_out() -> None:
    hand = Hand()
    hand.down("card")
    hand.filter.scene_changed(hand.now)
    hand.wait(1)
    assert hand.done == []


def test_a_wide_contact_is_a_palm() -> None:
    hand = Hand()
    assert not hand.down("card", width=35)
    hand.wait(2)
    assert hand.done == []


def test_a_contact_that_grows_wide_was_a_palm() -> None:
    hand = Hand()
    hand.down("card", width=10)
    hand.filter.move(0, 0, 0, 40)
    hand.wait(1)
    assert hand.done == []


def test_three_contacts_at_once_are_a_palm() -> None:
    hand = Hand()
    hand.down("card")
    hand.wait(0.02)
    hand.down("other", finger=1, x=25)
    hand.wait(0.02)
    hand.down("", finger=2, x=50)
    hand.wait(2)
    assert hand.done == []


def test_two_contacts_at_once_do_one_thing() -> None:
    hand = Hand()
    hand.down("card")
    hand.down("other", finger=1, x=FAR)
    hand.wait(2)
    assert hand.done == ["card"]


def test_a_palm_on_human_calls() -> None:
    hand = Hand()
    hand.down("card", finger=1, x=FAR, width=40)
    hand.down("", finger=2, x=FAR, width=40)
    assert hand.down("human", width=60)
    assert hand.done == ["human"]


def test_a_resting_hand_does_nothing_more_and_blocks_nothing_elsewhere() -> None:
    hand = Hand()
    hand.down("", width=40)
    hand.wait(2)
    hand.tap("near", finger=1, x=30)  # 10 mm from its edge
    hand.wait(1)
    assert hand.done == []
    hand.tap("far", finger=2, x=FAR)
    hand.wait(1)
    assert hand.done == ["far"]
    hand.wait(1)
    hand.up()
    hand.tap("near", finger=1, x=30)
    hand.wait(1)
    assert hand.done == ["far", "near"]


def test_a_finger_left_on_a_button_does_not_block_the_next_one() -> None:
    hand = Hand()
    hand.down("card")
    hand.wait(REST_S + QUIET_S)
    hand.tap("other", finger=1, x=FAR)
    hand.wait(1)
    assert hand.done == ["card", "other"]


def test_a_hand_resting_on_human_does_not_keep_others_from_calling() -> None:
    hand = Hand()
    hand.down("human")
    hand.wait(REST_S + QUIET_S)
    hand.tap("human", finger=1)
    assert hand.done == ["human", "human"]


def test_a_contact_that_is_never_let_go_does_not_kill_its_place() -> None:
    hand = Hand()
    hand.down("", finger=7, width=40)
    hand.wait(31)
    hand.tap("card")
    hand.wait(1)
    assert hand.done == ["card"]


def test_different_keys_may_follow_each_other_fast() -> None:
    hand = Hand()
    for key in "4711":
        hand.tap(f"key-{key}", held=0.06)
        hand.wait(0.08)
    assert hand.done == ["key-4", "key-7", "key-1"]  # the second 1 came too soon
    hand.wait(KEY_QUIET_S)
    hand.tap("key-1")
    assert hand.done == ["key-4", "key-7", "key-1", "key-1"]


def test_other_buttons_wait_after_a_key() -> None:
    hand = Hand()
    hand.tap("key-4")
    hand.wait(0.1)
    hand.tap("home", x=FAR)
    hand.wait(1)
    assert hand.done == ["key-4"]


# --- what does nothing says at least that somebody is there ------------------------------------------------


def test_who_touches_nothing_is_there() -> None:
    hand = Hand()
    hand.tap("")
    assert (hand.done, hand.there) == ([], 1)
    hand.wait(5)
    hand.tap("")
    assert (hand.done, hand.there) == ([], 2)


def test_a_touch_that_acts_says_it_by_itself_and_first() -> None:
    """Were it told before the act, what is shown might change and take the act away."""
    hand = Hand()
    hand.down("card")
    assert (hand.done, hand.there) == ([], 0)
    hand.wait(PALM_S + 0.01)
    assert (hand.done, hand.there) == (["card"], 0)
    hand.wait(1)
    hand.up()
    hand.wait(1)
    hand.down("human")
    hand.wait(1)
    assert (hand.done, hand.there) == (["card", "human"], 0)


def test_a_palm_is_somebody_and_acts_nothing() -> None:
    hand = Hand()
    hand.down("card", width=40)
    assert hand.there == 1
    hand = Hand()
    hand.down("card", width=10)
    hand.filter.move(0, 0, 0, 40)
    hand.wait(1)
    assert (hand.done, hand.there) == ([], 1)


def test_a_touch_near_a_resting_hand_or_too_soon_is_somebody() -> None:
    hand = Hand()
    hand.down("", width=40)
    hand.wait(2)
    hand.tap("near", finger=1, x=30)
    assert (hand.done, hand.there) == ([], 2)
    hand = Hand()
    hand.filter.scene_changed(hand.now)
    hand.tap("card")
    assert (hand.done, hand.there) == ([], 1)


def test_a_touch_that_the_scene_took_away_is_somebody() -> None:
    hand = Hand()
    hand.down("card")
    hand.filter.scene_changed(hand.now)
    hand.wait(1)
    assert (hand.done, hand.there) == ([], 1)


TREMOR = st.lists(
    st.tuples(st.sampled_from(["card", "other", ""]), st.floats(0.0, 0.4), st.floats(0.01, 0.3)),
    min_size=1,
    max_size=20,
)


@given(TREMOR)
def test_no_tremor_does_two_things(shakes: list[tuple[str, float, float]]) -> None:
    """Contacts with less than half a second between them are one touch."""
    hand = Hand()
    for action, pause, held in shakes:
        hand.tap(action, held=held)
        hand.wait(pause)
    hand.wait(1)
    assert len(hand.done) <= 1


ANYTHING = st.lists(
    st.tuples(
        st.sampled_from(["card", "key-1", "", "scene"]),
        st.integers(0, 5),
        st.floats(-FAR, FAR),
        st.floats(0, 60),
        st.booleans(),
        st.floats(0, 0.5),
    ),
    max_size=25,
)


@given(ANYTHING)
def test_human_can_always_be_called(before: list[tuple[str, int, float, float, bool, float]]) -> None:
    """Whatever lies, shakes or rests on the panel."""
    hand = Hand()
    for action, finger, x, width, lifted, pause in before:
        if action == "scene":
            hand.filter.scene_changed(hand.now)
            continue
        hand.down(action, finger, x, width=width)
        if lifted:
            hand.up(finger)
        hand.wait(pause)
    hand.done.clear()
    assert hand.down("human", finger=99, x=5)
    assert hand.done == ["human"]
