"""The routes of /unanswered: what people asked and the terminals could not answer, and teaching it to them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, TypeVar

from aiohttp import web
from msgspec import Meta, Struct

from kiosk import clock, messages
from kiosk.content.teaching import patch
from kiosk.desk import frame, routes
from kiosk.desk.access import DESK, allow, answer, refused
from kiosk.desk.misses import MissRecord, Settled, Standing
from kiosk.desk.person import Person
from kiosk.desk.roles import Right
from kiosk.desk.routes import Route, shell
from kiosk.desk.unanswered import Content, Group, Verdict, groups, open_content, review
from kiosk.desk.web_account import Done
from kiosk.dialogue.pack import PackError
from kiosk.messages import BadMessage

#: One at a time, so that no two sentences are accepted that do not go together.
_TEACHING = web.AppKey("teaching", asyncio.Lock)

_PACK, _TOML = "{pack:[a-z0-9][a-z0-9_-]{0,31}}", "application/toml"
Sentences = Annotated[tuple[Annotated[str, Meta(max_length=500)], ...], Meta(min_length=1, max_length=60)]


class OfPack(Struct, frozen=True):
    """Which content; empty: the first that anything was missed of."""

    pack: str = ""


class Chosen(Struct, frozen=True):
    """Sentences of one pack, as they were heard."""

    pack: Annotated[str, Meta(max_length=32)]
    texts: Sentences


class Lesson(Chosen, frozen=True):
    """They belong to this service."""

    service: Annotated[str, Meta(max_length=32)]


class Offered(Struct, frozen=True):
    """A service that sentences can be taught to."""

    id: str
    title: str
    urgent: bool


class Unanswered(Struct, frozen=True):
    """The sentences of one pack that nobody has looked at, in groups, and what was settled last.

    ``ledger``: this desk keeps the record, without which it knows of none. ``missing``: why it cannot teach.
    ``trained``: the scores are likelihoods of the hall's classifier, and not likeness to samples. ``kiosks``:
    their titles. ``more``: groups that are not shown.
    """

    ledger: bool
    packs: list[str]
    pack: str
    missing: str = ""
    trained: bool = False
    services: list[Offered] = []
    kiosks: dict[str, str] = {}
    groups: list[Group] = []
    more: int = 0
    settled: list[Settled] = []


class Taught(Struct, frozen=True):
    """Which sentences were taught, which were not, and what to mind about those that were."""

    taught: list[str]
    refused: list[Verdict]
    warned: list[Verdict]


C = TypeVar("C", bound=Chosen)


def add_routes(app: web.Application) -> None:
    """Add them to the desk's application."""
    app[_TEACHING] = asyncio.Lock()
    at = "/api/unanswered"
    of_content = partial(Route, right=Right.CONTENT, also=(400, 404))
    routes.add(
        app,
        shell(
            "/unanswered",
            frame.page("unanswered", "没答上的话", styles=("unanswered",)),
            "The page of what could not be answered",
        ),
        of_content(
            "GET",
            at,
            _show,
            "Sentences that could not be answered, in groups",
            query=OfPack,
            response=Unanswered,
        ),
        of_content(
            "GET",
            f"{at}/{_PACK}/patch",
            _patch,
            "What was taught, for the terminals",
            response=str,
            media=_TOML,
        ),
        of_content("POST", f"{at}/teach", _teach, "Make samples of sentences", request=Lesson, response=Taught),
        of_content(
            "POST", f"{at}/ignore", _ignore, "Put sentences away as chatter", request=Chosen, response=Done
        ),
        of_content("POST", f"{at}/undo", _undo, "Take either back", request=Chosen, response=Done),
    )


async def _who(request: web.Request) -> tuple[Person, MissRecord]:
    """Who asks, and for what: the sentences are customers' words. Raises 403 for who may not see these."""
    person = await allow(request, Right.WORDS)
    desk = request.app[DESK]
    return person, MissRecord(desk.people.engine, desk.settings.hall)


async def _show(request: web.Request) -> web.Response:
    _, record = await _who(request)
    desk = request.app[DESK]
    packs = await desk.in_database(record.packs)
    pack = request.query.get("pack") or (packs[0] if packs else "")
    if not pack:
        return answer(Unanswered(desk.settings.ledger, packs, pack))
    content, missing = await _content(pack)
    rows = await desk.in_database(record.open, pack)
    shown, more = await asyncio.to_thread(groups, rows, content.nearest if content else None)
    now = clock.now()
    healths = {kiosk: desk.hall.row(kiosk, now).health for kiosk in desk.hall.kiosks}
    services = content.own.service if content else ()
    return answer(
        Unanswered(
            ledger=desk.settings.ledger,
            packs=packs,
            pack=pack,
            missing=missing,
            trained=content is not None and content.trained,
            services=[Offered(service.id, service.title, service.urgent) for service in services],
            kiosks={kiosk: health.title for kiosk, health in healths.items() if health and health.title},
            groups=shown,
            more=more,
            settled=await desk.in_database(record.settled, pack),
        )
    )


async def _teach(request: web.Request) -> web.Response:
    person, record = await _who(request)
    lesson, desk = await _read(request, Lesson), request.app[DESK]
    content, missing = await _content(lesson.pack)
    if content is None or content.own.find(lesson.service) is None:
        raise refused(web.HTTPNotFound, missing or "没有这一项，请刷新页面")
    async with request.app[_TEACHING]:
        before = await desk.in_database(record.taught, lesson.pack)
        good, wrong, warned = await asyncio.to_thread(review, content.own, before, lesson.texts, lesson.service)
        if good:
            await desk.in_database(
                record.settle, lesson.pack, good, Standing.TAUGHT, lesson.service, person.id, clock.wall_ms()
            )
    return answer(Taught(good, wrong, warned))


async def _ignore(request: web.Request) -> web.Response:
    person, record = await _who(request)
    chosen = await _read(request, Chosen)
    await request.app[DESK].in_database(
        record.settle, chosen.pack, chosen.texts, Standing.IGNORED, "", person.id, clock.wall_ms()
    )
    return answer(Done())


async def _undo(request: web.Request) -> web.Response:
    person, record = await _who(request)
    chosen = await _read(request, Chosen)
    await request.app[DESK].in_database(record.reopen, chosen.pack, chosen.texts, person.id)
    return answer(Done())


async def _patch(request: web.Request) -> web.Response:
    _, record = await _who(request)
    pack = request.match_info["pack"]
    text = patch(pack, await request.app[DESK].in_database(record.taught, pack))
    name = f'attachment; filename="{pack}.taught.toml"'
    return web.Response(text=text, content_type=_TOML, headers={"Content-Disposition": name})


async def _content(pack: str) -> tuple[Content | None, str]:
    """The pack, or why it is not there, for people."""
    try:
        return await asyncio.to_thread(open_content, pack), ""
    except PackError as error:
        return None, f"呼叫台上用不了“{pack}”这份内容，不能教：{error}"


async def _read(request: web.Request, kind: type[C]) -> C:
    try:
        return messages.decode(await request.read(), kind)
    except BadMessage as error:
        raise refused(web.HTTPBadRequest, "没看懂要做什么，请刷新页面") from error
