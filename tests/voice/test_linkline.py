"""Voice's line to the link, against a link that does what the test wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from parts import LIMIT_S
from waiting import until

from kiosk import messages
from kiosk.local import LocalClient, LocalService
from kiosk.messages import Cause, Command, Hello, Last, Part, Report, Result, Summon, Work
from kiosk.voice.linkline import REPORT_S, LinkLine

HEARD = {Work.HEARD: Last(40)}


class FakeLink:
    """Keeps what it is told; ``deaf`` drops whoever summons, as a link that dies before it has taken it."""

    def __init__(self, path: Path) -> None:
        self.told: list[Command] = []
        self.deaf = False
        self.service = LocalService(path, lambda: messages.encode(Result("hello", ok=True)), self._obey)

    def _obey(self, client: LocalClient, line: bytes) -> bytes:
        command: Command = messages.decode(line, Command)  # type: ignore[arg-type]
        self.told.append(command)
        if isinstance(command, Summon) and self.deaf:
            client._writer.transport.abort()
        return messages.encode(Result(command.request, ok=True))

    def of(self, kind: type) -> list[Command]:
        return [command for command in self.told if isinstance(command, kind)]


@pytest.fixture
def link(tmp_path: Path) -> FakeLink:
    return FakeLink(tmp_path / "link.sock")


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[LinkLine]:
    line = LinkLine(tmp_path / "link.sock", lambda: {"microphone": Part(ok=True)}, lambda: HEARD)
    running = asyncio.create_task(line.run())
    yield line
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_it_says_who_it_is_and_how_it_is(link: FakeLink, line: LinkLine) -> None:
    await link.service.start()
    await until(lambda: link.of(Report))
    assert link.told[:2] == [Hello("voice"), Report("report", {"microphone": Part(ok=True)}, HEARD)]
    await link.service.stop()


async def test_a_summons_is_said_until_it_is_taken_and_then_no_more(link: FakeLink, line: LinkLine) -> None:
    line.summon("人工", "said-1")  # before there is a link at all
    link.deaf = True
    await link.service.start()
    await until(lambda: len(link.of(Summon)) >= 2)
    assert len(set(map(str, link.of(Summon)))) == 1, "the same request, so that it is one call"
    link.deaf = False
    await until(lambda: not line._wanted)
    said = len(link.of(Summon))
    line.summon("还要人工", "said-2")
    await until(lambda: len(link.of(Summon)) > said)
    first, *_, last = link.of(Summon)
    assert isinstance(first, Summon) and isinstance(last, Summon)
    assert (len(link.of(Summon)), first.cause, first.said) == (said + 1, Cause.VOICE, ("人工",))
    assert last.said == ("还要人工",) and last.request != first.request
    await link.service.stop()


@pytest.mark.parametrize("moments", range(12))
async def test_it_ends_also_when_the_link_goes_at_the_same_moment(tmp_path: Path, moments: int) -> None:
    link = FakeLink(tmp_path / "link.sock")
    await link.service.start()
    line = LinkLine(tmp_path / "link.sock", lambda: {}, lambda: HEARD)
    running = asyncio.create_task(line.run())
    await until(lambda: link.of(Report))
    await link.service.stop()
    for _ in range(moments):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(LIMIT_S):
            await running


async def test_it_reports_at_once_when_it_is_told_to(link: FakeLink, line: LinkLine) -> None:
    await link.service.start()
    await until(lambda: link.of(Report))
    reports = len(link.of(Report))
    line.report()
    async with asyncio.timeout(REPORT_S / 2):  # and not with the next regular one
        while len(link.of(Report)) == reports:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    await link.service.stop()
