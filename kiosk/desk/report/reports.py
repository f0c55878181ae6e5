"""Reports for the pages of a desk: each is worked out once, by a process of its own, while calls go on."""

from __future__ import annotations

import asyncio
import logging
import sys

import msgspec

from kiosk import clock
from kiosk.desk.report.job import Job
from kiosk.desk.report.summary import Summary

log = logging.getLogger(__name__)

FRESH_S = 60.0  # so long the same report is not worked out again
KEPT = 8
LIMIT_S = 600.0  # a machine with much to do lets a report wait


class ReportError(RuntimeError):
    """A report could not be worked out; the desk's log says why."""


class Reports:
    """The newest reports; one is worked out at a time."""

    def __init__(self) -> None:
        self._kept: dict[Job, tuple[float, asyncio.Task[Summary]]] = {}
        self._turn = asyncio.Lock()

    async def get(self, job: Job) -> Summary:
        """The report, no older than a minute. Raises :class:`ReportError`."""
        kept = self._kept.get(job)
        if kept is None or (kept[1].done() and clock.now() - kept[0] > FRESH_S):
            kept = self._kept[job] = (clock.now(), asyncio.create_task(self._work(job)))
        try:
            # Whoever goes away does not take it from others who wait for the same.
            return await asyncio.shield(kept[1])
        except ReportError:
            self._kept.pop(job, None)
            raise

    async def close(self) -> None:
        """Give up what is being worked out."""
        tasks = [task for _, task in self._kept.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, job: Job) -> Summary:
        async with self._turn:
            begun = clock.now()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "kiosk.desk.report.job"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                # By its standard input, because others can read a process's arguments, and the URL has a password.
                async with asyncio.timeout(LIMIT_S):
                    out, err = await process.communicate(msgspec.json.encode(job))
            except TimeoutError as error:
                log.error("a report took more than %.0f s; ask for fewer days at a time", LIMIT_S)
                raise ReportError("timeout") from error
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if process.returncode != 0:
                why = err.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
                log.error("a report failed: %s; check 'database' in desk.toml and its disk", why[0])
                raise ReportError(why[0])
            self._forget()
            log.info("a report of %s took %.1f s", job.asked.period, clock.now() - begun)
            return msgspec.json.decode(out, type=Summary)

    def _forget(self) -> None:
        done = [job for job, (_, task) in self._kept.items() if task.done()]
        for job in done[: max(0, len(self._kept) - KEPT)]:
            del self._kept[job]
