"""One connection of paho's, against something that listens and is no broker."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator

import pytest
from waiting import until

from kiosk import config
from kiosk.brokerfaults import BrokerError, NotConnected
from kiosk.pahoclient import PahoClient


@pytest.fixture
async def mute() -> AsyncIterator[config.Broker]:
    """Takes connections and says nothing."""
    open_ends = []

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield config.Broker(f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for writer in open_ends:
        writer.close()
    server.close()


def client_of(settings: config.Broker) -> PahoClient:
    return PahoClient(settings, "xinhua/k1", None, lambda *_: None, mqtt5=True)


async def test_what_still_waits_for_an_answer_is_told_that_the_connection_broke(mute: config.Broker) -> None:
    client = client_of(mute)
    await client.connect()
    future = client.publish("rengong/x", b"", retain=False, expiry_s=None)
    client.close()
    with pytest.raises(NotConnected):
        await future


async def test_a_closed_one_is_gone_at_once(mute: config.Broker) -> None:
    client = client_of(mute)
    await client.connect()
    paho = weakref.ref(client._client)
    gc.disable()
    try:
        client.close()
        await until(lambda: paho() is None)
    finally:
        gc.enable()


async def test_nobody_listens(mute: config.Broker, unused_tcp_port: int) -> None:
    client = client_of(config.Broker(f"mqtt://127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(BrokerError, match="nobody listens there"):
        await client.connect()
    client.close()
