"""A report as HTML: the desk's page, and one file by itself to send and to print. Pure but for its template."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup

from kiosk.desk.report import words
from kiosk.desk.report.figures import FEW, By
from kiosk.desk.report.plots import PLOTS
from kiosk.desk.report.summary import Asked, Summary

_STYLES = ("desk.css", "pages.css", "report.css")
#: The groups that are shown as tables; several halls are compared only where there are several.
_TABLES = (By.DAY, By.HOUR, By.KIOSK, By.AGENT, By.SERVICE, By.HALL)
_LISTS = (("longest", "等得最久的"), ("broken", "没有守住承诺的"), ("abandoned", "没有人接、顾客自己走了的"))

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("kiosk.desk.report", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_templates.filters |= {"seconds": words.seconds, "percent": words.percent}


def page(
    summary: Summary | None,
    *,
    title: str,
    made: datetime,
    asked: Mapping[str, str],
    choices: Mapping[str, list[tuple[str, str]]],
    names: Mapping[str, str],
) -> str:
    """The ``<main>`` of the page. ``asked``: the query, ``choices``: what to choose from, ``names``: of kiosks."""
    plots = {name: f"/report/plot/{name}.svg?{urlencode(asked)}" for name in PLOTS}
    return _templates.get_template("page.html.j2").render(
        **_content(summary, title, made, names) if summary else _empty(title),
        plots=plots,
        asked=asked,
        choices=choices,
        linked=True,
    )


def document(summary: Summary, *, title: str, made: datetime) -> str:
    """One file that needs nothing else."""
    static = importlib.resources.files("kiosk.desk") / "static"
    styles = "\n".join((static / name).read_text(encoding="utf-8") for name in _STYLES)
    pictures = {name: Markup(plot(summary, {})) for name, (by, plot) in PLOTS.items() if by in summary.by}
    return _templates.get_template("document.html.j2").render(
        **_content(summary, title, made, {}), styles=Markup(styles), pictures=pictures, linked=False
    )


def _content(summary: Summary, title: str, made: datetime, names: Mapping[str, str]) -> dict[str, Any]:
    tables = [(words.GROUPED[by], by, groups) for by in _TABLES if (groups := summary.by.get(by))]
    return {
        "title": title,
        "summary": summary,
        "total": summary.total,
        "period": _period(summary.asked),
        "made": f"{made:%Y-%m-%d %H:%M}",
        "tables": [(name, by, groups) for name, by, groups in tables if by is not By.HALL or len(groups) > 1],
        "lists": [(name, calls) for key, name in _LISTS if (calls := getattr(summary, key))],
        "name_of": lambda by, group: words.group_name(by, group, names),
        "kiosk_name": lambda kiosk: names.get(kiosk, kiosk),
        "outcomes": words.OUTCOMES,
        "few": FEW,
    }


def _empty(title: str) -> dict[str, Any]:
    return {"title": title, "summary": None}


def _period(asked: Asked) -> str:
    period = asked.period
    return str(period.first) if period.first == period.last else f"{period.first} 到 {period.last}"
