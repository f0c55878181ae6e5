"""What Prometheus reads at a desk, and who may."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from kiosk import config, messages
from kiosk.broker import Message
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.metrics import MAX_FAULTS
from kiosk.desk.people import People
from kiosk.desk.service import DeskService
from kiosk.desk.tally import Happening, Kind, Tally
from kiosk.desk.web import make_app
from kiosk.desk.web_metrics import is_here
from kiosk.messages import Agent, Call, Health, Mode, Outcome, Part, State, Urgency

TOKEN = "a-token-of-the-hall-1"
CALL = Call("c1", State.CALLING, 0, 0, said=("我被骗了",), urgency=Urgency.URGENT)


def at(age_s: float, state: State, since_s: float = 0.0, **more: Any) -> Call:
    return replace(CALL, state=state, age_ms=round(age_s * 1000), state_age_ms=round(since_s * 1000), **more)


# --- what is counted ----------------------------------------------------------------------------------


def told(*calls: Call | None) -> list[Happening]:
    tally = Tally(promised_s=15)
    return [what for call in calls for what in tally.see("k1", call)]


def test_a_call_that_is_answered_in_time() -> None:
    assert told(
        CALL,
        at(1.5, State.RUNG, 0.5),
        at(4, State.RUNG, 3),
        at(8, State.ACCEPTED),
        at(20, State.CONNECTED, 5),
        at(60, State.ENDED, 0, outcome=Outcome.RESOLVED),
        at(65, State.ENDED, 5, outcome=Outcome.RESOLVED),
        None,
    ) == [
        Happening(Kind.OPENED),
        Happening(Kind.SHOWN, 1.0),
        Happening(Kind.ANSWERED, 8.0),
        Happening(Kind.KEPT),
        Happening(Kind.ENDED, outcome=Outcome.RESOLVED),
    ]


def test_a_promise_is_broken_once_and_at_once() -> None:
    assert told(CALL, at(15, State.RUNG), at(15.5, State.RUNG), at(40, State.CALLING), at(50, State.ACCEPTED)) == [
        Happening(Kind.OPENED),
        Happening(Kind.SHOWN, 15.0),
        Happening(Kind.BROKEN),
        Happening(Kind.ANSWERED, 50.0),
    ]


def test_an_answer_that_came_too_late_while_the_desk_did_not_look() -> None:
    assert told(CALL, at(30, State.ACCEPTED, 10))[1:] == [Happening(Kind.ANSWERED, 20.0), Happening(Kind.BROKEN)]


def test_a_call_that_changes_hands_is_answered_once() -> None:
    again = [at(age, State.CALLING, age - 9, round=1) for age in (9, 29)]
    calls = CALL, at(3, State.ACCEPTED), *again, at(30, State.ACCEPTED, round=1)
    assert [what.kind for what in told(*calls)] == [Kind.OPENED, Kind.ANSWERED, Kind.KEPT]


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CONNECTED, State.ENDED])
def test_of_what_was_before_the_desk_looked_nothing_is_known(state: State) -> None:
    assert told(at(100, state)) == []


def test_the_next_call_is_another_one() -> None:
    assert [what.kind for what in told(CALL, replace(CALL, id="c2"))] == [Kind.OPENED, Kind.OPENED]


# --- what is read -------------------------------------------------------------------------------------


class Desk:
    """A real desk without broker, as what it is told comes from the broker."""

    def __init__(self, service: DeskService, client: TestClient[Any, Any]) -> None:
        self.service = service
        self.client = client

    def hears(self, leaf: str, message: object, kiosk: str = "k1") -> None:
        payload = messages.encode(message) if message is not None else b""
        self.service.receive(Message(f"rengong/v1/demo/{kiosk}/{leaf}", payload, False))

    async def figures(self) -> dict[str, float]:
        """``name{label="value",...}`` -> value."""
        answer = await self.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status == 200
        return {
            sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(await answer.text())
            for sample in family.samples
        }


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
async def desk(tmp_path: Path, token: str) -> AsyncIterator[Desk]:
    url = f"sqlite:///{tmp_path}/desk.db"
    engine = open_database(url)
    settings = config.Desk("demo", "desk1", database=url, ledger=True, metrics_token=token)
    service = DeskService(settings, People(engine), Ledger(engine))
    async with TestClient(TestServer(make_app(service))) as client:
        yield Desk(service, client)


async def test_a_call_changes_the_figures(desk: Desk) -> None:
    quiet = await desk.figures()
    assert quiet["rengong_calls[calling]"] == quiet["rengong_calls_opened_total"] == 0
    assert quiet["rengong_calls_ended_total[resolved]"] == quiet["rengong_oldest_wait_seconds"] == 0
    assert (quiet["rengong_broker_connected"], quiet["rengong_ledger_kept"]) == (0, 1)
    assert quiet["process_resident_memory_bytes"] > 0

    desk.hears("call", at(4, State.RUNG))
    waiting = await desk.figures()
    assert waiting["rengong_calls[rung]"] == waiting["rengong_calls_waiting[urgent]"] == 1
    assert waiting["rengong_calls_waiting[normal]"] == 0
    assert 4 <= waiting["rengong_oldest_wait_seconds"] < 60

    agent = Agent("wang", "王芳", "desk1")
    desk.hears("call", at(9, State.ACCEPTED, agent=agent, mode=Mode.WALK))
    desk.hears("call", at(30, State.ENDED, agent=agent, outcome=Outcome.RESOLVED))
    after = await desk.figures()
    assert after["rengong_calls_opened_total"] == after["rengong_calls_answered_total"] == 1
    assert after["rengong_promises_kept_total"] == 1 and after["rengong_promises_broken_total"] == 0
    assert after["rengong_calls_ended_total[resolved]"] == after["rengong_calls[ended]"] == 1
    buckets = {key: after[f"rengong_time_to_answer_seconds_bucket[{key}]"] for key in ("5.0", "15.0", "+Inf")}
    assert buckets == {"5.0": 0, "15.0": 1, "+Inf": 1}
    assert after["rengong_time_to_answer_seconds_sum"] == 9.0


async def test_kiosks_faults_and_rubbish(desk: Desk) -> None:
    desk.hears("health", Health(online=True, parts={"button": Part(False, "unplugged", "r"), "clock": Part(True)}))
    desk.hears("health", Health(online=False), kiosk="k2")
    desk.hears("health", {"online": "maybe"})
    figures = await desk.figures()
    assert figures["rengong_kiosk_fault[unplugged][k1][button]"] == 1
    assert (figures["rengong_kiosks[online]"], figures["rengong_kiosks[offline]"]) == (1, 1)
    assert figures["rengong_bad_messages_total"] == 1
    await desk.service.in_database(desk.service.people.all)
    assert (await desk.figures())["rengong_database_seconds_count"] == 1


async def test_a_kiosk_out_of_its_mind_makes_no_endless_labels_and_no_word_is_in_them(desk: Desk) -> None:
    parts = {f'p{n}\n"': Part(False, f"fault {n}", "r") for n in range(500)}
    desk.hears("health", Health(online=True, parts=parts))
    desk.hears("call", CALL)
    figures = await desk.figures()
    assert sum(name.startswith("rengong_kiosk_fault") for name in figures) == MAX_FAULTS
    assert "骗" not in "".join(figures)


async def test_the_manual_names_each_of_them(desk: Desk) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "integration.md").read_text(encoding="utf-8")
    told = {name.removesuffix("_total") for name in re.findall(r"^\| `(rengong_\w+)` \|", manual, re.M)}
    assert told == {metric.name for metric in desk.service.metrics.registry.collect() if "rengong" in metric.name}


async def test_two_desks_in_one_process_share_nothing(desk: Desk, tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/other.db")
    other = DeskService(config.Desk("demo", "desk2"), People(engine), Ledger(engine))
    desk.hears("call", CALL)
    assert other.metrics.registry.get_sample_value("rengong_calls_opened_total") == 0
    assert (await desk.figures())["rengong_calls_opened_total"] == 1


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer 密码"]
)
async def test_without_the_token_nothing_is_told(desk: Desk, said: str) -> None:
    answer = await desk.client.get("/metrics", headers={"Authorization": said} if said else {})
    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert "rengong_" not in await answer.text()


@pytest.mark.parametrize("token", [""])
async def test_with_no_token_set_only_this_machine_is_told(desk: Desk) -> None:
    assert (await desk.client.get("/metrics")).status == 200  # it comes from 127.0.0.1
    assert [is_here(address) for address in ("::1", "127.0.0.5")] == [True, True]
    assert [is_here(address) for address in ("192.0.2.1", "", "::ffff:192.0.2.1", "localhost")] == [False] * 4
