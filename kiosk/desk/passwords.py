"""Passwords, which are kept as argon2 hashes, and one-time ones that are made here."""

from __future__ import annotations

import secrets

import argon2
import msgspec

#: Letters of a one-time password: none that is taken for another when it is read aloud or typed.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = argon2.PasswordHasher()


class Hashed(msgspec.Struct, frozen=True):
    """A password's hash, made once for many people of a simulated hall; real people get one each."""

    hash: str


def hashed(password: str) -> Hashed:
    """Slow."""
    return Hashed(_hasher.hash(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether it is the password of the hash that is kept; None: of nobody. Slow."""
    try:
        if kept is None:
            _hasher.hash(password)  # takes as long, so that nobody learns which names there are
            return False
        return _hasher.verify(kept, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def one_time() -> str:
    """About 60 bits, in groups that are easily typed."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
