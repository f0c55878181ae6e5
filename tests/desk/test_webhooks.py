"""What other systems are told, by whom, and how often."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from parts import eventually
from prometheus_client import CollectorRegistry, Counter

from kiosk import clock, config, webhook
from kiosk.desk import webhook_record
from kiosk.desk.announcements import body, of_event
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.simulated_webhook import SimulatedWebhook, Told
from kiosk.desk.webhook_record import DAY_MS, FORGET_MS, Standing, WebhookRecord
from kiosk.desk.webhooks import LONGEST_WAIT_S, Webhooks, wait_before
from kiosk.messages import MAX_COUNT, Agent, Call, Event, EventBatch, Outcome, State, Urgency

MANUAL = (Path(__file__).parents[2] / "docs" / "integration.md").read_text(encoding="utf-8")
SAMPLE = MANUAL.split("```python\n")[1].split("```")[0]
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OPENED = Event(
    "opened", "c1", text="我的卡 6222 **** 被骗了", case="482913", urgency=Urgency.URGENT, seq=1, at_ms=1000
)
ACCEPTED = Event("accepted", "c1", age_ms=8200, agent=Agent("wang", "王芳", "desk1"), seq=2, at_ms=9200)
PRESSED = Event("pressed", "c1", seq=3, at_ms=9300)
ENDED = Event("ended", "c1", outcome=Outcome.RESOLVED, text="换了新卡", seq=4, at_ms=60_000)
FAULT = Event("fault", why="button: unplugged", text="plug it in", seq=5, at_ms=70_000)
RECOVERED = Event("recovered", why="button", seq=6, at_ms=80_000)
COMPLAINED = Event("complained", "c1", case="500001", text="等了太久", seq=7, at_ms=90_000)
EVENTS = (OPENED, ACCEPTED, PRESSED, ENDED, FAULT, RECOVERED, COMPLAINED)


@pytest.fixture
def other() -> Iterator[SimulatedWebhook]:
    system = SimulatedWebhook(SECRET)
    yield system
    system.close()


def settings(*hooks: config.Webhook) -> config.Desk:
    return config.Desk("demo", "desk1", ledger=True, webhook=hooks)


class Running:
    """The webhooks of a desk on a database."""

    def __init__(
        self, engine: sa.Engine, *hooks: config.Webhook, active: Callable[[], bool] = lambda: True
    ) -> None:
        self.ledger = Ledger(engine)
        posts = Counter("posts", "posts", ["result"], registry=CollectorRegistry())
        self.webhooks = Webhooks(
            settings(*hooks), self.ledger.webhooks, self.in_database, active=active, posts=posts
        )

    @staticmethod
    async def in_database(work: Any, *args: Any) -> Any:
        return await asyncio.to_thread(work, *args)

    def happens(self, *events: Event) -> None:
        self.ledger.store("demo", "k1", EventBatch("j1", 1, events), clock.wall_ms())
        self.webhooks.look()

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.webhooks.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def came(other: SimulatedWebhook, count: int) -> list[Told]:
    await asyncio.to_thread(eventually, lambda: len(other.told) >= count, f"{count} requests")
    return other.told


def verified(told: Told) -> bool:
    """As docs/integration.md tells those who know nothing of this project."""
    known: dict[str, Any] = {}
    exec(SAMPLE, known)
    return bool(known["verified"](SECRET, told.headers, told.raw))


# --- the whole way ------------------------------------------------------------------------------------


async def test_each_event_is_told_once_signed_and_without_a_word(
    engine: sa.Engine, other: SimulatedWebhook
) -> None:
    desk = Running(engine, config.Webhook(other.url, SECRET))
    async with desk.sending():
        desk.happens(*EVENTS)
        desk.happens(*EVENTS)  # the terminal has not heard the acknowledgement
        told = await came(other, 6)
        desk.happens(*EVENTS, Event("opened", "c2", seq=8, at_ms=1))
        await came(other, 7)
    assert all(verified(one) and one.signed for one in told)
    assert sorted(one.body["type"] for one in told[:6]) == [
        *("call.accepted", "call.ended", "call.opened", "complaint", "kiosk.fault", "kiosk.recovered"),
    ]
    assert len({one.id for one in told}) == 7 and not any("." in one.id for one in told)
    sent = b"".join(one.raw for one in told).decode()
    assert not [word for word in ("骗", "6222", "王芳", "新卡", "太久") if word in sent]
    by_type = {one.body["type"]: one.body for one in told[:6]}
    assert by_type["call.accepted"] == {
        "type": "call.accepted",
        "timestamp": "1970-01-01T00:00:09.200Z",
        "data": {"hall": "demo", "kiosk": "k1", "call": "c1", "age_s": 8.2, "agent": "wang"},
    }
    assert by_type["kiosk.fault"]["data"] == {
        "hall": "demo",
        "kiosk": "k1",
        "part": "button",
        "fault": "unplugged",
        "remedy": "plug it in",
    }


async def test_after_a_500_and_a_restart_it_comes_again_with_the_same_id_and_body(
    tmp_path: Path, other: SimulatedWebhook
) -> None:
    url, hook = f"sqlite:///{tmp_path}/desk.db", config.Webhook(other.url, SECRET, events=("call.opened",))
    other.status = 500
    engine = open_database(url)
    desk = Running(engine, hook)
    async with desk.sending():
        desk.happens(*EVENTS)
        await came(other, 1)
    engine.dispose()

    other.status = 204
    async with Running(open_database(url), hook).sending():
        first, *_, last = await came(other, 2)
    assert (first.id, first.raw) == (last.id, last.raw) and verified(first) and verified(last)
    assert not last.again


async def test_what_was_on_record_before_the_desk_was_killed_is_sent_by_the_next(
    engine: sa.Engine, other: SimulatedWebhook
) -> None:
    Running(engine, config.Webhook(other.url, SECRET)).happens(OPENED)
    async with Running(engine, config.Webhook(other.url, SECRET)).sending():
        (told,) = await came(other, 1)
    assert told.body["data"]["call"] == "c1"


async def test_a_system_that_hangs_holds_up_no_other(tmp_path: Path, other: SimulatedWebhook) -> None:
    slow = SimulatedWebhook(SECRET, heard=lambda _told: threading.Event().wait(1.0))
    try:
        engine = open_database(f"sqlite:///{tmp_path}/desk.db")
        desk = Running(engine, config.Webhook(slow.url, SECRET), config.Webhook(other.url, SECRET))
        async with desk.sending():
            desk.happens(*EVENTS)
            await came(other, 6)
            assert len(slow.told) < 6
    finally:
        slow.close()


async def test_a_broken_promise_is_told_once_also_by_a_desk_that_was_started_again(
    tmp_path: Path, other: SimulatedWebhook
) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/desk.db")
    call = Call("c1", State.RUNG, 15_500, 9_000, said=("我被骗了",), case="482913")
    for _ in range(2):
        desk = Running(engine, config.Webhook(other.url, SECRET))
        async with desk.sending():
            await desk.webhooks.promise_broken("k1", call)
            (told,) = await came(other, 1)
    assert told.body["type"] == "promise.broken"
    assert told.body["data"] == {
        **{"hall": "demo", "kiosk": "k1", "call": "c1", "case": "482913", "urgency": "normal", "level": 1},
        **{"age_s": 15.5, "promised_s": 15.0},
    }


async def test_a_desk_that_does_not_keep_the_ledger_tells_nobody(tmp_path: Path, other: SimulatedWebhook) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/desk.db")
    desk = Running(engine, config.Webhook(other.url, SECRET), active=lambda: False)
    async with desk.sending():
        await desk.webhooks.promise_broken("k1", Call("c1", State.RUNG, 20_000, 0))
        desk.happens(OPENED)
    keeper = Running(engine, config.Webhook(other.url, SECRET))
    async with keeper.sending():
        await came(other, 1)
    assert [one.body["type"] for one in other.told] == ["call.opened"]


# --- what is in it ------------------------------------------------------------------------------------


def test_the_manual_names_each_kind_of_message() -> None:
    section = MANUAL.split("\n## Webhooks\n")[1]
    rows = re.findall(r"^\| (`[a-z.`, ]+`) \|", section, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z.]+)`", " ".join(rows))) == sorted(get_args(config.WebhookEvent))


def test_words_only_for_those_who_asked_for_them() -> None:
    opened, accepted = of_event("demo", "k1", "j1", OPENED), of_event("demo", "k1", "j1", ACCEPTED)
    assert opened is not None and accepted is not None
    assert json.loads(body(opened, 0, words=True))["data"]["text"] == OPENED.text
    assert json.loads(body(accepted, 0, words=True))["data"]["agent_name"] == "王芳"
    assert "text" not in json.loads(body(opened, 0, words=False))["data"]


def test_a_waiting_call_that_a_supervisor_assigns_is_accepted() -> None:
    zhao, wang = Agent("zhao", "赵主管", "desk2"), Agent("wang", "王芳", "desk1")
    waiting = Event("assigned", "c1", age_ms=8200, agent=wang, by=zhao, text="你离得近", seq=2, at_ms=9200)
    told = of_event("demo", "k1", "j1", waiting)
    assert told is not None and told.type == "call.accepted"
    assert told.data["agent"] == "wang" and "赵" not in body(told, 0, words=False)
    taken = Event("assigned", "c1", agent=zhao, by=zhao, why="王芳", seq=3, at_ms=9300)
    assert of_event("demo", "k1", "j1", taken) is None, "it only changes hands"


def test_a_terminals_absurd_clock_keeps_nothing_from_the_record(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    ledger.webhooks.subscribe((config.Webhook("http://a/", SECRET),))
    absurd = Event("opened", "c1", seq=1, at_ms=MAX_COUNT)
    assert ledger.store("demo", "k1", EventBatch("j1", 1, (absurd,)), 90_000) == 1
    due = ledger.webhooks.due("demo", "http://a/", 90_000)
    assert due is not None and json.loads(due.body)["timestamp"] == "1970-01-01T00:01:30.000Z"
    last = of_event("demo", "k1", "j1", Event("opened", "c1", seq=1, at_ms=253_402_300_799_999))
    assert last is not None and json.loads(body(last, 0, words=False))["timestamp"].startswith(
        "9999-12-31T23:59:59"
    )


# --- on record ----------------------------------------------------------------------------------------


def record_of(engine: sa.Engine, *urls: str, most: int = 100) -> WebhookRecord:
    record = WebhookRecord(engine, most=most)
    record.subscribe(tuple(config.Webhook(url, SECRET) for url in urls))
    return record


def noted(engine: sa.Engine, record: WebhookRecord, events: tuple[Event, ...], now_ms: int) -> None:
    with engine.begin() as connection:
        record.note(connection, "demo", "k1", EventBatch("j1", 1, events), now_ms)


def test_one_that_fails_does_not_stand_in_the_way_of_the_others(engine: sa.Engine) -> None:
    record = record_of(engine, "http://a/")
    noted(engine, record, (OPENED,), 1)
    first = record.due("demo", "http://a/", 2)
    assert first is not None
    record.failed(first, "answered 500", 5000)
    noted(engine, record, (ENDED,), 100)
    second = record.due("demo", "http://a/", 100)
    assert second is not None and second.id != first.id
    record.taken(second)
    later = record.due("demo", "http://a/", 100)
    assert later is not None and (later.id, later.tries, later.due_ms) == (first.id, 1, 5000)
    record.taken(later)
    assert record.due("demo", "http://a/", 10_000) is None


def test_after_a_day_it_is_given_up_and_after_a_week_forgotten(engine: sa.Engine) -> None:
    record = record_of(engine, "http://a/")
    noted(engine, record, (OPENED, ENDED), 0)
    assert record.tidy("demo", ["http://a/"], DAY_MS) == 0
    assert record.tidy("demo", ["http://a/"], DAY_MS + 1) == 2
    assert record.standing("demo", DAY_MS + 2) == {"http://a/": Standing(0, 2, webhook_record.TOO_OLD)}
    noted(engine, record, (OPENED,), DAY_MS + 3)
    assert record.standing("demo", 3 * DAY_MS)["http://a/"] == Standing(), "told once is told for ever"
    record.tidy("demo", ["http://a/"], FORGET_MS + 1)
    assert record.standing("demo", FORGET_MS + 1) == {}


def test_there_are_never_more_than_so_many(engine: sa.Engine) -> None:
    record = record_of(engine, "http://a/", "http://b/", most=3)
    for number in range(5):
        noted(engine, record, (Event("opened", f"c{number}", seq=number + 1, at_ms=1),), number + 1)
    assert record.tidy("demo", ["http://a/", "http://b/"], 10) == 4
    assert record.standing("demo", 11)["http://a/"] == Standing(3, 2, webhook_record.TOO_MANY)
    left = record.due("demo", "http://a/", 11)
    assert left is not None and '"call":"c2"' in left.body


def test_who_was_taken_out_of_the_settings_is_told_nothing_more(engine: sa.Engine) -> None:
    record = record_of(engine, "http://a/", "http://b/")
    noted(engine, record, (OPENED,), 1)
    record.tidy("demo", ["http://b/"], 2)
    assert set(record.standing("demo", 3)) == {"http://b/"}


def test_the_waits_grow_up_to_an_hour() -> None:
    assert [wait_before(tries) for tries in (1, 2, 3, 12, 13, 10_000)] == [1, 2, 4, 2048, 3600, LONGEST_WAIT_S]


# --- signing ------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    key = webhook.signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = webhook.signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_old_changed_or_of_another_is_not_believed() -> None:
    key, other_key = b"k" * 24, b"o" * 24
    headers = webhook.signed(key, "msg_1", 1000, b"{}")
    assert webhook.is_signed(key, headers, b"{}", 1000 + webhook.TOLERANCE_S)
    assert not webhook.is_signed(key, headers, b"{}", 1001 + webhook.TOLERANCE_S)
    assert not webhook.is_signed(key, headers, b"{} ", 1000)
    assert not webhook.is_signed(other_key, headers, b"{}", 1000)
    assert not webhook.is_signed(key, headers | {webhook.ID: "msg_2"}, b"{}", 1000)
    assert not webhook.is_signed(key, {}, b"{}", 1000)
    rotated = headers[webhook.SIGNATURE] + " " + webhook.signed(other_key, "msg_1", 1000, b"{}")[webhook.SIGNATURE]
    assert webhook.is_signed(other_key, headers | {webhook.SIGNATURE: rotated}, b"{}", 1000)


@pytest.mark.parametrize(
    "secret", ["", "abc", "whsec_", "whsec_abc", "whsec_!!!!", base64.b64encode(b"k" * 24).decode()]
)
def test_a_secret_that_is_none(secret: str) -> None:
    with pytest.raises(ValueError, match="openssl rand"):
        webhook.signing_key(secret)


def test_a_secret_file_that_cannot_be_used_names_the_setting(engine: sa.Engine, tmp_path: Path) -> None:
    for content in (None, "", "not a secret"):
        file = tmp_path / "hook.secret"
        if content is not None:
            file.write_text(content)
        with pytest.raises(webhook.SecretError, match=r"webhook\.secret_file"):
            Running(engine, config.Webhook("https://a.example/", secret_file=str(file)))
