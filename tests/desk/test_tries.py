from kiosk.desk.tries import MAX_KEYS, PER_ADDRESS, PER_NAME, PER_PAIR, WINDOW_S, Tries

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def test_a_name_waits_where_it_was_guessed_and_nowhere_else() -> None:
    tries = Tries()
    for number in range(PER_PAIR):
        assert tries.wait_s("li", HERE, 10.0 + number) == 0
        tries.failed("li", HERE, 10.0 + number)
    assert tries.wait_s("li", HERE, 20.0) == WINDOW_S - 10.0
    assert tries.wait_s("li", ELSEWHERE, 20.0) == 0
    assert tries.wait_s("wang", HERE, 20.0) == 0
    assert tries.wait_s("li", HERE, 10.0 + WINDOW_S) == 0


def test_the_right_password_begins_the_count_anew_but_not_that_of_the_address() -> None:
    tries = Tries()
    for _ in range(PER_ADDRESS // (PER_PAIR - 1)):
        for _ in range(PER_PAIR - 1):
            assert tries.wait_s("li", HERE, 0.0) == 0
            tries.failed("li", HERE, 0.0)
        tries.succeeded("li", HERE)
    assert tries.wait_s("li", HERE, 1.0) == WINDOW_S - 1.0


def test_one_address_that_tries_many_names_waits_for_all_of_them() -> None:
    tries = Tries()
    for number in range(PER_ADDRESS):
        tries.failed(f"user{number}", HERE, 0.0)
    assert tries.wait_s("li", HERE, 0.0) == WINDOW_S
    assert tries.wait_s("li", ELSEWHERE, 0.0) == 0


def test_all_addresses_of_one_ipv6_network_are_one() -> None:
    tries = Tries()
    for number in range(PER_PAIR):
        tries.failed("li", f"2001:db8:0:1::{number}", 0.0)
    assert tries.wait_s("li", "2001:db8:0:1:ffff::1", 0.0) > 0
    assert tries.wait_s("li", "2001:db8:0:2::1", 0.0) == 0
    for _ in range(PER_PAIR):
        tries.failed("li", "::ffff:192.0.2.1", 0.0)
    assert tries.wait_s("li", HERE, 0.0) > 0
    assert tries.wait_s("li", "fe80::1%eth0", 0.0) == tries.wait_s("li", "", 0.0) == 0


def test_a_name_that_is_guessed_at_from_everywhere_is_slowed_and_never_locked_out() -> None:
    tries = Tries()
    for number in range(PER_NAME):
        tries.failed("li", f"198.51.100.{number}", 0.0)
    assert tries.wait_s("li", "198.51.100.0", 0.0) > 0  # once a minute, instead of five times
    assert tries.wait_s("li", HERE, 0.0) == 0
    tries.failed("li", HERE, 0.0)
    assert 0 < tries.wait_s("li", HERE, 1.0) < WINDOW_S


def test_an_attack_takes_no_more_memory_than_this() -> None:
    tries = Tries()
    for number in range(3 * MAX_KEYS):
        tries.failed(f"user{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert tries.keys <= 3 * MAX_KEYS
    tries.failed("li", HERE, WINDOW_S)
    assert tries.keys == 3  # what counts no more is forgotten
