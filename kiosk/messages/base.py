"""How messages are written and checked, and the limits of what is in them."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

MAX_ID, MAX_TEXT, MAX_NAME = 96, 500, 60
Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Level = Annotated[int, Meta(ge=1, le=3)]
MAX_SKILL, MAX_SKILLS = 16, 8
Skills = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=MAX_SKILL)], ...], Meta(max_length=MAX_SKILLS)
]
MAX_COUNT = 2**53 - 1  # JavaScript counts so far exactly, and every database can hold it
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Number = Annotated[int, Meta(ge=1, le=MAX_COUNT)]


class Ping(Struct, frozen=True, tag_field="do", tag="ping"):
    """Over a local socket: a sign of life is wanted; with ``state``, everything that a client may show as well."""

    request: Id
    state: bool = False


class BadMessage(ValueError):
    """Bytes that are not the message they should be; the text says where."""


T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def know(*kinds: Any) -> None:
    """Have msgspec look at these types now, while there is one thread.

    It does so when a type is first used, and is not careful: two threads that use it first at once crash
    the process (0.22). So whatever threads may read is made known where it is defined.
    """
    for kind in kinds:
        msgspec.json.Decoder(kind)


def encode(message: Any) -> bytes:
    """One message as JSON, without a line end."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[T]) -> T:
    """The message of the given kind, checked; raises :class:`BadMessage` and nothing else."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        message: T = decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        name = getattr(kind, "__name__", str(kind))
        raise BadMessage(f"not a {name}: {error}") from error
    return message
