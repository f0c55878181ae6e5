"""The health message: what the terminal says of its own parts, every 5 s and at each change."""

from __future__ import annotations

from collections.abc import Callable

from kiosk import __version__, clock, config
from kiosk.button import Button
from kiosk.link.alarm import AlarmSound
from kiosk.link.parts import Parts
from kiosk.link.uplink import Uplink
from kiosk.link.world import World
from kiosk.messages import Health


class HealthReport:
    """Looks after the parts that do not report themselves, and sends how all of them are."""

    def __init__(
        self,
        settings: config.Kiosk,
        parts: Parts,
        *,
        world: World,
        sound: AlarmSound,
        button: Button,
        uplink: Uplink,
        bad_lines: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._world = world
        self._sound = sound
        self._button = button
        self._uplink = uplink
        self._bad_lines = bad_lines
        self._started = clock.now()

    def check(self) -> None:
        """Look at what does not say by itself that it has failed."""
        self._world.check(self._parts)
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
                    "broker_reconnects": self._uplink.broker.reconnects,
                },
                uptime_s=round(clock.now() - self._started),
                version=__version__,
            )
        )
