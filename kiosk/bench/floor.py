"""The least that a press could cost on this machine now: the bare parts, with the same payload and QoS."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from kiosk import clock, config, topics
from kiosk.broker import Broker, Message

TOPIC = f"{topics.ROOT}/floor/k1/call"
#: How long everything is left alone before a press or an empty frame, as a customer finds it: what came before
#: is over and drawn, and a random part of a frame more.
IDLE_S = (0.1, 0.12)


async def mqtt_round_trips(
    clients: tuple[config.Broker, config.Broker], payload: bytes, count: int
) -> list[float]:
    """Milliseconds from publish (QoS 1, retained) to the arrival at another client of the same broker.

    ``clients``: their settings; both may do everything with the topic.
    """
    arrived: asyncio.Queue[float] = asyncio.Queue()
    ready = [asyncio.Event(), asyncio.Event()]

    def on_message(message: Message) -> None:
        if not message.retained:
            arrived.put_nowait(clock.now())

    async def subscribe() -> None:
        await subscriber.subscribe([TOPIC])
        ready[0].set()

    async def connected() -> None:
        ready[1].set()

    subscriber = Broker(clients[0], "floor-sub", on_connected=subscribe, on_message=on_message)
    publisher = Broker(clients[1], "floor-pub", on_connected=connected, on_message=lambda _: None)
    tasks = [asyncio.create_task(client.run()) for client in (subscriber, publisher)]
    try:
        for event in ready:
            await asyncio.wait_for(event.wait(), 10)
        times = []
        for _ in range(count):
            start = clock.now()
            acknowledged = publisher.publish(TOPIC, payload, retain=True)
            times.append((await asyncio.wait_for(arrived.get(), 10) - start) * 1000)
            await acknowledged
        return times
    finally:
        for task in tasks:
            task.cancel()


def commits(directory: Path, payload: bytes, count: int) -> list[float]:
    """Milliseconds of one SQLite commit of the payload, WAL, synchronous=FULL."""
    db = sqlite3.connect(directory / "floor.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE floor (body BLOB)")
    times = []
    for _ in range(count):
        start = clock.now()
        db.execute("INSERT INTO floor VALUES (?)", (payload,))
        times.append((clock.now() - start) * 1000)
    db.close()
    return times
