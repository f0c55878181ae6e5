import pytest

from kiosk.desk.passwords import hashed, is_right, one_time
from kiosk.desk.person import MIN_PASSWORD


def test_a_password_and_what_is_none() -> None:
    kept = hashed("hall-xinhua-1").hash
    assert "xinhua" not in kept
    assert is_right("hall-xinhua-1", kept)
    assert not is_right("hall-xinhua-2", kept)
    assert not is_right("", kept)


@pytest.mark.parametrize("kept", [None, "", "hall-xinhua-1", "$argon2id$v=19$broken"])
def test_nobody_has_a_password_and_a_broken_hash_is_one_of_nobody(kept: str | None) -> None:
    assert not is_right("hall-xinhua-1", kept)


def test_a_one_time_password_is_typed_in_groups_and_long_enough() -> None:
    drawn = {one_time() for _ in range(50)}
    assert len(drawn) == 50
    for password in drawn:
        assert [len(group) for group in password.split("-")] == [4, 4, 4]
        assert len(password) >= MIN_PASSWORD
        assert not set(password) & set("01ilo")
