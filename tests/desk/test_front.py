"""What a page is told when the desk does not do what it asks; and what counts as use of a session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from desks import ServedDesk, serve

from kiosk import clock
from kiosk.desk import database
from kiosk.desk.database import open_database
from kiosk.desk.people import People
from kiosk.messages import Agent, Call, Mode, State


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[ServedDesk]:
    people = People(open_database(f"sqlite:///{tmp_path}/desk.db"))
    people.add("li", "李强", "a long password")
    async with serve(tmp_path, people) as served:
        served.sign_in("li")
        yield served


async def test_a_refusal_says_which_terminal_it_is_about(desk: ServedDesk) -> None:
    taken = Call("c1", State.ACCEPTED, 1000, 1000, agent=Agent("wang", "王芳", "d1"), mode=Mode.WALK)
    desk.says("k1", "call", taken)
    about = {"kiosk": "k1", "call": "c1", "round": 0}
    async with desk.page("li") as page:
        await page.do("end", **about, outcome="resolved")
        told = await page.until("notice")
        assert (told["text"], told["kiosk"]) == ("已被 王芳 接走", "k1")
        await page.do("assign", **about, to="li", why="离得近")
        told = await page.until("notice")
        assert "没有这个权限" in told["text"] and told["kiosk"] == "k1"


@pytest.mark.parametrize("path", ["/api/cases", "/api/cases/leads", "/api/cases/1"])
async def test_what_a_page_asks_by_itself_is_no_use_of_the_session(desk: ServedDesk, path: str) -> None:
    long_ago = clock.wall_ms() // 1000 - 600
    with desk.people.engine.begin() as connection:
        connection.execute(sa.update(database.session).values(seen=long_ago))

    async def seen(headers: dict[str, str]) -> int:
        await desk.ask("GET", path, "li", headers=headers)
        with desk.people.engine.connect() as connection:
            when: int = connection.execute(sa.select(database.session.c.seen)).scalar_one()
        return when

    assert await seen({"Kiosk-Itself": "1"}) == long_ago
    assert await seen({}) > long_ago
