"""A request to freeze the money, the whole way: a finger on the screen, link, mosquitto, desk, bank, and back."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator

import pytest
from parts import LIMIT_S, PEOPLE, Link, eventually, on_record
from screens import SCREEN, agent, back, customer, says

from kiosk.desk.client import DeskClient, connect
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd, Standing
from kiosk.desk.simulated_bank import Behaviour, SimulatedBank
from kiosk.display import VirtualDisplay
from kiosk.messages import AskFreeze, Cause, FreezeState, Mode, Outcome, State, Summon, Urgency
from kiosk.reachable import free_port
from kiosk.stack import Stack

SECRET = b"a secret of hall and bank"


@pytest.fixture(scope="module")
def display() -> Iterator[VirtualDisplay]:
    pytest.importorskip("kivy", reason="the screen needs Kivy")
    with VirtualDisplay(800, 480) as virtual:
        yield virtual


@pytest.fixture
def bank() -> Iterator[SimulatedBank]:
    bank = SimulatedBank(SECRET)
    yield bank
    bank.close()


def hall_of(stack: Stack, url: str, *, kiosk: str = "") -> Stack:
    """A hall whose first desk sends requests to the bank; the second keeps no ledger. Not started."""
    secret = stack.directory / "bank.secret"
    secret.write_bytes(SECRET + b"\n")
    table = f'[freeze_webhook]\nurl = "{url}"\nsecret_file = "{secret}"\ntimeout_s = 1\n' if url else ""
    stack.make_broker()
    stack.make_desk("desk1", people=PEOPLE, more=table)
    stack.make_desk("desk2", ledger=False, people=PEOPLE)
    stack.make_kiosk("k1", more=f"[escalation]\nlevel2_s = 600\nlevel3_s = 600\nlinger_s = 1\n{kiosk}")
    return stack


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack() as hall:
        yield hall
        for log in sorted(hall.directory.glob("*.log")):
            print(f"----- {log.stem}\n{hall.log(log.stem)[-3000:]}")


def started(stack: Stack, url: str) -> Stack:
    hall_of(stack, url).start()
    return stack


@pytest.fixture
async def link(stack: Stack, link_of) -> AsyncIterator[Link]:
    yield await link_of(stack)


def on(stack: Stack, desk: str = "desk1", user: str = "li"):
    return connect(stack.url(desk), user, stack.password, stack.ca)


async def cheated(link: Link) -> str:
    """The customer has said that they were cheated; gives the call's id."""
    await link.until(lambda s: s.online)
    await link.command(Summon("s1", Cause.VOICE, Urgency.URGENT, ("我被骗了",), service="urgent_fraud"))
    return (await link.until(lambda s: s.call)).call.id


async def ask(link: Link, request: str = "f1") -> None:
    """As the screen does: say it until it is on disk."""
    while not (await link.command(AskFreeze(request, "urgent_fraud"))).ok:  # noqa: ASYNC110 - as it does
        await asyncio.sleep(0.05)


async def until_freeze(link: Link, state: FreezeState):
    return (await link.until(lambda s: s.call and s.call.freeze and s.call.freeze.state is state)).call.freeze


def asks(desk: DeskClient) -> bool:
    """Whether the desk has been shown a request."""
    call = desk.kiosks["k1"].call if "k1" in desk.kiosks else None
    return call is not None and call.freeze is not None


async def until_standing(desk: DeskClient, *standings: Standing) -> None:
    async with asyncio.timeout(LIMIT_S):
        await desk.until(lambda c: any(line.standing in standings for line in c.freezes))


# --- the whole way ------------------------------------------------------------------------------------


async def test_from_the_touch_to_the_banks_receipt_on_the_screen(stack, bank, display):
    hall_of(stack, bank.url)
    stack.make_screen("k1", environment=display.environment, size="800x480")
    stack.make_simulated_voice("k1")
    bank.behaviour = Behaviour.BUSY
    stack.start()
    async with agent(stack) as desk, customer(stack) as screen:
        await screen.go("topic-card", "choices")
        stack.say("k1", "我被骗了")
        await screen.until(lambda shown: any(t.action == "freeze" for t in shown.targets))
        await says(screen, "110", "96110")
        await screen.go("freeze", "freeze_confirm")
        await screen.go("freeze-no", "urgent")
        await screen.go("freeze", "freeze_confirm")
        await screen.go("freeze-yes", "urgent")
        await says(screen, "已提交")
        await desk.until(asks)
        call = desk.kiosks["k1"].call
        assert (call.urgency, call.service) == (Urgency.URGENT, "urgent_fraud")

        await asyncio.to_thread(back, stack, SCREEN)  # the page goes on answering meanwhile
        async with customer(stack) as again:
            await says(again, "已提交")
            bank.behaviour = Behaviour.RECEIPT
            await says(again, "银行已收到", "F000001")
            await desk.act(PageAccept, "k1", mode=Mode.WALK)
            await again.until_scene("accepted")
            await says(again, "银行已收到")
        kinds = [event.kind for event in await on_record(desk, "k1", call.id, "freeze-received")]
    assert kinds.count("freeze-asked") == kinds.count("freeze-received") == 1
    assert len(bank.receipts) == 1
    assert all(posted.signed for posted in bank.posted)
    assert len({posted.raw for posted in bank.posted}) == 1, "the same key comes with the same body"


async def test_without_a_receipt_the_screen_says_so_and_whom_to_ring(stack, display):
    hall_of(stack, "")
    stack.make_screen("k1", environment=display.environment, size="800x480", more="freeze_confirm_s = 2")
    stack.make_simulated_voice("k1")
    stack.start()
    async with agent(stack) as desk, customer(stack) as screen:
        await screen.go("topic-card", "choices")
        for _ in range(3):  # a busy machine may not be listening yet; people say it again
            stack.say("k1", "我的钱被转走了")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10.0):
                    await screen.until(lambda shown: any(t.action == "freeze" for t in shown.targets))
                    break
        await screen.go("freeze", "freeze_confirm")
        await screen.go("freeze-yes", "urgent")
        await says(screen, "未确认", "110", "96110")
        await desk.until(asks)
        await desk.freeze_received("k1", "电话 8812")
        await says(screen, "银行已收到", "电话 8812")


async def test_feeling_unwell_shows_120_and_calls(stack, display):
    hall_of(stack, "")
    stack.make_screen("k1", environment=display.environment, size="800x480")
    stack.make_simulated_voice("k1")
    stack.start()
    async with agent(stack) as desk, customer(stack) as screen:
        await screen.go("topic-card", "choices")
        stack.say("k1", "我胸口疼")
        await says(screen, "120", "已经叫人了")
        assert all(t.action != "freeze" for t in screen.shown.targets)
        call = await desk.until_call("k1")
        assert (call.urgency, call.level, call.service) == (Urgency.URGENT, 3, "urgent_health")


# --- link, desk and bank ------------------------------------------------------------------------------


async def test_the_same_request_twice_is_one_entry_everywhere(stack, bank, link_of):
    started(stack, bank.url)
    link = await link_of(stack)
    call = await cheated(link)
    for _ in range(3):
        await ask(link)
    await ask(link, "f2")  # the same customer, by a client that has lost the first
    await until_freeze(link, FreezeState.RECEIVED)
    stack.kill("k1")
    stack.start("k1")
    link = await link_of(stack)
    await ask(link)
    async with on(stack) as desk:
        events = await on_record(desk, "k1", call, "freeze-received")
    assert [event.why for event in events if event.kind == "freeze-asked"] == ["f1"]
    assert {posted.key for posted in bank.posted} == {"f1"}
    assert bank.posted[0].body | {"asked_ms": 0} == {
        "request": "f1",
        "hall": "demo",
        "kiosk": "k1",
        "call": call,
        "case": events[0].case,
        "service": "urgent_fraud",
        "asked_ms": 0,
    }


async def test_nobody_is_heard_before_the_journal_is_read_so_what_it_knows_opens_no_second_call(
    stack, bank, link_of
):
    started(stack, bank.url)
    link = await link_of(stack)
    call = await cheated(link)
    await ask(link)
    await until_freeze(link, FreezeState.RECEIVED)
    stack.kill("k1")
    with contextlib.closing(sqlite3.connect(stack.directory / "k1" / "journal.db")) as slow:
        slow.execute("BEGIN EXCLUSIVE")
        starting = asyncio.create_task(asyncio.to_thread(stack.start, "k1"))
        heard = asyncio.create_task(impatient(stack, link_of))
        await asyncio.sleep(1.0)  # the disk is slow, and the client is not
    await starting
    link = await heard
    await until_freeze(link, FreezeState.RECEIVED)  # the receipt may have been killed before it was written
    assert link.state.call.id == call


async def impatient(stack, link_of) -> Link:
    """Asks the moment that there is a socket."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            with contextlib.suppress(OSError):
                link = await link_of(stack)
                await ask(link)
                return link
            await asyncio.sleep(0.01)


async def test_a_bank_that_is_down_is_asked_until_it_is_up(stack, link_of):
    port = free_port()
    started(stack, f"http://127.0.0.1:{port}/freeze")
    link = await link_of(stack)
    await cheated(link)
    await ask(link)
    async with on(stack) as desk:
        await until_standing(desk, Standing.TROUBLE)
    bank = SimulatedBank(SECRET, port=port)
    try:
        assert (await until_freeze(link, FreezeState.RECEIVED)).receipt == "F000001"
    finally:
        bank.close()


async def test_a_bank_that_was_too_slow_and_is_asked_again_freezes_once(stack, bank, link_of):
    bank.behaviour = Behaviour.SILENT
    started(stack, bank.url)
    link = await link_of(stack)
    await cheated(link)
    await ask(link)
    eventually(lambda: len(bank.posted) >= 2, "the second try")
    bank.behaviour = Behaviour.RECEIPT
    assert (await until_freeze(link, FreezeState.RECEIVED)).receipt == "F000001"
    assert bank.receipts == {"f1": "F000001"}


async def test_a_refusal_is_final_and_an_agent_can_still_reach_the_bank(stack, bank, link_of):
    bank.behaviour = Behaviour.REFUSE
    started(stack, bank.url)
    link = await link_of(stack)
    await cheated(link)
    await ask(link)
    assert "网点没有开通" in (await until_freeze(link, FreezeState.REFUSED)).why
    async with on(stack) as desk:
        await until_standing(desk, Standing.REFUSED)
        async with on(stack, "desk2") as other:  # the one that keeps no ledger
            await other.until(asks)
            await other.freeze_received("k1", "电话 8812")
            freeze = await until_freeze(link, FreezeState.RECEIVED)
        assert (freeze.receipt, freeze.agent.name, freeze.agent.desk) == ("电话 8812", "李强", "desk2")
        async with asyncio.timeout(LIMIT_S):
            await desk.until(lambda c: not c.freezes)
    assert len(bank.posted) == 1


async def test_a_bank_that_takes_it_without_a_receipt_is_not_taken_for_one(stack, bank, link_of):
    bank.behaviour = Behaviour.TAKE
    started(stack, bank.url)
    link = await link_of(stack)
    await cheated(link)
    await ask(link)
    async with on(stack) as desk:
        await until_standing(desk, Standing.TAKEN)
    assert link.state.call.freeze.state is FreezeState.SUBMITTED
    assert len(bank.posted) == 1


async def test_a_desk_that_is_killed_in_between_goes_on_asking(stack, bank, link_of):
    bank.behaviour = Behaviour.SILENT
    started(stack, bank.url)
    link = await link_of(stack)
    await cheated(link)
    await ask(link)
    eventually(lambda: bank.posted, "the first try")
    stack.kill("desk1")
    bank.behaviour = Behaviour.RECEIPT
    stack.start("desk1")
    assert (await until_freeze(link, FreezeState.RECEIVED)).receipt == "F000001"
    assert bank.receipts == {"f1": "F000001"}


async def test_what_is_asked_while_desk_and_broker_are_down_arrives(stack, bank, link_of):
    started(stack, bank.url)
    link = await link_of(stack)
    await cheated(link)
    for name in ("desk1", "broker"):
        stack.kill(name)
    await ask(link)
    assert link.state.call.freeze.state is FreezeState.SUBMITTED
    stack.kill("k1")
    for name in ("broker", "desk1", "k1"):
        stack.start(name)
    link = await link_of(stack)
    await until_freeze(link, FreezeState.RECEIVED)
    assert bank.receipts == {"f1": "F000001"}


async def test_a_call_that_is_over_does_not_end_it(stack, bank, link_of):
    bank.behaviour = Behaviour.REFUSE
    started(stack, bank.url)
    link = await link_of(stack)
    await cheated(link)
    await ask(link)
    async with on(stack) as desk:
        await desk.go_on_duty()
        await desk.until_call("k1", State.CALLING, State.RUNG)
        await desk.act(PageAccept, "k1", mode=Mode.WALK)
        await desk.until_call("k1", State.ACCEPTED)
        await desk.act(PageArrived, "k1")
        await desk.until_call("k1", State.CONNECTED)
        await desk.act(PageEnd, "k1", outcome=Outcome.RESOLVED)
        await until_standing(desk, Standing.REFUSED)
        await link.until(lambda s: s.call is None)
        await desk.until(lambda c: c.kiosks["k1"].call is None)
        (line,) = desk.freezes
        await desk.freeze_line_received(line, "电话 8812")
        async with asyncio.timeout(LIMIT_S):
            await desk.until(lambda c: not c.freezes)
