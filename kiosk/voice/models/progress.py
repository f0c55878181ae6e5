"""How far a long transfer is: a bar where somebody looks at a terminal, a line now and then where not."""

from __future__ import annotations

import time
from typing import TextIO

_WIDTH = 30
_BAR_S, _LINE_S = 0.1, 15.0


class Progress:
    """``total`` is in bytes; :meth:`at` is told how many have come. Used as a context, it ends its line."""

    def __init__(self, what: str, total: int, out: TextIO) -> None:
        self._what = what
        self._total = max(total, 1)
        self._out = out
        self._bar = out.isatty()
        self._next = 0.0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._out.write("\n")

    def at(self, count: int) -> None:
        now = time.monotonic()
        whole = count >= self._total
        if now < self._next and not whole:
            return
        self._next = now + (_BAR_S if self._bar else _LINE_S)
        share = min(count / self._total, 1.0)
        numbers = f"{share:4.0%}  {count / 1e6:.1f} of {self._total / 1e6:.1f} MB"
        if self._bar:
            self._out.write(f"\r{self._what}  [{'#' * round(share * _WIDTH):{_WIDTH}}] {numbers}")
        else:
            self._out.write(f"{self._what}  {numbers}\n")
        self._out.flush()
