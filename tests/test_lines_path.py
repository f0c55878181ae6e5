"""A button without a board, on modem lines, with a real link, broker and desk."""

from __future__ import annotations

import asyncio

import pytest
from parts import LIMIT_S, eventually

from kiosk.button import Lamp
from kiosk.button.wiring import WiringFault
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageRung
from kiosk.messages import Mode, Seen, State, Urgency
from kiosk.stack import Stack


@pytest.fixture
def terminal():
    """A link by itself: its button needs neither broker nor desk."""
    with Stack() as hall:
        yield hall
        print(hall.log("k1")[-3000:])


def fault(state):
    return state.parts["button"].fault


async def test_a_press_on_modem_lines_reaches_an_agent_and_the_lamp_says_so(stack, link_of):
    stack.make_kiosk("k1", lines=True)
    stack.start()
    button = stack.lines["k1"]
    link = await link_of(stack)
    async with (
        asyncio.timeout(LIMIT_S),
        connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent,
    ):
        await agent.go_on_duty()
        await link.until(lambda s: s.online and s.on_duty and s.parts["button"].ok)
        eventually(lambda: button.lamp is Lamp.READY)
        button.press()
        call = await agent.until_call("k1", State.CALLING, State.RUNG)
        assert agent.rings(agent.kiosks["k1"])
        await agent.act(PageRung, "k1", seen=Seen.DRAWN)
        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        await link.until(lambda s: s.call and s.call.state is State.ACCEPTED)
        eventually(lambda: button.lamp is Lamp.ANSWERED)

        button.break_(WiringFault.OPEN_NO)
        button.press()  # one contact alone has seen it: in doubt, it counts
        await link.until(lambda s: s.call.presses == 2 and fault(s) == "no-open")
        await agent.until(lambda a: a.kiosks["k1"].health.parts["button"].fault == "no-open")
        assert agent.kiosks["k1"].call.id == call.id


async def test_without_a_board_a_press_is_lost_while_the_link_is_down_but_not_a_button_that_is_held(
    terminal, link_of
):
    terminal.make_kiosk("k1", lines=True)
    terminal.start("k1")
    button = terminal.lines["k1"]
    await (await link_of(terminal)).until(lambda s: s.parts["button"].ok)
    eventually(lambda: button.opened)
    terminal.kill("k1")
    eventually(lambda: not button.opened)
    assert not button.lit, "a program that is gone promises nobody"
    button.press(0.2)
    await asyncio.sleep(0.4)  # until it is over, on a button that nobody reads
    terminal.start("k1")
    link = await link_of(terminal)
    eventually(lambda: button.lamp is Lamp.READY)  # 4 s of reading contacts
    button.press()
    state = await link.until(lambda s: s.call)
    assert state.call.presses == 1, "the press of before is nowhere"

    terminal.kill("k1")
    (terminal.directory / "k1" / "journal.db").unlink()
    button.hold()
    terminal.start("k1")
    link = await link_of(terminal)
    await link.until(lambda s: s.call)
    await link.until(lambda s: s.call.urgency is Urgency.URGENT)


BROKEN = [
    # what is done to the wiring, whether somebody presses then, the fault, whether it calls
    ([WiringFault.OPEN_NO], True, "no-open", True),
    ([WiringFault.OPEN_NC], False, "cut", False),
    ([WiringFault.OPEN_NC], True, "nc-open", True),
    ([WiringFault.WELD], False, "welded", True),
    ([WiringFault.WELD_NC], True, "welded", True),
    ([WiringFault.CUT], False, "cut", False),
    ([WiringFault.SWAP], False, "swapped", True),
    (None, False, "unplugged", False),
]


@pytest.mark.parametrize(("faults", "presses", "name", "calls"), BROKEN)
async def test_each_fault_of_the_wiring_has_its_name_at_the_link_and_calls_where_it_is_in_doubt(
    faults, presses, name, calls, terminal, link_of
):
    terminal.make_kiosk("k1", lines=True)
    button = terminal.lines["k1"]
    if faults == [WiringFault.SWAP]:
        button.break_(WiringFault.SWAP)
    terminal.start("k1")
    link = await link_of(terminal)
    if faults != [WiringFault.SWAP]:
        await link.until(lambda s: s.parts["button"].ok)
        eventually(lambda: button.lit)  # the link reads the contacts
        for one in faults or []:
            button.break_(one)
    if faults is None:
        button.unplug(3600)
    if presses:
        button.press()
    state = await link.until(lambda s: fault(s) == name)
    assert state.parts["button"].remedy
    if calls:
        await link.until(lambda s: s.call)
    else:
        assert state.call is None


async def test_a_port_that_has_no_modem_lines_says_so(terminal, link_of):
    terminal.make_kiosk("k1", more="", board=True)
    path = terminal.directory / "k1.toml"
    path.write_text(path.read_text().replace('driver = "board"', 'driver = "lines"'))
    terminal.start("k1")
    link = await link_of(terminal)
    state = await link.until(lambda s: fault(s) == "no-lines")
    assert "button.driver" in state.parts["button"].remedy
