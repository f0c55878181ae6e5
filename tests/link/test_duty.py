import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from msgspec.structs import replace
from waiting import until

from kiosk import webhook
from kiosk.config import Duty, Escalation
from kiosk.link import duty as duty_module
from kiosk.link.call import Switchboard
from kiosk.link.duty import DutyWebhook
from kiosk.link.escalation import Surroundings
from kiosk.link.live import LiveCall
from kiosk.link.parts import Parts
from kiosk.messages import Cause, Fact, State, Urgency

CLOSED = Surroundings(open=False)
URGENT = LiveCall("boot-1", Cause.BUTTON, State.CALLING, 1.0, 1.0, 1.0, Urgency.URGENT, level=3)


class Site:
    """A web server that answers as it is told and remembers what it got."""

    def __init__(self) -> None:
        self.code = 204
        self.got: list[tuple[str, str, object]] = []
        self.headers: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.headers.append({name.lower(): value for name, value in self.headers.items()})
                site.got.append((self.path, self.headers["Content-Type"], json.loads(body)))
                self.send_response(site.code)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/duty"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


async def test_an_urgent_unattended_call_is_posted_once_for_each_round(site: Site) -> None:
    duty = DutyWebhook(Duty(site.url))
    assert duty.usable
    assert duty.due(URGENT, CLOSED)
    assert await duty.post(URGENT, {"kiosk": "k1", "title": "一号机"})
    assert site.got == [("/duty", "application/json", {"kiosk": "k1", "title": "一号机"})]
    assert not duty.due(URGENT, CLOSED)
    assert not duty.due(replace(URGENT, state=State.RUNG), CLOSED)
    assert duty.due(replace(URGENT, round=1), CLOSED)
    assert duty.due(replace(URGENT, id="boot-2"), CLOSED)


async def test_with_a_secret_each_try_is_signed_under_the_same_id(site: Site) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    duty = DutyWebhook(Duty(site.url, secret))
    site.code = 500
    assert not await duty.post(URGENT, {"kiosk": "k1"})
    site.code = 204
    assert await duty.post(URGENT, {"kiosk": "k1"})
    assert await duty.post(replace(URGENT, round=1), {"kiosk": "k1"})
    for headers in site.headers:
        assert webhook.is_signed(webhook.signing_key(secret), headers, b'{"kiosk":"k1"}', time.time())
    first, again, next_round = [headers["webhook-id"] for headers in site.headers]
    assert first == again != next_round


async def test_what_is_due_is_posted_until_it_is_taken_and_goes_on_record_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty_module, "AGAIN_S", 0.01)
    duty, board, said, told = DutyWebhook(Duty(site.url)), Switchboard(Escalation()), list[str](), list[Fact]()
    parts = Parts(lambda name, fault, _remedy: said.append(f"{name}: {fault}"))

    def changed(facts: Sequence[Fact]) -> None:
        told.extend(facts)

    site.code = 500
    running = asyncio.create_task(
        duty.run(board, parts, around=lambda: CLOSED, body=lambda: {"kiosk": "k1"}, changed=changed)
    )
    board.summon("btn-1", 0.0, urgency=Urgency.URGENT)
    await until(lambda: len(site.got) > 1)
    assert (said, told) == (["duty: webhook"], [])
    site.code = 204
    await until(lambda: told)
    assert said == ["duty: webhook", "duty: "]
    tries = len(site.got)
    await asyncio.sleep(2 * duty_module.LOOK_S)
    running.cancel()
    assert len(site.got) == tries
    assert [(fact.kind, fact.call, fact.why) for fact in told] == [("duty-called", "btn-1", site.url)]


async def test_without_an_address_nobody_looks_for_calls() -> None:
    unused = Parts(lambda *_: None)
    async with asyncio.timeout(1.0):
        await DutyWebhook(Duty()).run(
            Switchboard(Escalation()), unused, around=Surroundings, body=dict, changed=lambda _: None
        )


@pytest.mark.parametrize(
    ("call", "around"),
    [
        (None, CLOSED),
        (URGENT, Surroundings()),
        (replace(URGENT, urgency=Urgency.ELDERLY), CLOSED),
        (replace(URGENT, state=State.ACCEPTED), CLOSED),
        (replace(URGENT, state=State.ENDED), CLOSED),
    ],
)
def test_everything_else_is_not_due(call: LiveCall | None, around: Surroundings) -> None:
    assert not DutyWebhook(Duty("http://127.0.0.1/")).due(call, around)


def test_without_an_address_nothing_is_due() -> None:
    duty = DutyWebhook(Duty())
    assert not duty.usable
    assert not duty.due(URGENT, CLOSED)


@pytest.mark.parametrize("code", [404, 500])
async def test_a_refusal_is_an_error_until_it_is_taken(site: Site, code: int) -> None:
    duty = DutyWebhook(Duty(site.url))
    site.code = code
    assert not await duty.post(URGENT, {})
    assert duty.error == f"{site.url} answered {code}"
    assert not duty.usable  # so the local alarm sounds instead
    assert duty.due(URGENT, CLOSED)
    site.code = 200
    assert await duty.post(URGENT, {})
    assert duty.usable


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    duty = DutyWebhook(Duty(url))
    assert not await duty.post(URGENT, {})
    assert "cannot be reached" in duty.error


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1 abc\r\n\r\n", b"\xff" * 100])
async def test_something_that_is_no_web_server(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        duty = DutyWebhook(Duty(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        assert not await duty.post(URGENT, {})
        thread.join()
    assert "cannot be reached" in duty.error


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:port/", "http://[::1/", "http://a b/"])
async def test_an_address_that_is_none(url: str) -> None:
    assert not await DutyWebhook(Duty(url)).post(URGENT, {})


async def test_an_answer_that_never_comes_whole_is_an_error_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty_module, "TIMEOUT_S", 0.3)

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A header that goes on for ever."""
        with contextlib.suppress(ConnectionError):
            writer.write(b"HTTP/1.1 204 No Content\r\nX: ")
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    duty = DutyWebhook(Duty(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
    assert not await duty.post(URGENT, {})
    assert "does not answer" in duty.error
    assert not duty.usable
    server.close()
