"""Certificates in a whole hall: who is let in, what ends, what was revoked, and clocks without the time."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import pytest
from parts import LIMIT_S, PEOPLE, eventually, on_record

from kiosk.certs.roles import Role
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd, PageRung
from kiosk.messages import Mode, Outcome, Seen, State
from kiosk.stack import HALL, Stack

NOW = datetime.datetime.now(datetime.UTC)


def on(stack):
    return connect(stack.url("desk1"), "wang", stack.password, stack.ca)


async def test_a_call_goes_all_the_way_and_a_revoked_terminal_goes_no_way(stack, link_of):
    """The terminal is stolen after its call: its certificate is revoked, the broker started again."""
    stack.make_kiosk("k1")
    stack.make_kiosk("k2")
    await asyncio.to_thread(stack.start)
    k1, k2 = await link_of(stack), await link_of(stack, "k2")
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        call = await agent.until_call("k1")
        await agent.act(PageRung, "k1", seen=Seen.DRAWN)
        await k1.until(lambda s: s.call and s.call.state is State.RUNG)
        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        await agent.until_call("k1", State.ACCEPTED)
        await agent.act(PageArrived, "k1")
        await agent.until_call("k1", State.CONNECTED)
        await agent.act(PageEnd, "k1", outcome=Outcome.RESOLVED)
        await on_record(agent, "k1", call.id, "ended")  # acknowledged by the one desk that may

        assert stack.certs.authority.revoke(Role.KIOSK, "k1", NOW) == 1
        stack.kill("broker")
        await asyncio.to_thread(stack.start, "broker")
        broker = (
            await k1.until(lambda s: not s.parts["broker"].ok and "revoked" in s.parts["broker"].remedy)
        ).parts
        assert "kiosk-k1.crt" in broker["broker"].remedy and "kiosk certs" in broker["broker"].remedy
        await k2.until(lambda s: s.online and s.parts["broker"].ok)
        stack.boards["k2"].press()
        await agent.until_call("k2")


async def test_what_ends_soon_is_said_by_terminal_and_desk_until_it_is_renewed(stack, link_of):
    soon = NOW - datetime.timedelta(days=390)
    stack.make_kiosk("k1")
    for role, name in ((Role.KIOSK, "k1"), (Role.DESK, "desk1"), (Role.PAGE, "desk1"), (Role.BROKER, "broker")):
        stack.certs.authority.renew(role, name, soon)
    await asyncio.to_thread(stack.start)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.until(lambda a: "k1" in a.kiosks and not a.kiosks["k1"].health.parts["certificate"].ok)
        await agent.until(
            lambda a: "the broker's certificate expires" in a.kiosks["k1"].health.parts["certificate"].remedy
        )
        part = agent.kiosks["k1"].health.parts["certificate"]
        assert part.fault == "expires" and "our certificate for the broker expires" in part.remedy
        await agent.until(lambda a: [t for t in a.troubles if "the broker's certificate" in t.remedy])
        (own,) = [trouble for trouble in agent.troubles if trouble.part == "certificate"]
        assert own.fault == "expires"
        for what in ("our certificate for the broker", "the certificate of this page", "the broker's certificate"):
            assert f"{what} expires on" in own.remedy
        # The connection goes on with what it has; a new one takes the new files.
        for role, name in (
            (Role.KIOSK, "k1"),
            (Role.DESK, "desk1"),
            (Role.PAGE, "desk1"),
            (Role.BROKER, "broker"),
        ):
            stack.certs.authority.renew(role, name, NOW)
        stack.kill("broker")
        await asyncio.to_thread(stack.start, "broker")
        await agent.until(lambda a: not a.troubles and a.kiosks["k1"].health.parts["certificate"].ok)


async def test_an_expired_certificate_is_named_with_the_remedy(stack, link_of):
    stack.make_kiosk("k1")
    stack.certs.authority.renew(Role.KIOSK, "k1", NOW - datetime.timedelta(days=500))
    await asyncio.to_thread(stack.start)
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S):
        parts = (await link.until(lambda s: {"certificate", "broker"} <= s.parts.keys())).parts
        assert (
            parts["certificate"].fault == "expired"
            and "`kiosk certs renew kiosk k1`" in parts["certificate"].remedy
        )
        assert not parts["broker"].ok and "does not accept" in parts["broker"].remedy
        stack.boards["k1"].press()
        await link.until(lambda s: s.alarm)  # nobody can be reached, so it is loud
        stack.certs.authority.renew(Role.KIOSK, "k1", NOW)
        await link.until(lambda s: s.parts["certificate"].ok and s.online)


async def test_a_terminal_with_the_certificate_of_another_says_so(stack, link_of):
    stack.make_kiosk("k1")
    other = stack.certs.authority.issue(Role.KIOSK, "k9", NOW)
    path = stack.directory / "k1.toml"
    path.write_text(path.read_text().replace("kiosk-k1.", "kiosk-k9."))
    assert str(other.cert) in path.read_text()
    await asyncio.to_thread(stack.start)
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S):
        parts = (
            await link.until(lambda s: "broker" in s.parts and s.parts["broker"].fault == "not-allowed")
        ).parts
        assert f"{HALL}/k1" in parts["broker"].remedy
        assert (await link.until(lambda s: not s.parts["certificate"].ok)).parts[
            "certificate"
        ].fault == "wrong-name"


async def test_a_desk_that_may_not_keep_the_ledger_says_so_and_its_calls_go_on(stack, link_of):
    stack.certs.authority.renew(Role.DESK, "desk1", NOW, ledger=False)
    stack.make_kiosk("k1")
    await asyncio.to_thread(stack.start)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await agent.until(lambda a: [t for t in a.troubles if t.part == "certificate" and t.fault == "no-ledger"])
        stack.boards["k1"].press()
        await agent.until_call("k1")


def lost(time: str) -> list[str]:
    """Runs a program with the wall clock of a machine that has no battery for it."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not installed: apt install faketime")
    more = ["DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
    return ["env", f"LD_PRELOAD={library}", f"FAKETIME=@{time}", *more]


@pytest.mark.parametrize("who", ["k1", "broker"])
async def test_a_clock_that_has_lost_its_time_loses_no_call(stack, link_of, who):
    """1970, at the terminal or at the broker: the call gets through, and the clock is the fault that is named."""
    stack.make_kiosk("k1", more='[hours]\nopen = ["mon-sun 00:00-24:00"]\nclosed_on = ["1970-01-02"]\n')
    stack.set_command(who, [*lost("1970-01-02 03:04:05"), *stack.command(who)])
    await asyncio.to_thread(stack.start)
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await link.until(lambda s: s.online and s.on_duty)
        stack.boards["k1"].press()
        await agent.until_call("k1")
        state = await link.until(lambda s: "clock" in s.parts and "certificate" in s.parts)
        assert state.open and state.parts["certificate"].ok
        if who == "k1":
            assert state.parts["clock"].fault == "unset" and "1970-01-02" in state.parts["clock"].remedy
        else:
            assert state.parts["clock"].ok


def test_a_terminal_that_comes_later_needs_a_reload_and_no_restart():
    with Stack() as hall:
        hall.make_broker()
        hall.make_desk("desk1", people=PEOPLE)
        hall.start()
        before = hall.pid("broker")
        hall.make_kiosk("k1")
        hall.start("k1")
        eventually(lambda: "connected to" in hall.log("k1"))
        assert hall.pid("broker") == before and "may not write" not in hall.log("k1")
