"""The table of docs/faults.md: one row for each fault, from what a run of ``kiosk bench faults`` has seen. Pure.

A run of some faults only replaces the rows of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kiosk.bench.faults.catalogue import ENTRIES
from kiosk.bench.faults.run import Played

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
HEAD = (
    "| fault | how it is broken | noticed after, s | the customer sees | the doctor says "
    "| the desk shows | well again after, s |",
    "|---|---|---|---|---|---|---|",
)
MOST, MOST_SHOWN = 160, 60  # characters of what the doctor tells, of what a screen shows
_NAME = re.compile(r"^\| `([a-z-]+)` \|")


def written(text: str, played: Iterable[Played], when: str) -> str:
    """The document with these results in its table. ``when``: date and machine. Raises ValueError for none."""
    before, rest = text.split(BEGIN, 1)
    old, after = rest.split(END, 1)
    rows = {match[1]: line for line in old.splitlines() if (match := _NAME.match(line))}
    rows |= {one.name: _row(one) for one in played if not (one.skipped and one.name in rows)}
    lines = [rows[entry.name] for entry in ENTRIES if entry.name in rows]
    return "\n".join([f"{before}{BEGIN}", f"Last written {when}.", "", *HEAD, *lines, f"{END}{after}"])


def _row(one: Played) -> str:
    cells = [f"`{one.name}`", one.how]
    if one.skipped:
        return _line([*cells, f"not played: {one.skipped}", "", "", "", ""])
    observers = (("link", one.link_s), ("page", one.desk_s), ("screen", one.screen_s))
    seen = [f"{who} {took:.1f}" for who, took in observers if took is not None]
    mark = "" if not one.wrong else " **" + "; ".join(one.wrong) + "**"
    customer = "; then: ".join(_cut(told, MOST_SHOWN) for told in (one.screen, one.calling) if told)
    doctor = "; ".join(_cut(line) for line in one.doctor) or "nothing: it is not of the terminal"
    well = "never" if one.mended_s is None else f"{one.mended_s:.0f}"
    lamp = f"{customer}; lamp {one.lamp}" if customer else f"lamp {one.lamp}"
    noticed = f"{', '.join(seen) or 'never'} (limit {one.limit_s:g}){mark}"
    return _line([*cells, noticed, lamp, doctor, one.desk or "nothing", well])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |"


def _cut(text: str, most: int = MOST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
