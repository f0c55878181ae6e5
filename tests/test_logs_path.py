"""What the services log of a whole call: every step, and no word of the customer's or about the customer."""

import asyncio

from kiosk import local, messages
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd, PageRung
from kiosk.messages import Cause, Complain, Mode, Outcome, Seen, State, Summon
from kiosk.stack import Stack

SAID, COMPLAINED, NOTED = "我要取五万块给儿子", "你们窗口态度真差", "客户姓欧阳"


def test_every_step_is_logged_and_no_word_of_the_customer() -> None:
    with Stack() as hall:
        hall.make_broker()
        hall.make_desk(people={"wang": ("王芳", 1)})
        hall.make_kiosk()
        for name in ("desk1", "k1"):
            command = hall.command(name)
            hall.set_command(name, [*command[:3], "-v", *command[3:]])
        hall.start()
        asyncio.run(call(hall))
        link, desk = hall.log("k1"), hall.log("desk1")
    for step in ("opened", "rung", "accepted", "connected", "ended"):
        assert f"call req-t1: {step}" in link
    assert "DEBUG" in link, "it was asked to say all it can"
    for words in (SAID, COMPLAINED, NOTED, "欧阳"):
        assert words not in link + desk


async def call(hall: Stack) -> None:
    async with asyncio.timeout(30), connect(hall.url("desk1"), "wang", hall.password, hall.ca) as client:
        await client.go_on_duty()
        link = await local.connect(hall.socket("k1"))
        await link.send(messages.encode(Summon("t1", Cause.TOUCH, said=(SAID,))))
        await client.until_call("k1", State.CALLING, State.RUNG)
        await client.act(PageRung, "k1", seen=Seen.DRAWN)
        await client.act(PageAccept, "k1", mode=Mode.WALK)
        await client.until_call("k1", State.ACCEPTED)
        await client.act(PageArrived, "k1")
        await client.until_call("k1", State.CONNECTED)
        await link.send(messages.encode(Complain("c1", COMPLAINED)))
        await client.act(PageEnd, "k1", outcome=Outcome.RESOLVED, note=NOTED)
        await client.until_call("k1", State.ENDED)
        await link.close()
