"""With which version a lost connection is tried again, and after how long."""

from __future__ import annotations

from kiosk.attempts import ANSWER_S, FIRST_ANSWER_S, STEADY_S, WAITS_S, Attempts


def versions(attempts: Attempts, count: int) -> list[int]:
    """What so many attempts speak of which none is answered."""
    spoken = []
    for _ in range(count):
        spoken.append(5 if attempts.mqtt5 else 3)
        attempts.unanswered()
        attempts.wait_s(0)
    return spoken


def test_a_broker_that_never_answers_is_tried_with_both_versions_in_turn() -> None:
    attempts = Attempts()
    assert attempts.answer_s == FIRST_ANSWER_S
    assert versions(attempts, 4) == [5, 3, 5, 3]


def test_one_that_has_accepted_5_and_hangs_now_is_not_taken_for_an_older_one() -> None:
    attempts = Attempts()
    attempts.accepted(0)
    attempts.wait_s(100)
    assert attempts.answer_s == ANSWER_S
    assert versions(attempts, 9) == [5, 5, 5, 5, 3, 5, 5, 5, 3]


def test_after_a_connection_with_the_older_version_it_is_5_again_where_5_is_known() -> None:
    attempts = Attempts()
    attempts.accepted(0)
    attempts.wait_s(100)
    versions(attempts, 4)
    assert not attempts.mqtt5
    attempts.accepted(200)
    attempts.wait_s(300)
    assert attempts.mqtt5


def test_a_broker_that_knows_only_the_older_version_is_spoken_to_in_it_again() -> None:
    attempts = Attempts()
    attempts.unknown_version()
    attempts.accepted(0)
    attempts.wait_s(100)
    assert not attempts.mqtt5


def test_an_older_broker_in_the_place_of_a_newer_one_is_believed() -> None:
    attempts = Attempts()
    attempts.accepted(0)
    attempts.wait_s(100)
    attempts.unknown_version()
    attempts.wait_s(100)
    assert not attempts.mqtt5
    attempts.accepted(101)
    attempts.wait_s(200)
    assert not attempts.mqtt5


def test_waits_grow_and_begin_anew_after_a_sound_connection() -> None:
    attempts = Attempts()
    waits = [attempts.wait_s(0) for _ in range(8)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == WAITS_S
    attempts.accepted(0)
    assert attempts.wait_s(STEADY_S) == WAITS_S[0]


def test_two_clients_of_one_name_do_not_chase_each_other_in_haste() -> None:
    attempts = Attempts()
    for now in range(20):
        attempts.accepted(now)
        wait = attempts.wait_s(now + 0.1)
    assert wait == WAITS_S[1]
