"""Inputs for ``kiosk bench fuzz``: messages that are valid by their own types, spoilt ones, and noise. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from msgspec import inspect

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**53, 2**64, -(2**70), 1e308, "", "k1", "\0", "\ud800", "龘" * 40, "x" * 600,
    [], {}, [[[[]]]], {"do": "accept"}, {"type": "state"},
)  # fmt: skip
ODD_BYTES = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"{",
    b"}",
    b'"',
    b"\\u",
    b"[" * 5000,
    b"9" * 400,
    b"$",
    b"*",
    b"\r\n",
    b"null",
)


class Inputs:
    """Everything follows from ``chance``. ``hint`` gives a value for a field by its name, or None: any."""

    def __init__(self, chance: random.Random, hint: Callable[[str], Any] = lambda _field: None) -> None:
        self._chance = chance
        self._hint = hint
        self._known: dict[Any, Any] = {}

    def valid(self, kind: Any) -> bytes:
        """A message of this kind that its decoder takes."""
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = inspect.type_info(kind)
        return json.dumps(self._value(known, ""), ensure_ascii=False).encode()

    def any(self, kind: Any) -> bytes:
        """A message of this kind, spoilt or not, or no message at all."""
        luck = self._chance.random()
        if luck < 0.4:
            return self.valid(kind)
        if luck < 0.65:
            return self._spoilt_tree(self.valid(kind))
        if luck < 0.95:
            return self.spoilt(self.valid(kind))
        return self.noise()

    def noise(self) -> bytes:
        """Bytes that mean nothing."""
        if self._chance.random() < 0.3:
            return self._chance.choice(ODD_BYTES)
        return self._chance.randbytes(self._chance.randrange(200))

    def spoilt(self, data: bytes) -> bytes:
        """These bytes with one to four things done to them."""
        chance, spoilt = self._chance, bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(spoilt) + 1)
            match chance.randrange(6):
                case 0 if at < len(spoilt):
                    spoilt[at] = chance.randrange(256)
                case 1 if at < len(spoilt):
                    spoilt[at] ^= 1 << chance.randrange(8)
                case 2:
                    del spoilt[at : at + chance.randint(1, 8)]
                case 3:
                    spoilt[at:at] = chance.choice(ODD_BYTES[:7])
                case 4:
                    spoilt[at:at] = spoilt[: chance.randint(1, 40)]
                case _:
                    del spoilt[at:]
        return bytes(spoilt)

    def _spoilt_tree(self, data: bytes) -> bytes:
        """Well-formed, with one value that may not be there."""
        tree = json.loads(data)
        place = tree
        while isinstance(place, dict | list) and place:
            key: Any = self._chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or self._chance.random() < 0.4:
                if self._chance.random() < 0.2:
                    del place[key]
                else:
                    place[key] = self._chance.choice(ODD_VALUES)
                break
            place = inner
        return json.dumps(tree).encode()

    def _value(self, kind: Any, field: str) -> Any:
        if field and (hinted := self._hint(field)) is not None:
            return hinted
        chance = self._chance
        match kind:
            case inspect.UnionType(types=types):
                return self._value(chance.choice(types), field)
            case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
                made = {tag_field: tag} if tag_field else {}
                for one in fields:
                    if one.required or chance.random() < 0.4:
                        made[one.encode_name] = self._value(one.type, one.name)
                return made
            case inspect.EnumType(cls=cls):
                return chance.choice(list(cls)).value
            case inspect.BoolType():
                return chance.random() < 0.5
            case inspect.IntType(ge=least, le=most):
                low, high = least if least is not None else -(2**60), most if most is not None else 2**60
                return chance.choice(
                    (low, high, chance.randint(low, high), min(high, max(low, chance.randrange(9))))
                )
            case inspect.FloatType(ge=least, le=most):
                return chance.uniform(least if least is not None else -1e9, most if most is not None else 1e9)
            case inspect.StrType(min_length=least, max_length=most):
                return self._text(least or 0, min(most or 30, chance.choice((3, 30, 600))))
            case (
                inspect.VarTupleType(item_type=item, max_length=most)
                | inspect.ListType(item_type=item, max_length=most)
            ):
                length = chance.choice((0, 1, 1, 2, 5))
                return [self._value(item, field) for _ in range(length if most is None else min(length, most))]
            case inspect.DictType(key_type=key, value_type=value):
                return {self._value(key, ""): self._value(value, "") for _ in range(chance.randrange(4))}
            case inspect.NoneType():
                return None
        raise TypeError(f"no inputs for {kind}")

    def _text(self, least: int, most: int) -> str:
        length = self._chance.randint(least, max(least, most))
        return "".join(self._chance.choices('abk1-人工 \n"\\\x00é😀', k=length))
