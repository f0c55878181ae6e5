"""The routes of the page of complaints."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct
from msgspec.structs import replace

from kiosk import clock, messages
from kiosk.desk import frame, routes
from kiosk.desk.access import DESK, Refusal, allow, answer, refused
from kiosk.desk.case_leads import Lead
from kiosk.desk.case_lists import CaseCounts, NoCaseError, Show, numbers_in
from kiosk.desk.case_rules import Act, Case, ChangedError, Entry, NotNowError, What, Who, Words
from kiosk.desk.person import Person
from kiosk.desk.roles import Right, may
from kiosk.desk.routes import Route, shell
from kiosk.desk.service import DeskService
from kiosk.dialogue.masking import masked
from kiosk.messages import MAX_ID, BadMessage, Id, Name, Text

LEADS_MS = 7 * 86_400_000  # how far back calls are looked through
HIDDEN = "（没有看客户原话的权限）"


class OpenCase(Struct, frozen=True):
    """A complaint by telephone or at the counter."""

    summary: Words
    contact: Name = ""


class OpenCaseFor(Struct, frozen=True):
    """A call that is to be a case."""

    kiosk: Id
    call: Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
    summary: Text = ""


class ListOf(Struct, frozen=True):
    """Which complaints are asked for; ``number``: only those of a number that a customer names."""

    show: Show = Show.OPEN
    number: str = ""


class CaseList(Struct, frozen=True):
    """Complaints, how many there are of each kind, and what people call the terminals."""

    cases: list[Case]
    counts: CaseCounts
    now_ms: int
    kiosks: dict[str, str]


class LeadList(Struct, frozen=True):
    """Calls that went badly, and are no case yet."""

    leads: list[Lead]
    kiosks: dict[str, str]


class CaseFile(Struct, frozen=True):
    """One complaint with everything that belongs to it; ``same``: others of the same call."""

    case: Case
    entries: list[Entry]
    same: list[Case]
    colleagues: list[Who]
    kiosks: dict[str, str]
    now_ms: int


def add_routes(app: web.Application) -> None:
    """Add them to the desk's application."""
    one, leads = r"/api/cases/{id:\d{1,9}}", "/api/cases/leads"
    of_cases = partial(Route, right=Right.CASES, also=(400, 404, 409))
    routes.add(
        app,
        shell("/cases", frame.page("cases", "投诉", styles=("cases",)), "The page of complaints"),
        of_cases(
            "GET",
            "/api/cases",
            _list,
            "Complaints, those that are due first at the top",
            query=ListOf,
            response=CaseList,
        ),
        of_cases(
            "POST",
            "/api/cases",
            _open,
            "A complaint by telephone or at the counter",
            request=OpenCase,
            response=CaseFile,
        ),
        of_cases("GET", leads, _leads, "Calls that went badly, and are no case yet", response=LeadList),
        of_cases("POST", leads, _open_for, "Such a call becomes a case", request=OpenCaseFor, response=CaseFile),
        of_cases("GET", one, _one, "One complaint", response=CaseFile),
        of_cases(
            "POST", one, _act, "Take, pass on, note, answer, close, open again", request=Act, response=CaseFile
        ),
    )


async def _worker(request: web.Request) -> tuple[DeskService, Person]:
    """Who asks. Raises 409 at a desk that does not keep the hall's record."""
    person = await allow(request)
    desk = request.app[DESK]
    if not desk.settings.ledger:
        other = desk.roster.ledger_desk()
        where = f"呼叫台“{other}”" if other else "保存记录的那个呼叫台"
        raise refused(web.HTTPConflict, f"投诉都记在{where}上，请打开那里的网页处理")
    return desk, person


async def _list(request: web.Request) -> web.Response:
    desk, person = await _worker(request)
    try:
        show = Show(request.query.get("show", Show.OPEN))
    except ValueError:
        return answer(Refusal("没有这种列表"), 400)
    record, hall, now_ms = desk.ledger.cases, desk.settings.hall, clock.wall_ms()
    digits = numbers_in(request.query.get("number", ""))[: messages.MAX_NAME]
    found = await desk.in_database(record.listed, hall, show, person.id, now_ms, digits)
    counts = await desk.in_database(record.counts, hall, person.id, now_ms)
    cases = [_for(person, case) for case in found]
    return answer(CaseList(cases, counts, now_ms, _titles(desk)))


async def _leads(request: web.Request) -> web.Response:
    """Calls that went badly, and are no case yet."""
    desk, _ = await _worker(request)
    since_ms = clock.wall_ms() - LEADS_MS
    found = await desk.in_database(desk.ledger.cases.leads, desk.settings.hall, since_ms)
    return answer(LeadList(found, _titles(desk)))


async def _open(request: web.Request) -> web.Response:
    desk, person = await _worker(request)
    try:
        asked = messages.decode(await request.read(), OpenCase)
    except BadMessage as error:
        return answer(Refusal("请写下客户投诉什么（最多 500 字）；联系方式最多 60 字"), 400, str(error))
    # As at a terminal: no card's number is kept. How to reach the customer has a field of its own.
    summary = masked(asked.summary.strip())
    by, now_ms = _who(person), clock.wall_ms()
    record = desk.ledger.cases
    case = await desk.in_database(record.open, desk.settings.hall, by, summary, asked.contact.strip(), now_ms)
    desk.front.case_watch.look()
    return await _told(desk, person, case.id)


async def _open_for(request: web.Request) -> web.Response:
    desk, person = await _worker(request)
    try:
        asked = messages.decode(await request.read(), OpenCaseFor)
    except BadMessage as error:
        return answer(Refusal("没有说是哪次呼叫"), 400, str(error))
    about = (_who(person), asked.kiosk, asked.call, masked(asked.summary.strip()))
    try:
        case = await desk.in_database(desk.ledger.cases.open_for, desk.settings.hall, *about, clock.wall_ms())
    except NoCaseError as error:
        return answer(Refusal(str(error)), 404)
    desk.front.case_watch.look()
    return await _told(desk, person, case.id)


async def _one(request: web.Request) -> web.Response:
    desk, person = await _worker(request)
    return await _told(desk, person, int(request.match_info["id"]))


async def _act(request: web.Request) -> web.Response:
    desk, person = await _worker(request)
    number = int(request.match_info["id"])
    try:
        act: Act = messages.decode(await request.read(), Act)  # type: ignore[arg-type]
    except BadMessage as error:
        return answer(Refusal("请写几个字（最多 500 字）"), 400, str(error))
    about = (desk.settings.hall, number, act, _who(person), clock.wall_ms())
    try:
        await desk.in_database(desk.ledger.cases.act, *about)
    except NoCaseError as error:
        return answer(Refusal(str(error)), 404)
    except (NotNowError, ChangedError) as error:
        return answer(Refusal(str(error)), 409)
    desk.front.case_watch.look()
    return await _told(desk, person, number)


async def _told(desk: DeskService, person: Person, id: int) -> web.Response:
    """One case with everything that belongs to it."""
    record = desk.ledger.cases
    try:
        case, entries, same = await desk.in_database(record.one, desk.settings.hall, id)
    except NoCaseError as error:
        return answer(Refusal(str(error)), 404)
    told = CaseFile(
        case=_for(person, case),
        entries=[_entry_for(person, entry) for entry in entries],
        same=[_for(person, other) for other in same],
        colleagues=await desk.in_database(record.colleagues),
        kiosks=_titles(desk),
        now_ms=clock.wall_ms(),
    )
    return answer(told)


def _for(person: Person, case: Case) -> Case:
    return case if may(person.role, Right.WORDS) else replace(case, summary=HIDDEN)


def _entry_for(person: Person, entry: Entry) -> Entry:
    said = entry.what in (What.COMPLAINED, What.OPENED)
    return entry if not said or may(person.role, Right.WORDS) else replace(entry, text=HIDDEN)


def _who(person: Person) -> Who:
    return Who(person.id, person.name)


def _titles(desk: DeskService) -> dict[str, str]:
    """What people call the terminals."""
    now = clock.now()
    health = {kiosk: desk.hall.row(kiosk, now).health for kiosk in desk.hall.kiosks}
    return {kiosk: said.title for kiosk, said in health.items() if said is not None and said.title}
