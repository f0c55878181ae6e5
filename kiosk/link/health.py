"""The health message: what the terminal says of its own parts, every 5 s and at each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from kiosk import __version__, clock, config, validity
from kiosk.button import Button
from kiosk.link.alarm import AlarmSound
from kiosk.link.parts import Parts
from kiosk.link.reports import Reports
from kiosk.link.uplink import Uplink
from kiosk.link.world import World
from kiosk.messages import Health
from kiosk.ops import machine

MACHINE_S = 10.0  # disk, memory and heat: four small files, and a disk can fill up within seconds


class HealthReport:
    """Looks after the parts that do not report themselves, and sends how all of them are."""

    def __init__(
        self,
        settings: config.Kiosk,
        parts: Parts,
        reports: Reports,
        *,
        world: World,
        sound: AlarmSound,
        button: Button,
        uplink: Uplink,
        bad_lines: Callable[[], int],
        refused_signals: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._reports = reports
        self._world = world
        self._sound = sound
        self._button = button
        self._uplink = uplink
        self._bad_lines = bad_lines
        self._refused_signals = refused_signals
        self._started = clock.now()
        self._machine_at = -MACHINE_S
        files = validity.of_client(
            settings.broker, f"{settings.hall}/{settings.name}", f"renew kiosk {settings.name}"
        )
        self._validity = validity.Validity(files, lambda: uplink.broker.ends)

    async def check(self) -> None:
        """Look at what does not say by itself that it has failed."""
        self._world.check(self._parts)
        self._reports.look(clock.now())
        await self._validity.look()
        if trouble := self._validity.trouble(clock.wall_ms() / 1000):
            self._parts.fault("certificate", *trouble, clock.now())
        else:
            self._parts.well("certificate")
        if clock.now() - self._machine_at >= MACHINE_S:
            self._machine_at = clock.now()
            for reading in await asyncio.to_thread(machine.readings, Path(self._settings.state_dir)):
                if reading.fault:
                    self._parts.fault(reading.part, reading.fault, reading.remedy, clock.now())
                else:
                    self._parts.well(reading.part)
        if self._sound.fault and self._settings.alarm.sound:
            self._parts.fault("alarm", "silent", self._sound.fault, clock.now())
        else:
            self._parts.well("alarm")

    def send(self) -> None:
        """Publish what is known now."""
        self._uplink.send_health(
            Health(
                online=True,
                title=self._settings.title or self._settings.name,
                place=self._settings.place,
                parts=self._parts.report(clock.now()),
                counters={
                    **self._button.counters,
                    "bad_messages": self._uplink.bad_messages,
                    "bad_lines": self._bad_lines(),
                    "refused_signals": self._refused_signals(),
                    "broker_reconnects": self._uplink.broker.reconnects,
                },
                uptime_s=round(clock.now() - self._started),
                version=__version__,
                last={str(work): last for work, last in self._reports.last(clock.now()).items()},
            )
        )
