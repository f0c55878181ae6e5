"""The broker as this machine sees it: whether it takes us, and until when its certificate is good."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

from kiosk import config
from kiosk.broker import Broker
from kiosk.certs.roles import Holder, Role
from kiosk.ops.doctor import files
from kiosk.ops.doctor.line import Line, State

PATIENCE_S = 6.0
HANDSHAKE_S = 3.0


def certificate(settings: config.Broker) -> Iterator[Line]:
    """Its certificate as it shows it; nothing where it shows none: that it cannot be reached is said elsewhere."""
    if not settings.tls:
        return
    with contextlib.suppress(OSError):
        yield files.dated("the broker's certificate", _ends(settings), "renew broker")


def takes(settings: config.Desk) -> Line:
    """Whether it takes the desk, which does not run."""
    where = f"{settings.broker.host}:{settings.broker.port}"
    if fault := connect(settings.broker, str(Holder(settings.hall, Role.DESK, settings.name))):
        return Line("broker", State.BAD, f"no connection to {where}", fault)
    return Line("broker", State.OK, f"{where} would take this desk")


def connect(settings: config.Broker, client: str) -> str:
    """Connect as this client; gives why not, empty: it went. Throws out whoever is connected by that name."""
    return asyncio.run(_connect(settings, client))


def _ends(settings: config.Broker) -> datetime:
    """When its certificate ends. Without a word of MQTT, so that nobody of our name is thrown out."""
    context = ssl.create_default_context(cafile=settings.ca)
    if settings.cert:
        context.load_cert_chain(settings.cert, settings.key or None)
    with (
        socket.create_connection((settings.host, settings.port), HANDSHAKE_S) as plain,
        context.wrap_socket(plain, server_hostname=settings.host) as shown,
    ):
        ends = (shown.getpeercert() or {})["notAfter"]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC)


async def _connect(settings: config.Broker, client: str) -> str:
    connected = asyncio.Event()

    async def on_connected() -> None:
        connected.set()

    connection = Broker(settings, client, on_connected=on_connected, on_message=lambda _message: None)
    running = asyncio.create_task(connection.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await connected.wait()
    except TimeoutError:
        return connection.fault or "it does not answer; check network and address"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return ""
