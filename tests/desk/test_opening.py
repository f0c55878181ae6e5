"""That nobody is on duty is an alarm while the hall is open, and at night only for an urgent call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from desks import ServedDesk, serve
from parts import LIMIT_S
from playwright.async_api import expect

from kiosk import clock, config
from kiosk.bench import page as pages
from kiosk.desk import database
from kiosk.desk.access import COOKIE
from kiosk.desk.database import open_database
from kiosk.desk.opening import Opening
from kiosk.desk.people import People
from kiosk.desk.roles import Role
from kiosk.messages import Call, State, Urgency

ZONE = ZoneInfo("Asia/Shanghai")
NOBODY = '[data-alert="nobody"]'

#: What a supervisor's page rings while nobody is on duty: [seconds, what the desk says] in turn.
RUNG = """async steps => {
  const { State } = await import("/static/state.js");
  const { EmptyHall } = await import("/static/empty.js");
  const state = new State();
  const rung = [];
  const sound = { once: () => rung.push(at) };
  const empty = new EmptyHall({ state, sound, attention: { tell() {} } });
  let at = 0;
  for (const [seconds, said] of steps) {
    at = seconds;
    const now = 1000 + seconds * 1000;
    if (said?.type === "snapshot") state.snapshot({ me: { id: "zhao", rights: ["supervise"] }, ...said }, now);
    else if (said) state.change(said, now);
    empty.tick(now, true);
  }
  return rung;
}"""


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[ServedDesk]:
    """Of a hall that is closed today, with an agent and a supervisor."""
    people = People(open_database(f"sqlite:///{tmp_path}/desk.db"))
    with people.engine.begin() as connection:
        for user, role in (("li", Role.AGENT), ("zhao", Role.SUPERVISOR)):
            values = {"id": user, "name": user, "level": 1, "password": "x", "role": role.value}
            connection.execute(sa.insert(database.person).values(**values))
    today = datetime.now(ZONE).date()
    around = tuple(str(today + timedelta(days=day)) for day in (-1, 0, 1))
    async with serve(tmp_path, people, config.Hours(("08:30-17:00",), around)) as served:
        for user in ("li", "zhao"):
            served.sign_in(user)
        yield served


def test_a_hall_is_open_by_its_own_time_and_always_by_a_clock_that_has_lost_it() -> None:
    opening = Opening(config.Hours(("mon-fri 09:00-17:00",)))
    assert [opening.is_open(ms(f"2026-11-26T{at}")) for at in ("08:59", "09:00", "16:59", "17:00")] == [
        *(False, True, True, False),
    ]
    assert opening.is_open(ms("1970-01-01T03:00"))
    assert Opening(config.Hours()).is_open(ms("2026-11-26T03:00"))


async def test_at_night_nobody_is_missed_until_an_urgent_call_waits(desk: ServedDesk) -> None:
    async def nobody() -> bool:
        return (await desk.ask("GET", "/api/hall", "li"))[1]["nobody"]

    desk.says("k1", "call", Call("c1", State.RUNG, 0, 0))
    assert not await nobody()
    desk.says("k2", "call", Call("c2", State.RUNG, 0, 0, urgency=Urgency.URGENT))
    assert await nobody()
    desk.says("k2", "call", Call("c2", State.ENDED, 0, 0, urgency=Urgency.URGENT))
    assert not await nobody()


async def test_the_pages_are_told_when_the_hall_opens_and_closes(desk: ServedDesk) -> None:
    day = datetime.now(ZONE) + timedelta(days=7)
    opens = day.replace(hour=8, minute=30, second=0, microsecond=0).timestamp() * 1000
    async with desk.page("zhao") as page:
        for at, what in ((opens, True), (opens + 1000, None), (opens - 1, False)):
            desk.service.front.look_at_hours(round(at))
            if what is not None:
                assert (await page.until("hours"))["open"] is what
    assert clock.is_set(opens / 1000)


@pytest.mark.browser
async def test_a_supervisors_page_is_quiet_at_night_and_rings_for_an_urgent_call(desk: ServedDesk) -> None:
    expect.set_options(timeout=LIMIT_S * 1000)
    try:
        async with pages.chromium() as browser:
            context = await pages.new_context(browser)
            cookie = {"name": COOKIE, "value": desk.tokens["zhao"], "url": "https://localhost", "secure": True}
            await context.add_cookies([cookie])
            page, account = await context.new_page(), await context.new_page()
            await page.goto(desk.url)
            await account.goto(f"{desk.url}/account")
            await expect(page.locator('[data-alert="closed"]')).to_contain_text("现在不营业，没有人在岗")
            await expect(account.locator("#bar .who")).to_have_text("zhao")
            for one in (page, account):
                await expect(one.locator(f"{NOBODY}:visible")).to_have_count(0)
            urgent = Call("c2", State.RUNG, 0, 0, urgency=Urgency.URGENT)
            desk.says("k2", "call", urgent)
            await expect(page.locator(NOBODY)).to_be_visible()
            desk.says("k2", "call", Call("c2", State.ENDED, 0, 0, urgency=Urgency.URGENT))
            await expect(page.locator(NOBODY)).to_have_count(0)

            day = {"type": "snapshot", "open": True, "kiosks": []}
            night = {**day, "open": False}
            assert await page.evaluate(RUNG, [[0, day], [4, None], [6, None], [20, None], [27, None]]) == [6, 27]
            call = {"id": "c1", "state": "rung", "urgency": "elderly"}
            waits = {"kiosk": "k1", "offline": False, "call": call}
            calls = {**waits, "call": {**call, "urgency": "urgent"}}
            steps = [
                [0, night],
                [6, None],
                [10, waits],
                [50, None],
                [60, calls],
                [66, None],
                [90, day],
                [96, None],
            ]
            assert await page.evaluate(RUNG, steps) == [66, 90]
    except pages.NoBrowser as error:
        pytest.skip(str(error))
