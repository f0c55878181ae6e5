"""The link process: joins button, call, journal, broker, local socket and alarm. The shell around the core."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from kiosk import clock, config, messages
from kiosk.button import Button, ButtonEvent
from kiosk.link.alarm import AlarmSound
from kiosk.link.call import Switchboard
from kiosk.link.causes import call_back_cause
from kiosk.link.clients import Clients
from kiosk.link.commands import Commands
from kiosk.link.duty import DutyWebhook
from kiosk.link.health import HealthReport
from kiosk.link.journal import Saved
from kiosk.link.parts import Parts
from kiosk.link.presses import Presses
from kiosk.link.recorder import Recorder
from kiosk.link.reports import Reports
from kiosk.link.selftest import SelfTester
from kiosk.link.sending import EventSender
from kiosk.link.signalling import Signalling
from kiosk.link.signals import Signals
from kiosk.link.telling import Telling
from kiosk.link.uplink import Uplink
from kiosk.link.view import View
from kiosk.link.world import World
from kiosk.local import LocalClient
from kiosk.logs import about
from kiosk.messages import Fact
from kiosk.ops.notify import keep_watchdog, notify

log = logging.getLogger(__name__)

TICK_S = 0.2
HEALTH_S = 5.0
RESTART_STATUS = 75  # whoever runs the link starts it again (EX_TEMPFAIL)
ANSWER_S = 1.0  # so long a client may take to read the answer before a restart


class LinkService:
    """One kiosk's human plane; :meth:`run` serves until it is cancelled, or until staff wants a restart."""

    def __init__(self, settings: config.Kiosk, the_button: Button) -> None:
        self._settings = settings
        self._button = the_button
        self._parts = Parts(self._part_changed)
        self._switchboard = Switchboard(settings.escalation, elderly=settings.elderly)
        self._recorder = Recorder(
            Path(settings.state_dir) / "journal.db",
            on_committed=self._committed,
            on_fault=self._journal_fault,
            on_late_open=self._restore,
        )
        self._signalling = Signalling(self._switchboard)
        self._sender = EventSender(lambda again: self._uplink.send_events(again=again))
        self._uplink = Uplink(
            settings,
            self._recorder,
            own_call=self._own_call,
            reply=self._reply,
            signal=lambda signal: self._clients.signal(signal),
            changed=self._world_changed,
            ledger=self._sender.ledger_came,
        )
        self._sound = AlarmSound(Path(settings.runtime_dir) / "alarm.wav", settings.alarm.player)
        self._signals = Signals(the_button, self._sound, loud=settings.alarm.sound)
        self._duty = DutyWebhook(settings.duty)
        self._world = World(settings, self._uplink, self._duty)
        self._view = View(
            settings,
            self._switchboard,
            world=self._world,
            signals=self._signals,
            parts=self._parts,
            video=lambda: self._clients.video,
            self_test=lambda: self._tester.last,
        )
        self._telling = Telling(
            self._switchboard,
            self._recorder,
            self._uplink,
            world=self._world,
            signals=self._signals,
            view=self._view,
            broadcast=lambda snapshot: self._clients.local.broadcast(snapshot),
        )
        self._tester = SelfTester(
            settings.self_test,
            ZoneInfo(settings.hours.timezone),
            self._recorder,
            self._parts,
            publish=self._uplink.send_test,
            report=self._telling.changed,
            busy=lambda: self._switchboard.call is not None,
        )
        self._presses = Presses(
            self._switchboard,
            self._signals,
            self._parts,
            hold_ends_call=settings.button.hold_ends_call,
            changed=self._telling.changed,
        )
        reports = Reports(self._parts)
        commands = Commands(
            self._switchboard,
            settings.staff.pin,
            self._signals,
            reports,
            restart=self._restart_asked,
            test=self._tester.ask,
        )
        self._clients = Clients(
            settings.link_socket,
            commands,
            self._signalling,
            self._uplink,
            view=self._view,
            telling=self._telling,
        )
        self._health = HealthReport(
            settings,
            self._parts,
            reports,
            world=self._world,
            sound=self._sound,
            button=the_button,
            uplink=self._uplink,
            bad_lines=lambda: self._clients.local.bad_lines,
            refused_signals=lambda: self._signalling.refused,
        )
        self._restart = asyncio.Event()
        self._restarter: LocalClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- life --------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Serve; returns the exit status when staff wants a restart.

        Raises :class:`kiosk.local.SocketBusy` when another link serves this kiosk.
        """
        self._loop = asyncio.get_running_loop()
        self._clients.local.claim()
        try:
            for part in ("button", "journal", *(["duty"] if self._duty.url else [])):
                self._parts.well(part)
            self._restore(*await self._recorder.open())
            # A request that the journal knows must not open a second call, so nobody is heard before it is read.
            await self._clients.local.start()
            self._button.start(self._from_button)
            notify("READY=1")
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(self._recorder.run()),
                    tasks.create_task(self._uplink.broker.run()),
                    tasks.create_task(self._sender.run()),
                    tasks.create_task(self._let_time_pass()),
                    tasks.create_task(self._report_health()),
                    tasks.create_task(self._call_duty()),
                    tasks.create_task(self._tester.run()),
                    tasks.create_task(keep_watchdog(self._recorder.alive)),
                ]
                await self._restart_wanted()
                for task in work:
                    task.cancel()
            return RESTART_STATUS
        finally:
            notify("STOPPING=1")
            await self._sound.close()
            self._button.close()
            await self._clients.local.stop()
            await self._recorder.close()

    def _restart_asked(self, client: LocalClient) -> None:
        self._restarter = client
        self._restart.set()

    async def _restart_wanted(self) -> None:
        await self._restart.wait()
        assert self._restarter is not None
        log.warning("staff restarts the link")
        with contextlib.suppress(TimeoutError):  # a client that does not read its answer holds up nothing
            async with asyncio.timeout(ANSWER_S):
                await self._restarter.flushed()

    def _restore(self, saved: Saved | None, causes: list[str]) -> None:
        """Go on with what the journal holds, unless a newer call has come meanwhile."""
        call = self._switchboard.call
        # A journal that opens late may hold a call that the broker has brought back, and that is over since.
        if call is None and saved is not None and saved.call.id not in self._switchboard.causes:
            call = saved.resumed(clock.now(), clock.boot_id(), clock.wall_ms())
            call = replace(call, media=False)  # whoever carries the picture says so again
            log.info("call %s goes on: %s", call.id, call.state, extra=about(call=call.id))
        self._switchboard.restore(call, causes)
        if call is not None:
            self._telling.record()  # by the clocks of now: the next restart counts from here
            self._telling.send_call()
        self._telling.refresh()

    # --- button ------------------------------------------------------------------------------------

    def _from_button(self, event: ButtonEvent) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has just been closed; the board keeps the press
            self._loop.call_soon_threadsafe(self._on_button, event, clock.now())

    def _on_button(self, event: ButtonEvent, heard: float) -> None:
        self._presses.hear(event, heard, clock.now())

    # --- broker and agents -------------------------------------------------------------------------

    def _own_call(self, seen: messages.Call | None) -> None:
        """Joined the broker: adopt what it remembers, then tell it what is true."""
        facts = self._switchboard.adopt(seen, clock.now()) if seen is not None else []
        if seen is not None and facts:
            self._telling.changed(facts, [seen.id])
        else:
            self._telling.send_call()
        self._health.send()

    def _reply(self, reply: messages.Reply) -> None:
        if isinstance(reply, messages.Tested):
            self._tester.answered(reply)
            return
        facts = self._switchboard.reply(reply, clock.now())
        if facts and isinstance(reply, messages.CallBack):
            self._telling.changed(facts, [call_back_cause(reply.request)])
        else:
            self._telling.changed(facts)

    def _world_changed(self) -> None:
        """The connection, who is on duty, or the hall's queue."""
        self._world.check(self._parts)
        self._telling.changed(self._switchboard.tick(clock.now(), self._world.around()))
        self._telling.refresh()

    # --- journal and parts -------------------------------------------------------------------------

    def _committed(self, causes: list[str]) -> None:
        for cause in causes:
            self._button.acknowledge(cause)
        if self._switchboard.written(causes):
            self._telling.send_call()
            self._telling.refresh()
        self._sender.committed()

    def _journal_fault(self, fault: str, remedy: str) -> None:
        if fault:
            self._parts.fault("journal", fault, remedy, clock.now())
        else:
            self._parts.well("journal")

    def _part_changed(self, name: str, fault: str, remedy: str) -> None:
        call = self._switchboard.call
        kind, why = ("fault", f"{name}: {fault}") if fault else ("recovered", name)
        self._telling.record([Fact(kind=kind, call=call.id if call else "", why=why, text=remedy[:500])])
        self._health.send()
        self._telling.refresh()

    # --- time --------------------------------------------------------------------------------------

    async def _let_time_pass(self) -> None:
        """While there is a call, practice or a lamp test, let its time pass; otherwise sleep."""
        while True:
            await self._telling.time_matters.wait()
            self._telling.changed(self._switchboard.tick(clock.now(), self._world.around()))
            self._telling.refresh_signals()
            if self._switchboard.call is None and not self._signals.passing:
                self._telling.time_matters.clear()
            await asyncio.sleep(TICK_S)

    async def _report_health(self) -> None:
        while True:
            await self._health.check()
            if self._switchboard.call is not None:
                self._telling.send_call()
            self._health.send()
            await asyncio.sleep(HEALTH_S)

    async def _call_duty(self) -> None:
        await self._duty.run(
            self._switchboard,
            self._parts,
            around=self._world.around,
            body=self._view.for_duty,
            changed=self._telling.changed,
        )
