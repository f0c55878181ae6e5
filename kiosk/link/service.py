"""The link process: joins button, call, journal, broker, local socket and alarm. The shell around the core."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from pathlib import Path

from kiosk import __version__, button, clock, config, messages
from kiosk.button import Button, ButtonEvent, Buzzer, Lamp
from kiosk.link.alarm import AlarmSound
from kiosk.link.call import STAFF_HOLD_S, Switchboard
from kiosk.link.commands import Commands
from kiosk.link.duty import DutyWebhook
from kiosk.link.journal import Entry, Saved
from kiosk.link.live import describe
from kiosk.link.parts import Parts
from kiosk.link.recorder import Recorder
from kiosk.link.uplink import Uplink
from kiosk.link.world import World
from kiosk.local import LocalClient, LocalService
from kiosk.messages import Fact, State
from kiosk.ops.notify import notify, watchdog_interval

log = logging.getLogger(__name__)

TICK_S = 0.2
HEALTH_S = 5.0
EVENTS_AGAIN_S = 30.0
WEBHOOK_AGAIN_S = 5.0

_LAMPS = {
    State.CALLING: Lamp.CALLING,
    State.RUNG: Lamp.RUNG,
    State.ACCEPTED: Lamp.ANSWERED,
    State.CONNECTED: Lamp.ANSWERED,
    State.ENDED: Lamp.READY,
}


class LinkService:
    """One kiosk's human plane; :meth:`run` serves until it is cancelled."""

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
        self._uplink = Uplink(
            settings,
            self._recorder,
            own_call=self._own_call,
            reply=self._reply,
            changed=self._world_changed,
            ledger=self._ledger_came,
        )
        self._sound = AlarmSound(Path(settings.runtime_dir) / "alarm.wav", settings.alarm.player)
        self._duty = DutyWebhook(settings.duty.webhook)
        self._world = World(settings, self._uplink, self._duty)
        self._local = LocalService(settings.link_socket, self._snapshot, self._command, self._client_left)
        self._commands = Commands(self._switchboard, settings.staff.pin)
        self._button_faults: dict[str, str] = {}
        self._alarm = False
        self._started = clock.now()
        self._call_there = asyncio.Event()
        self._events_there = asyncio.Event()
        self._events_again = False
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- life --------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve. Raises :class:`kiosk.local.SocketBusy` when another link serves this kiosk."""
        self._loop = asyncio.get_running_loop()
        await self._local.start()
        try:
            for part in ("button", "journal", *(["duty"] if self._duty.url else [])):
                self._parts.well(part)
            self._restore(*await self._recorder.open())
            self._button.start(self._from_button)
            self._refresh()
            notify("READY=1")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._recorder.run())
                tasks.create_task(self._uplink.broker.run())
                tasks.create_task(self._let_time_pass())
                tasks.create_task(self._report_health())
                tasks.create_task(self._send_events())
                tasks.create_task(self._call_duty())
                tasks.create_task(self._watchdog())
        finally:
            notify("STOPPING=1")
            await self._sound.close()
            self._button.close()
            await self._local.stop()
            await self._recorder.close()

    def _restore(self, saved: Saved | None, causes: list[str]) -> None:
        """Go on with what the journal holds, unless a newer call has come meanwhile."""
        call = self._switchboard.call
        if call is None and saved is not None:
            call = saved.resumed(clock.now(), clock.boot_id(), clock.wall_ms())
            log.info("call %s goes on: %s", call.id, call.state)
        self._switchboard.restore(call, causes)
        if call is not None:
            self._record([], [])  # by the clocks of now: the next restart counts from here

    # --- changes -----------------------------------------------------------------------------------

    def _changed(self, facts: Iterable[Fact], causes: Iterable[str] = ()) -> None:
        """The call has changed: lamp first, then publish and journal side by side, then everybody else."""
        facts, causes = list(facts), list(causes)
        if facts or causes:
            self._show()
            self._send_call()
            self._record(facts, causes)
            for fact in facts:
                log.info("call %s: %s %s", fact.call, fact.kind, fact.why)
            self._refresh()

    def _record(self, facts: list[Fact], causes: list[str]) -> None:
        call = self._switchboard.call
        saved = Saved(call, clock.now(), clock.boot_id(), clock.wall_ms()) if call else None
        self._recorder.write(Entry(facts, saved, causes, clock.wall_ms()))

    def _refresh(self) -> None:
        """Lamp, alarm and local clients show what is true now."""
        self._show()
        self._local.broadcast(self._snapshot())
        if self._switchboard.call is not None:
            self._call_there.set()

    def _show(self) -> None:
        self._alarm = self._switchboard.alarm(clock.now(), self._world.around())
        self._button.show(self._lamp(), Buzzer.ALARM if self._alarm else Buzzer.OFF)
        self._sound.switch(self._alarm and self._settings.alarm.sound)

    def _lamp(self) -> Lamp:
        call = self._switchboard.call
        return _LAMPS[call.state] if call else Lamp.READY

    def _described(self) -> messages.Call | None:
        call = self._switchboard.call
        if call is None:
            return None
        return describe(
            call,
            clock.now(),
            title=self._settings.title or self._settings.name,
            place=self._settings.place,
            closed=not self._world.around().open,
            video=any(client.video for client in self._local.clients),
        )

    def _send_call(self) -> None:
        call = self._switchboard.call
        self._uplink.send_call(self._described(), waiting=call is not None and call.waiting)

    def _snapshot(self) -> bytes:
        around = self._world.around()
        return messages.encode(
            messages.Snapshot(
                call=self._described(),
                online=around.online,
                alarm=self._alarm,
                lamp=self._lamp(),
                on_duty=len(around.agents),
                open=around.open,
                opens=self._world.opens(),
                promised_s=self._settings.escalation.level2_s,
                parts=self._parts.report(clock.now()),
            )
        )

    # --- button ------------------------------------------------------------------------------------

    def _from_button(self, event: ButtonEvent) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has just been closed; the board keeps the press
            self._loop.call_soon_threadsafe(self._on_button, event)

    def _on_button(self, event: ButtonEvent) -> None:
        now = clock.now()
        match event:
            case button.Pressed(cause=cause, age_s=age):
                # A press known from before is written and acknowledged again: its acknowledgement was lost.
                self._changed(self._switchboard.summon(cause, now, age=age), [cause])
            case button.Held(cause=cause, seconds=seconds):
                self._changed(self._switchboard.held(cause, seconds, now))
            case button.Released(seconds=seconds):
                # On release, and not after too long, so that a button that is stuck ends nothing.
                if self._settings.button.hold_ends_call and STAFF_HOLD_S <= seconds < 3 * STAFF_HOLD_S:
                    self._changed(self._switchboard.staff_end(now) or [])
            case button.Fault(kind=kind, remedy=remedy):
                self._button_faults[kind] = remedy
                self._show_button_faults()
            case button.Recovered(kind=kind):
                self._button_faults.pop(kind, None)
                self._show_button_faults()

    def _show_button_faults(self) -> None:
        """The newest of the faults that stand together, such as stuck and unplugged."""
        if self._button_faults:
            kind, remedy = list(self._button_faults.items())[-1]
            self._parts.fault("button", kind, remedy, clock.now())
        else:
            self._parts.well("button")

    # --- broker and agents -------------------------------------------------------------------------

    def _own_call(self, seen: messages.Call | None) -> None:
        """Joined the broker: adopt what it remembers, then tell it what is true."""
        facts = self._switchboard.adopt(seen, clock.now()) if seen is not None else []
        if seen is not None and facts:
            self._changed(facts, [seen.id])
        else:
            self._send_call()
        self._send_health()

    def _reply(self, reply: messages.Reply) -> None:
        self._changed(self._switchboard.reply(reply, clock.now()))

    def _world_changed(self) -> None:
        """The connection, or who is on duty."""
        self._world.check(self._parts)
        self._changed(self._switchboard.tick(clock.now(), self._world.around()))
        self._refresh()

    def _ledger_came(self) -> None:
        self._events_again = True
        self._events_there.set()

    # --- journal and parts -------------------------------------------------------------------------

    def _committed(self, causes: list[str]) -> None:
        for cause in causes:
            self._button.acknowledge(cause)
        self._events_there.set()

    def _journal_fault(self, fault: str, remedy: str) -> None:
        if fault:
            self._parts.fault("journal", fault, remedy, clock.now())
        else:
            self._parts.well("journal")

    def _part_changed(self, name: str, fault: str, remedy: str) -> None:
        call = self._switchboard.call
        kind, why = ("fault", f"{name}: {fault}") if fault else ("recovered", name)
        self._record([Fact(kind=kind, call=call.id if call else "", why=why, text=remedy[:500])], [])
        self._send_health()
        self._refresh()

    # --- local clients -----------------------------------------------------------------------------

    def _command(self, client: LocalClient, line: bytes) -> bytes:
        command: messages.Command = messages.decode(line, messages.Command)  # type: ignore[arg-type]
        facts, causes, why = self._commands.obey(client, command)
        self._changed(facts, causes)
        if isinstance(command, messages.Hello):
            self._send_call()  # whether video is possible may have changed
        return messages.encode(messages.Result(command.request, ok=not why, why=why))

    def _client_left(self, client: LocalClient) -> None:
        if client.video:
            call = self._switchboard.call
            if call is not None and not any(other.video for other in self._local.clients):
                # Whoever carried the picture is gone, and cannot say so itself.
                self._changed(self._switchboard.media(call.id, False, clock.now()) or [])
            self._send_call()

    # --- time --------------------------------------------------------------------------------------

    async def _let_time_pass(self) -> None:
        """While there is a call, let its time pass; without one, sleep."""
        while True:
            await self._call_there.wait()
            alarm = self._alarm
            self._changed(self._switchboard.tick(clock.now(), self._world.around()))
            self._show()
            if alarm != self._alarm:
                self._refresh()
            if self._switchboard.call is None:
                self._call_there.clear()
            await asyncio.sleep(TICK_S)

    async def _report_health(self) -> None:
        while True:
            self._world.check(self._parts)
            if self._sound.fault and self._settings.alarm.sound:
                self._parts.fault("alarm", "silent", self._sound.fault, clock.now())
            else:
                self._parts.well("alarm")
            if self._switchboard.call is not None:
                self._send_call()
            self._send_health()
            await asyncio.sleep(HEALTH_S)

    def _send_health(self) -> None:
        self._uplink.send_health(
            messages.Health(
                online=True,
                title=self._settings.title or self._settings.name,
                place=self._settings.place,
                parts=self._parts.report(clock.now()),
                counters={
                    **self._button.counters,
                    "bad_messages": self._uplink.bad_messages,
                    "bad_lines": self._local.bad_lines,
                    "broker_reconnects": self._uplink.broker.reconnects,
                },
                uptime_s=round(clock.now() - self._started),
                version=__version__,
            )
        )

    async def _send_events(self) -> None:
        """New events as soon as they are committed; what is not acknowledged, again every 30 s."""
        while True:
            try:
                async with asyncio.timeout(EVENTS_AGAIN_S):
                    await self._events_there.wait()
            except TimeoutError:
                self._events_again = True
            self._events_there.clear()
            again, self._events_again = self._events_again, False
            await self._uplink.send_events(again=again)

    async def _call_duty(self) -> None:
        """Urgent calls that nobody in the hall can be expected to answer go to the duty webhook."""
        while self._duty.url:
            await asyncio.sleep(TICK_S)
            call = self._switchboard.call
            if call is None or not self._duty.due(call, self._world.around()):
                continue
            body = {"hall": self._settings.hall, "kiosk": self._settings.name, "call": self._described()}
            if await self._duty.post(call, body):
                self._parts.well("duty")
                self._changed([Fact(kind="duty-called", call=call.id, why=self._duty.url[:500])])
            else:
                remedy = f"{self._duty.error}; correct duty.webhook. The local alarm sounds instead"
                self._parts.fault("duty", "webhook", remedy, clock.now())
                await asyncio.sleep(WEBHOOK_AGAIN_S)

    async def _watchdog(self) -> None:
        """A sign of life only when the event loop and the journal's thread have both just worked."""
        interval = watchdog_interval()
        while interval is not None:
            await self._recorder.alive()
            notify("WATCHDOG=1")
            await asyncio.sleep(interval)
