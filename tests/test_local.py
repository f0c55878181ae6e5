import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from waiting import PATIENCE_S, until

from kiosk.local import MAX_LINE, LocalClient, LocalConnection, LocalService, SocketBusy, connect
from kiosk.messages import BadMessage


class Echo:
    """A service whose state is a word and that answers each line with the same in capitals."""

    def __init__(self, path: Path) -> None:
        self.state = b"idle"
        self.left: list[LocalClient] = []
        self.service = LocalService(path, lambda: self.state, self._answer, self.left.append)

    def _answer(self, client: LocalClient, line: bytes) -> bytes:
        if line.startswith(b"bad"):
            raise BadMessage("not a command")
        return line.strip().upper()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "link.sock"


@pytest.fixture
async def echo(path: Path) -> AsyncIterator[Echo]:
    echo = Echo(path)
    await echo.service.start()
    yield echo
    await echo.service.stop()


async def read(connection: LocalConnection) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return (await connection.receive()).strip()


async def test_a_client_is_told_everything_first_and_then_each_change(echo: Echo, path: Path) -> None:
    client = await connect(path)
    assert await read(client) == b"idle"
    echo.service.broadcast(b"calling")
    assert await read(client) == b"calling"
    echo.state = b"rung"
    assert await read(await connect(path)) == b"rung"
    await client.close()
    await until(lambda: echo.left)


async def test_a_command_is_answered_to_the_one_who_sent_it(echo: Echo, path: Path) -> None:
    one, other = await connect(path), await connect(path)
    for client in (one, other):
        assert await read(client) == b"idle"
    await one.send(b"summon")
    await other.send(b"hello")
    assert await read(one) == b"SUMMON"
    assert await read(other) == b"HELLO"


async def test_a_bad_line_is_counted_and_the_connection_lives_on(echo: Echo, path: Path) -> None:
    client = await connect(path)
    for line in (b"bad 1", b"bad 2", b"good"):
        await client.send(line)
    assert [await read(client), await read(client)] == [b"idle", b"GOOD"]
    assert echo.service.bad_lines == 2


async def test_the_longest_line_is_read_and_a_longer_one_ends_only_that_connection(echo: Echo, path: Path) -> None:
    other, client = await connect(path), await connect(path)
    for one in (other, client):
        await read(one)
    await client.send(b"x" * (MAX_LINE - 1))
    assert await read(client) == b"X" * (MAX_LINE - 1)
    with pytest.raises(ConnectionError):
        await client.send(b"x" * 4 * MAX_LINE)
        await read(client)
    assert echo.service.bad_lines == 1
    await other.send(b"still there")
    assert await read(other) == b"STILL THERE"


async def test_a_client_that_never_reads_is_dropped_and_holds_up_nobody(echo: Echo, path: Path) -> None:
    """It also floods the service with commands whose answers it does not take."""
    sleeper = await asyncio.to_thread(socket.socket, socket.AF_UNIX)
    await asyncio.to_thread(sleeper.connect, str(path))
    reader = await connect(path)
    assert await read(reader) == b"idle"
    await until(lambda: len(echo.service.clients) == 2)
    sent = 0
    while len(echo.service.clients) == 2:
        sent += 1
        assert sent < 2000, "it is not dropped"
        echo.service.broadcast(b"%d " % sent + b"x" * 10_000)
        assert (await read(reader)).startswith(b"%d " % sent)
    assert len(echo.left) == 1
    sleeper.close()
    await reader.send(b"fine")
    assert await read(reader) == b"FINE"


async def test_what_a_killed_service_left_behind_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    echo = Echo(path)
    await echo.service.start()
    assert await read(await connect(path)) == b"idle"
    await echo.service.stop()
    assert not path.exists()


async def test_two_services_on_one_socket(echo: Echo, path: Path) -> None:
    second = Echo(path)
    with pytest.raises(SocketBusy, match=r"link\.sock is served by another process; stop it first"):
        await second.service.start()
    assert await read(await connect(path)) == b"idle"


async def test_only_owner_and_group_may_connect(echo: Echo, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


async def test_a_path_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        await Echo(tmp_path / "file" / "link.sock").service.start()


async def test_who_is_sent_away_by_the_end_of_the_service_has_not_left(echo: Echo, path: Path) -> None:
    client = await connect(path)
    assert await read(client) == b"idle"
    await echo.service.stop()
    with pytest.raises(ConnectionError):
        await read(client)
    await asyncio.sleep(0)
    assert (echo.left, echo.service.clients) == ([], set())


async def test_that_a_slow_client_has_got_everything_can_be_waited_for(echo: Echo, path: Path) -> None:
    other = await connect(path)
    assert await read(other) == b"idle"
    before = echo.service.clients.copy()
    slow = await connect(path)
    assert await read(slow) == b"idle"
    (served,) = echo.service.clients - before
    await served.flushed()
    for _ in range(60):
        served.send(b"x" * 20_000)
    flushed = asyncio.create_task(served.flushed())
    await other.send(b"alive")  # the service has had its turn
    assert await read(other) == b"ALIVE"
    assert not flushed.done()
    for _ in range(60):
        assert len(await read(slow)) == 20_000
    async with asyncio.timeout(PATIENCE_S):
        await flushed


async def test_clients_learn_that_the_service_has_stopped(echo: Echo, path: Path) -> None:
    client = await connect(path)
    assert await read(client) == b"idle"
    await echo.service.stop()
    async with asyncio.timeout(PATIENCE_S):
        assert [message async for message in client] == []
    with pytest.raises(OSError):
        await connect(path)


async def test_a_client_that_breaks_off_in_the_middle_of_a_line(echo: Echo, path: Path) -> None:
    client = await connect(path)
    assert await read(client) == b"idle"
    client._writer.write(b"half a li")
    await client.close()
    await until(lambda: len(echo.left) == 1)
    assert echo.service.clients == set()
