"""The self-test, like that of a lift's alarm: EN 81-28 wants one at least every three days, by itself.

A test call goes the whole way: the button's line is supervised, then link, broker, a desk, and back. It is marked
as a test, and rings nobody.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from kiosk import clock, config
from kiosk.link.journal import JournalError
from kiosk.link.parts import Parts
from kiosk.link.recorder import Recorder
from kiosk.messages import MAX_TEXT, Fact, Part, SelfTest, SelfTested, Tested

LONGEST = timedelta(hours=72)  # EN 81-28, 4.2.1: at least every three days
ANSWER_S = 5.0
LOOK_S = 10.0
AGAIN_S = 300.0  # after a test that failed; sooner when what was at fault is well again
PART = "self-test"
#: Parts without which no test can pass.
_WHOLE_WAY = {"button", "journal", "broker", "desk"}
#: What can be wrong with a test; empty: nothing.
Result = Literal["", "failed", "no-answer", "overdue"]
_KEY = "self-test"  # in the journal: when the last one passed


class Passed(Struct, frozen=True):
    """When the last test passed, by the terminal's wall clock."""

    wall_ms: int


def due(now: datetime, passed: datetime | None, at: time) -> bool:
    """Whether it is time for a test; ``passed``: when the last good one was. All in the hall's time."""
    if passed is None or passed > now or now - passed >= LONGEST:
        return True
    today = datetime.combine(now.date(), at, now.tzinfo)
    return passed < today <= now


def overdue(now: datetime, passed: datetime | None) -> bool:
    """Whether the last good test is longer ago than it may be."""
    return passed is not None and now - passed > LONGEST


class SelfTester:
    """Tests at the configured hour, and soon after a start that knows of no test.

    ``publish`` raises :class:`~kiosk.brokerfaults.NotConnected`; ``report`` gets facts for the record; ``busy``
    says whether there is a call, which no test may disturb. :attr:`last` is the newest result, None before the
    first.
    """

    def __init__(
        self,
        settings: config.SelfTest,
        zone: ZoneInfo,
        recorder: Recorder,
        parts: Parts,
        *,
        publish: Callable[[SelfTest], None],
        report: Callable[[list[Fact]], None],
        busy: Callable[[], bool],
    ) -> None:
        self._enabled = settings.enabled
        self._at = time.fromisoformat(settings.at)
        self._zone = zone
        self._recorder = recorder
        self._parts = parts
        self._publish = publish
        self._report = report
        self._busy = busy
        self._waiting: tuple[str, asyncio.Future[Tested]] | None = None
        self._asked = asyncio.Event()
        self._passed: datetime | None = None
        self.last: SelfTested | None = None

    def ask(self) -> None:
        """Somebody wants a test now."""
        self._asked.set()

    def answered(self, answer: Tested) -> None:
        """A desk has got the test call; the first answer counts."""
        if self._waiting is not None and self._waiting[0] == answer.test and not self._waiting[1].done():
            self._waiting[1].set_result(answer)

    async def run(self) -> None:
        """Test for ever."""
        noted = await self._recorder.noted(_KEY, Passed)
        if noted is not None:
            self._passed = datetime.fromtimestamp(noted.wall_ms / 1000, self._zone)
        next_try = clock.now() + LOOK_S  # the broker is given time to be reached
        hindered: set[str] = set()  # what was at fault when the last one failed
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._asked.wait()
            except TimeoutError:
                mended = hindered and not hindered & self._hindrances()
                if not self._enabled or not (mended or clock.now() >= next_try) or not self._is_due():
                    continue
            self._asked.clear()  # also of what is not done: it would be asked for without end
            if self._busy():
                continue  # a real call is the better test
            hindered = set()
            if not await self._test():
                next_try, hindered = clock.now() + AGAIN_S, self._hindrances()

    def _hindrances(self) -> set[str]:
        parts = self._parts.report(clock.now())
        return {name for name in _WHOLE_WAY & parts.keys() if not parts[name].ok}

    def _is_due(self) -> bool:
        # By a clock that has lost its time nothing is due but the first test.
        if not clock.is_set(clock.wall_ms() / 1000):
            return self.last is None
        return due(datetime.now(self._zone), self._passed, self._at)

    async def _test(self) -> bool:
        started = clock.now()
        fault, text, desk = await self._call()
        took_ms = round((clock.now() - started) * 1000)
        now = datetime.now(self._zone)
        if fault and overdue(now, self._passed):
            fault, text = "overdue", f"no self-test has passed since {self._passed:%Y-%m-%d %H:%M}: {text}"
        if not fault:
            try:
                await self._recorder.note(_KEY, Passed(clock.wall_ms()))
            except JournalError as error:  # the journal's own fault says so too
                fault, text = "failed", f"the result cannot be kept: {error}"
        if fault:
            self._parts.fault(PART, fault, text, clock.now())
        else:
            self._passed = now
            self._parts.well(PART)
        number = self.last.number + 1 if self.last else 1
        self.last = SelfTested(number, fault, text[:MAX_TEXT], desk, took_ms)
        self._report([Fact(kind="self-test", why=fault or "passed", text=text[:MAX_TEXT], desk=desk)])
        return not fault

    async def _call(self) -> tuple[Result, str, str]:
        """One test call: fault, explanation, and the desk that answered."""
        button = self._parts.report(clock.now()).get("button", Part(True))
        if not button.ok:
            return "failed", f"the button cannot call: {button.fault}: {button.remedy}", ""
        test = uuid.uuid4().hex[:12]
        answer: asyncio.Future[Tested] = asyncio.get_running_loop().create_future()
        self._waiting = (test, answer)
        try:
            self._publish(SelfTest(test))
            async with asyncio.timeout(ANSWER_S):
                tested = await answer
        except TimeoutError:
            return (
                "no-answer",
                "no desk has answered the test call: does `kiosk desk` run, for this hall?",
                "",
            )
        except ConnectionError as error:
            return "failed", f"the test call cannot be sent: {error}", ""
        finally:
            self._waiting = None
        return "", f"{tested.agents} on duty", tested.desk
