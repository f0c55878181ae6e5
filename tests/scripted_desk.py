"""A page of the desk in a real Chromium, without a desk.

The test itself writes what the desk says, at the moment it matters, and reads at once what the page has sent.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import BrowserContext, Page, Route

from kiosk.desk import frame
from kiosk.desk.routes import STATIC
from kiosk.desk.web import HEADERS

ORIGIN = "http://localhost"
ME = {"id": "wang", "name": "王芳", "level": 1, "one_time": False}
RIGHTS = ["calls", "answer", "video", "words", "cases"]
WANG, LI = ({"id": id_, "name": name, "desk": "desk1"} for id_, name in (("wang", "王芳"), ("li", "李强")))

#: A connection whose other end is the test. ``acts``: what the agent has done; not what the page says by itself.
SOCKET = """
window.WebSocket = class {
  static OPEN = 1;
  static sent = [];
  readyState = 0;
  constructor() {
    window.desk = this;
    setTimeout(() => {
      this.readyState = 1;
      this.onopen?.();
      this.tell(window.greeting);
    }, 5);
  }
  send(text) { WebSocket.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  tell(message) { this.onmessage?.({ data: JSON.stringify(message) }); }
  drop() { this.readyState = 3; this.onclose?.(); }
};
window.acts = () => WebSocket.sent.filter(({ do: what }) => !["can", "rung"].includes(what));
"""

Api = Callable[[Route, str], Awaitable[bool]]


def person(more: tuple[str, ...] = (), role: str = "agent") -> dict[str, Any]:
    return {**ME, "role": role, "rights": [*RIGHTS, *more]}


def colleagues(*who: str) -> list[dict[str, Any]]:
    return [{"id": id_, "name": id_.title(), "level": 1, "desk": "desk1", "skills": []} for id_ in who]


def call(state: str = "rung", id_: str = "c1", **more: Any) -> dict[str, Any]:
    return {"id": id_, "state": state, "age_ms": 1000, "state_age_ms": 1000, "round": 0, "title": "1号机", **more}


def mine(state: str = "accepted", id_: str = "c1", **more: Any) -> dict[str, Any]:
    return call(state, id_, **{"agent": WANG, "mode": "walk", **more})


def row(kiosk: str = "k1", its: dict[str, Any] | None = None) -> dict[str, Any]:
    health = {"title": kiosk, "place": "", "parts": {}, "last": {}}
    return {"type": "kiosk", "kiosk": kiosk, "offline": False, "call": its, "ring_level": 1, "health": health}


def snapshot(*kiosks: dict[str, Any], me: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    told = {
        "type": "snapshot",
        "me": me or person(),
        "desk": "desk1",
        "hall": "h",
        "duty": True,
        "ledger": "desk1",
    }
    return {**told, "kiosks": list(kiosks), **more}


def script_of(greeting: dict[str, Any]) -> str:
    """For a page that was not opened here, or is told something else after a reload."""
    return f"{SOCKET}window.greeting = {json.dumps(greeting)};"


async def open_page(
    context: BrowserContext, greeting: dict[str, Any], path: str = "/", api: Api | None = None
) -> Page:
    """A page that is told ``greeting`` on each connection; ``api`` answers what it asks for besides, if it can."""

    async def answer(route: Route) -> None:
        where = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if api is not None and await api(route, where):
            return
        if where == "/api/me":
            await route.fulfill(json={"me": greeting["me"]})
        elif where == "/api/hall":
            await route.fulfill(json={"nobody": False})
        elif where.startswith("/static/"):
            kind = mimetypes.guess_type(where)[0] or "text/plain"
            body = (STATIC / where.removeprefix("/static/")).read_bytes()
            await route.fulfill(body=body, headers={**HEADERS, "Content-Type": kind})
        elif where.startswith("/api/"):
            await route.fulfill(status=404, json={})
        else:
            name = where.strip("/")
            whole = frame.page(name, name, styles=(name,) if name == "cases" else ()) if name else None
            body = whole.encode() if whole else (STATIC / "index.html").read_bytes()
            await route.fulfill(body=body, headers={**HEADERS, "Content-Type": "text/html; charset=utf-8"})

    await context.route(f"{ORIGIN}/**", answer)
    page = await context.new_page()
    await page.add_init_script(script_of(greeting))
    await page.goto(f"{ORIGIN}{path}")
    return page


async def tell(page: Page, *messages: dict[str, Any]) -> None:
    """The desk says so; its messages come one after the other, each in a turn of its own."""
    for message in messages:
        await page.evaluate("message => desk.tell(message)", message)


async def acts(page: Page) -> list[dict[str, Any]]:
    """What the agent has done on the page."""
    done: list[dict[str, Any]] = await page.evaluate("acts()")
    return done
