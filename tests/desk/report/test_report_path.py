"""The report, the whole way: a press on a serial line, an agent, the ledger, and the figures of it."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import subprocess
import sys
from typing import Any

import aiohttp
from parts import LIMIT_S, on_record

from kiosk.desk.client import connect
from kiosk.desk.database import open_database
from kiosk.desk.people import People
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd, PageRung
from kiosk.desk.roles import Role
from kiosk.messages import Mode, Outcome, Seen, State
from kiosk.stack import Stack


async def test_a_real_call_is_in_the_report_and_can_be_looked_at(stack: Stack) -> None:
    people = People(open_database(f"sqlite:///{stack.directory}/desk1.db"))
    for user, role in (("qian", Role.SUPERVISOR), ("sun", Role.VOLUNTEER)):
        people.add(user, user, stack.password, role=role)
    stack.make_kiosk("k1", title="3号终端")
    stack.start()
    async with asyncio.timeout(LIMIT_S), connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent:
        await agent.go_on_duty()
        await agent.until(lambda one: "k1" in one.kiosks)
        stack.boards["k1"].press()
        call = await agent.until_call("k1", State.CALLING, State.RUNG)
        await agent.act(PageRung, "k1", seen=Seen.DRAWN)
        await agent.until_call("k1", State.RUNG)
        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        await agent.until_call("k1", State.ACCEPTED)
        await agent.act(PageArrived, "k1")
        await agent.until_call("k1", State.CONNECTED)
        await agent.act(PageEnd, "k1", outcome=Outcome.RESOLVED, note="帮她取了号")
        await on_record(agent, "k1", call.id, "ended")
    figures = await _by_command(stack)
    total = figures["total"]
    assert (total["calls"], total["answered"], total["abandoned"]) == (1, 1, 0)
    assert total["answer"] == {"kept": 1, "broken": 0, "open": 0, "share": 1.0}
    assert 0 < total["shown"]["p50"] <= total["wait"]["p50"] < total["whole"]["p50"]
    assert re.fullmatch(r"[0-9a-f]{64}@\d+", figures["head"]), "for `kiosk ledger verify --head`"
    assert total["few"] and total["outcomes"] == {"resolved": 1}
    assert [(one["key"], one["name"]) for one in figures["by"]["agent"]] == [("wang", "王芳")]
    await _as_a_supervisor(stack, call.id)
    await _as_others(stack, call.id)


async def _by_command(stack: Stack) -> Any:
    """Beside the desk that runs."""
    command = [sys.executable, "-m", "kiosk", "report", "--config", str(stack.directory / "desk1.toml")]
    process = await asyncio.create_subprocess_exec(*command, "--format", "json", stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


async def _signed_in(stack: Stack, user: str) -> aiohttp.ClientSession:
    context = ssl.create_default_context(cafile=str(stack.ca))
    http = aiohttp.ClientSession(stack.url("desk1"), connector=aiohttp.TCPConnector(ssl=context))
    async with http.post("/api/sign-in", json={"user": user, "password": stack.password}) as answer:
        assert answer.status == 200
    return http


async def _as_a_supervisor(stack: Stack, call: str) -> None:
    async with await _signed_in(stack, "qian") as http:
        async with http.get("/report") as answer:
            page = await answer.text()
        assert answer.status == 200 and "100.0%" in page and "王芳" in page and "3号终端" in page
        assert "不到 5 个" in page and re.search(r"[0-9a-f]{64}@\d+", page)
        assert f"/call/k1/{call}?hall=demo" in page
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe-inline" not in policy
        pictures = re.findall(r'<img src="([^"]+)"', page)
        assert len(pictures) == 4
        for picture in pictures:
            async with http.get(picture.replace("&amp;", "&")) as answer:
                assert (answer.status, answer.content_type) == (200, "image/svg+xml")
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        async with http.get("/report?from=gestern") as answer:
            assert "日期不对" in await answer.text()
        async with http.get(f"/api/timeline/k1/{call}") as answer:
            told = await answer.json()
        kinds = [moment["kind"] for moment in told["moments"]]
        assert kinds[:5] == ["opened", "rung", "accepted", "connected", "ended"]
        assert told["moments"][4]["words"] == "帮她取了号" and told["title"] == "3号终端"
        async with http.get("/api/timeline/k1/nothing") as answer:
            assert answer.status == 404


async def _as_others(stack: Stack, call: str) -> None:
    """An agent reads a call and no figures, a volunteer neither; who is not signed in goes to sign in."""
    for user, report, timeline in (("wang", 403, 200), ("sun", 403, 403)):
        async with await _signed_in(stack, user) as http:
            for path, status in (("/report", report), (f"/api/timeline/k1/{call}", timeline)):
                async with http.get(path) as answer:
                    assert answer.status == status, (user, path)
            async with http.get("/report/plot/waits.svg") as answer:
                assert answer.status == 403
    context = ssl.create_default_context(cafile=str(stack.ca))
    async with aiohttp.ClientSession(stack.url("desk1"), connector=aiohttp.TCPConnector(ssl=context)) as http:
        async with http.get("/report", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/")
        async with http.get(f"/call/k1/{call}") as answer:
            assert answer.status == 200, "a page's frame has nothing in it"
        async with http.get(f"/api/timeline/k1/{call}") as answer:
            assert answer.status == 401
