"""A press, and what other systems get of it: Prometheus, Home Assistant and a webhook, at a real mosquitto."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl

import aiohttp
from home_assistant import states
from mqtt_clients import Client
from parts import LIMIT_S, PEOPLE, eventually
from prometheus_client.parser import text_string_to_metric_families

from kiosk import topics
from kiosk.certs.roles import Role
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd, PageRung
from kiosk.desk.simulated_webhook import SimulatedWebhook
from kiosk.messages import Mode, Outcome, Seen, State
from kiosk.stack import HALL, Stack

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
CONFIG = topics.discovery("homeassistant", HALL, "k1")
CALL, HEALTH = topics.kiosk(HALL, "k1", "call"), topics.kiosk(HALL, "k1", "health")


class HomeAssistant:
    """Knows the last message of each topic, as Home Assistant does, with the certificate that it has."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, bytes] = {}
        client.listen("homeassistant/#", CALL, HEALTH)

    async def hears(self, topic: str) -> bytes:
        self._known |= await asyncio.to_thread(self._client.heard_until, topic)
        return self._known[topic]

    async def until(self, entity: str, wanted: str) -> dict[str, str]:
        """Wait until the terminal's entity has this state; gives those of all."""
        payload = json.loads(self._known[CONFIG])
        while (seen := states(payload, {CALL: b"", **self._known}))[entity] != wanted:
            await self.hears(CALL)
        return seen


async def figures(url: str, context: ssl.SSLContext) -> dict[str, float]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as http,
        http.get(f"{url}/metrics") as answer,
    ):
        assert answer.status == 200
        return {
            sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(await answer.text())
            for sample in family.samples
        }


async def test_a_press_is_seen_by_prometheus_home_assistant_and_a_webhook() -> None:
    other = SimulatedWebhook(SECRET)
    with Stack() as stack:
        stack.make_broker()
        stack.certs.issue(Role.HOME_ASSISTANT, "ha")
        hook = f'[[webhook]]\nurl = "{other.url}"\nsecret = "{SECRET}"\n'
        stack.make_desk("desk1", people=PEOPLE, more=f"[home_assistant]\nenabled = true\n{hook}")
        stack.make_kiosk("k1", more="[escalation]\nlinger_s = 1\n")
        free = stack.client("free", free=True)
        stack.start()
        context = ssl.create_default_context(cafile=str(stack.ca))
        with Client(stack.certs.settings_of(Role.HOME_ASSISTANT, "ha")) as client:
            home = HomeAssistant(client)
            await home.hears(CONFIG)
            await home.hears(HEALTH)
            async with (
                asyncio.timeout(LIMIT_S),
                connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent,
            ):
                await agent.go_on_duty()
                stack.boards["k1"].press()
                await agent.until_call("k1")
                await agent.act(PageRung, "k1", seen=Seen.DRAWN)
                await home.until("state", "rung")
                assert (await home.until("call", "ON"))["urgency"] == "normal"
                waiting = await figures(stack.url("desk1"), context)
                await agent.act(PageAccept, "k1", mode=Mode.WALK)
                assert (await home.until("state", "accepted"))["call"] == "OFF"
                await agent.act(PageArrived, "k1")
                await agent.until_call("k1", State.CONNECTED)
                await agent.act(PageEnd, "k1", outcome=Outcome.RESOLVED)
                await home.until("state", "idle")
            after = await figures(stack.url("desk1"), context)
            wanted = ["call.accepted", "call.ended", "call.opened"]
            await asyncio.to_thread(
                eventually, lambda: {*wanted} <= {told.body["type"] for told in other.told}, "three messages"
            )

            # A terminal that is taken away: its retained messages are cleared, and so is its device.
            stack.kill("k1")
            with Client(free) as somebody:
                for topic in (CALL, HEALTH):
                    somebody.write(topic, b"", retain=True)
            while await home.hears(CONFIG):
                pass
    other.close()
    assert all(told.signed for told in other.told) and "王芳".encode() not in b"".join(t.raw for t in other.told)
    assert waiting["rengong_calls[rung]"] == waiting["rengong_agents_on_duty[1]"] == 1
    assert waiting["rengong_broker_connected"] == waiting["rengong_ledger_kept"] == waiting["rengong_pages"] == 1
    assert after["rengong_calls_answered_total"] == after["rengong_calls_ended_total[resolved]"] == 1
    assert after["rengong_time_to_answer_seconds_count"] == after["rengong_time_to_shown_seconds_count"] == 1
