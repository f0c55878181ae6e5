"""The report and the timeline of a call, for those with the right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from kiosk import clock
from kiosk.desk import frame, routes
from kiosk.desk.access import DESK, allow, answer, refused
from kiosk.desk.person import Person
from kiosk.desk.report import html, plots, reading, timeline
from kiosk.desk.report.job import Job, job_of, terms_of
from kiosk.desk.report.period import PeriodError, period
from kiosk.desk.report.reports import ReportError, Reports
from kiosk.desk.report.summary import Asked
from kiosk.desk.report.timeline import Moment
from kiosk.desk.roles import Right, may
from kiosk.desk.routes import HTML, Route, shell
from kiosk.desk.service import DeskService
from kiosk.messages import MAX_ID

_REPORTS = web.AppKey("reports", Reports)
OfQuery = Annotated[str, Meta(max_length=MAX_ID)]
#: A picture brings its own look and nothing else, whoever opens it by itself.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class ReportQuery(Struct, frozen=True):
    """Which calls; nothing: all of the last seven days."""

    first: str = msgspec.field(name="from", default="")  # "2026-11-01"
    last: str = msgspec.field(name="to", default="")
    hall: OfQuery = ""
    kiosk: OfQuery = ""
    agent: OfQuery = ""


class InHall(Struct, frozen=True):
    """The hall of a call, where the database has several; nothing: the desk's own."""

    hall: OfQuery = ""


class CallStory(Struct, frozen=True):
    """One call from the press to the end. ``earlier``, ``later``: calls before and after it, by 没办好."""

    title: str  # of the terminal, if the desk knows it
    day: str
    head: list[tuple[str, str]]
    moments: list[Moment]
    earlier: list[str]
    later: list[str]


def add_routes(app: web.Application) -> None:
    """The pages, and what they ask for."""
    app[_REPORTS] = Reports()
    app.cleanup_ctx.append(_closing)
    routes.add(
        app,
        Route(
            "GET",
            "/report",
            _report,
            "The page of the report, with its figures",
            Right.REPORT,
            query=ReportQuery,
            response=str,
            media=HTML,
        ),
        Route(
            "GET",
            "/report/plot/{name}.svg",
            _plot,
            "One of the report's plots",
            Right.REPORT,
            query=ReportQuery,
            response=str,
            media="image/svg+xml",
            also=(400, 404, 503),
        ),
        shell(
            "/call/{kiosk}/{call}",
            frame.page("call", "一个呼叫的经过", styles=("report",)),
            "The page of one call",
        ),
        Route(
            "GET",
            "/api/timeline/{kiosk}/{call}",
            _timeline,
            "One call in sentences; what somebody said only for who may read words",
            (Right.WORDS, Right.REPORT),
            query=InHall,
            response=CallStory,
            also=(404,),
        ),
    )


async def _closing(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[_REPORTS].close()


async def _report(request: web.Request) -> web.Response:
    """The page comes with its figures, so that it is the same as the file that is sent by mail."""
    person = await allow(request)
    desk = request.app[DESK]
    error, summary = "", None
    query = {name: request.query.get(name, "") for name in ("from", "to", "hall", "kiosk", "agent")}
    try:
        job = _job(desk, request, person)
        query |= {"from": str(job.asked.period.first), "to": str(job.asked.period.last)}
        summary = await request.app[_REPORTS].get(job)
    except (PeriodError, msgspec.ValidationError):
        error = "日期不对：请写成 2026-11-01 这样，开始不能晚于结束，最多三年"
    except ReportError:
        error = "报表没有算出来，请稍后再试；一直不行，请找技术员"
    title = desk.settings.title or desk.settings.hall
    main = html.page(
        summary,
        title=title,
        made=_now(desk),
        asked=query,
        choices=await _choices(desk),
        names=_names(desk),
    )
    text = frame.framed(main, title=f"报表 {title}", script="report", styles=("report",), told=error)
    return web.Response(text=text, content_type=HTML)


async def _plot(request: web.Request) -> web.Response:
    person = await allow(request)
    desk = request.app[DESK]
    _, plot = plots.PLOTS.get(request.match_info["name"], (None, None))
    if plot is None:
        raise refused(web.HTTPNotFound, "没有这张图")
    try:
        summary = await request.app[_REPORTS].get(_job(desk, request, person))
    except (PeriodError, msgspec.ValidationError) as error:
        raise refused(web.HTTPBadRequest, "日期不对") from error
    except ReportError as error:
        raise refused(web.HTTPServiceUnavailable, "报表没有算出来") from error
    return web.Response(
        text=plot(summary, _names(desk)),
        content_type="image/svg+xml",
        headers={"Content-Security-Policy": _PICTURE_POLICY},
    )


async def _timeline(request: web.Request) -> web.Response:
    person = await allow(request)
    desk, info = request.app[DESK], request.match_info
    hall = request.query.get("hall") or desk.settings.hall
    kiosk, call = info["kiosk"], info["call"]
    engine = desk.ledger.engine
    lines = await desk.in_database(reading.call_lines, engine, hall, kiosk, call)
    if not lines:
        raise refused(web.HTTPNotFound, "没有这个呼叫的记录；刚结束的呼叫，请稍后再试")
    settings = desk.settings
    terms = terms_of(settings.hall, settings.hours, settings.promised_s, settings.escalation.arrive_s)
    told = timeline.tell(lines, terms, words=may(person.role, Right.WORDS))
    story = CallStory(
        title=_names(desk).get(kiosk, ""),
        day=told.day,
        head=told.head,
        moments=told.moments,
        earlier=[told.call.follows] if told.call and told.call.follows else [],
        later=await desk.in_database(reading.followers, engine, hall, kiosk, call, lines[0].received_ms),
    )
    return answer(story)


def _job(desk: DeskService, request: web.Request, person: Person) -> Job:
    """What a request asks for. Raises PeriodError, and msgspec.ValidationError."""
    query = msgspec.convert(dict(request.query), ReportQuery)
    days = period(query.first, query.last, _now(desk).date())
    asked = Asked(days, query.hall, query.kiosk, query.agent)
    return job_of(desk.settings, asked, words=may(person.role, Right.WORDS))


def _now(desk: DeskService) -> datetime:
    return datetime.fromtimestamp(clock.wall_ms() / 1000, ZoneInfo(desk.settings.hours.timezone))


def _names(desk: DeskService) -> dict[str, str]:
    """What people call the kiosks that this desk knows."""
    rows = [desk.hall.row(kiosk, clock.now()) for kiosk in desk.hall.kiosks]
    return {row.kiosk: row.health.title for row in rows if row.health and row.health.title}


async def _choices(desk: DeskService) -> dict[str, list[tuple[str, str]]]:
    halls, kiosks = await desk.in_database(reading.choices, desk.ledger.engine)
    people = await desk.in_database(desk.people.all)
    names = _names(desk)
    return {
        "hall": [(hall, hall) for hall in halls],
        "kiosk": [(kiosk, names.get(kiosk, kiosk)) for kiosk in kiosks],
        "agent": [(person.id, person.name) for person in people],
    }
