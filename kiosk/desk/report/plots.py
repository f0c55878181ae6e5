"""The report's plots as SVG: no script, nothing from elsewhere; in whatever Chinese font the reader has. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pygal
from pygal.style import Style

from kiosk.desk.report.figures import By, Group, days
from kiosk.desk.report.summary import Summary
from kiosk.desk.report.words import Names, group_name

_SVG = "{http://www.w3.org/2000/svg}"
_FOR_HOVERING = (ElementTree.Comment, *(tag for name in ("script", "desc") for tag in (name, _SVG + name)))
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, sans-serif"
BLUE, OCHRE, RED, GREY = "#0a4668", "#b87503", "#a80d1d", "#8a9aa3"
MOST = 15  # kiosks or agents in one plot: those with the most calls; the tables have all
MARGIN = 12
MANY_DAYS = 12  # more do not stand beside each other

ElementTree.register_namespace("", "http://www.w3.org/2000/svg")


def waits_by_hour(summary: Summary, _names: Names) -> str:
    """How long customers waited for an answer, by the hour of the day."""
    groups = summary.by[By.HOUR]
    chart = _chart(pygal.Line, "等了多久（秒），按钟点", (BLUE, OCHRE, RED), dots_size=4, include_x_axis=True)
    chart.x_labels = [str(int(group.key)) for group in groups]
    chart.add("一半的人不超过", [_s(group.figures.wait.p50) for group in groups])
    chart.add("95% 的人不超过", [_s(group.figures.wait.p95) for group in groups])
    chart.add(
        f"承诺 {summary.answer_s:g} 秒",
        [summary.answer_s] * len(groups),
        show_dots=False,
        stroke_style={"width": 2, "dasharray": "6, 4"},
    )
    return _svg(chart)


def promise_by_day(summary: Summary, _names: Names) -> str:
    """How often the promised answer came in time, by day; days without calls have no bar."""
    groups = {group.key: group.figures.answer for group in summary.by[By.DAY]}
    keys = days(summary.asked.period.first, summary.asked.period.last)
    if len(keys) > 62:  # of a long time, the days that there were
        keys = list(groups)
    chart = _chart(
        pygal.Bar,
        f"{summary.answer_s:g} 秒内有人接（%），按天",
        (BLUE,),
        range=(0, 100),
        x_label_rotation=45 if len(keys) > MANY_DAYS else 0,
        show_legend=False,
        show_minor_x_labels=False,
    )
    chart.x_labels = [_day(key) for key in keys]
    chart.x_labels_major = [_day(key) for key in keys[:: -(-len(keys) // 31)]]
    shares = [groups[key].share if key in groups else None for key in keys]
    chart.add("", [None if share is None else round(share * 100, 1) for share in shares])
    return _svg(chart)


def calls_by_kiosk(summary: Summary, names: Names) -> str:
    """How many calls each kiosk made, and what became of the promise."""
    return _counts(summary, names, By.KIOSK, "呼叫次数，按终端")


def calls_by_agent(summary: Summary, names: Names) -> str:
    """How many calls each agent answered, and whether in time."""
    return _counts(summary, names, By.AGENT, "接了几个呼叫，按坐席")


#: By the name that they are served under.
PLOTS: dict[str, tuple[By, Callable[[Summary, Names], str]]] = {
    "waits": (By.HOUR, waits_by_hour),
    "promise": (By.DAY, promise_by_day),
    "kiosks": (By.KIOSK, calls_by_kiosk),
    "agents": (By.AGENT, calls_by_agent),
}


def _counts(summary: Summary, names: Names, by: By, title: str) -> str:
    groups = [group for group in summary.by[by] if group.key]
    groups = sorted(groups, key=lambda group: -group.figures.calls)[:MOST][::-1]
    names_of = [_short(group_name(by, group, names)) for group in groups]
    chart = _chart(
        pygal.HorizontalStackedBar,
        title,
        (BLUE, RED, GREY),
        height=max(260, 110 + 30 * len(groups)),
        # pygal measures every character as a Latin one; a Chinese one is nearly twice as wide.
        margin_left=MARGIN + 6 * max((_wide(name) for name in names_of), default=0),
    )
    chart.x_labels = names_of
    chart.add("按时接听", [group.figures.answer.kept for group in groups])
    chart.add("超时", [group.figures.answer.broken for group in groups])
    chart.add("其他", [_rest(group) for group in groups])
    return _svg(chart)


def _rest(group: Group) -> int:
    return group.figures.calls - group.figures.answer.kept - group.figures.answer.broken


def _chart(kind: Any, title: str, colours: Sequence[str], **more: Any) -> Any:
    style = Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#13222c",
        foreground_strong="#13222c",
        foreground_subtle="#cfd8dd",
        guide_stroke_color="#dfe6ea",
        guide_stroke_dasharray="none",
        major_guide_stroke_color="#cfd8dd",
        major_guide_stroke_dasharray="none",
        opacity="1",
        colors=tuple(colours),
        font_family=FONT,
        label_font_size=14,
        major_label_font_size=14,
        legend_font_size=14,
        title_font_size=18,
        no_data_font_size=18,
    )
    settings: dict[str, Any] = dict(
        title=title,
        style=style,
        width=720,
        height=360,
        js=(),
        legend_at_bottom=True,
        legend_box_size=14,
        no_data_text="这段时间没有",
        margin=MARGIN,
        show_y_guides=True,
        stroke_style={"width": 3},
        integer_values=True,
    )
    return kind(**(settings | more))


def _svg(chart: Any) -> str:
    """The plot without what is only for pygal's script: the script's settings, and boxes for hovering."""
    root: ElementTree.Element = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _FOR_HOVERING or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
    return ElementTree.tostring(root, encoding="unicode")


def _s(ms: int | None) -> float | None:
    return None if ms is None else round(ms / 1000, 1)


def _day(key: str) -> str:
    day = date.fromisoformat(key)
    return f"{day.month}-{day.day}"


def _wide(text: str) -> int:
    return sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def _short(name: str) -> str:
    return name if len(name) <= 12 else f"{name[:11]}…"
