"""What ``kiosk doctor`` can print, read from its source: for the tests of the documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import named_faults
from named_faults import ROOT

SOURCE = ROOT / "kiosk" / "ops" / "doctor"
ANY = "…"
#: Modules that only one kind of machine has lines from.
OF_TERMINAL, OF_DESK = {"sound"}, {"hall", "page", "record"}


class Printed:
    """The lines of one kind of machine."""

    def __init__(self, *, desk: bool) -> None:
        self._lines: dict[tuple[str, str], set[str]] = {}
        for path in sorted(SOURCE.glob("*.py")):
            if path.stem not in (OF_TERMINAL if desk else OF_DESK):
                for what, state, how in _in_module(ast.parse(path.read_text(encoding="utf-8"))):
                    self._lines.setdefault((what, state), set()).add(how)
        self._faults = named_faults.of_desk() if desk else _of_terminal()

    def has(self, state: str, what: str, how: str) -> bool:
        """Whether there is a line with this in it; ``…`` stands for what is filled in."""
        if state == "BAD" and how in self._faults.get(what, ()):
            return True
        if (state, how) == ("ok", "well") and what in self._faults:
            return True
        told = self._lines.get((what, state.lower()), set())
        return bool(told) if how == ANY else any(how in one for one in told)


def _of_terminal() -> dict[str, set[str]]:
    faults = named_faults.of_terminal()
    gone = faults.pop("other programs")
    for part in ("screen", "voice", "microphone", "speaker", "model", "camera"):
        faults[part] = faults.get(part, set()) | gone
    faults["test call"] = faults.pop("self-test")  # its line is called so
    return faults


def _in_module(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    """(what, state, how) of each ``Line(...)``; ``how`` with ``…`` for what is filled in."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named: dict[str, set[str]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, set()).update(_texts(node.value, {}))
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Line":
                yield from _lines(node, named)


def _lines(call: ast.Call, named: dict[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    states = {node.attr.lower() for node in ast.walk(call.args[1]) if isinstance(node, ast.Attribute)}
    for what in _texts(call.args[0], named):
        for state in states & {"ok", "warn", "bad", "skip"} or {"ok", "warn", "bad"}:
            for how in _texts(call.args[2], named):
                yield what, state, how


def _texts(node: ast.expr, named: dict[str, set[str]]) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=values):
            return {"".join(v.value if isinstance(v, ast.Constant) else ANY for v in values)}
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, named) | _texts(other, named)
        case ast.Name(id=name) if name in named:
            return named[name]
    return {ANY}
