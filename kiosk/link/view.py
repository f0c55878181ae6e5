"""The call and its surroundings as others are told of them: the broker, the duty, the local clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk import clock, config, messages
from kiosk.link.call import Switchboard
from kiosk.link.live import describe
from kiosk.link.parts import Parts
from kiosk.link.signals import Signals
from kiosk.link.world import World


class View:
    """``video`` says whether somebody at the terminal can carry a video call now."""

    def __init__(
        self,
        settings: config.Kiosk,
        switchboard: Switchboard,
        *,
        world: World,
        signals: Signals,
        parts: Parts,
        video: Callable[[], bool],
        self_test: Callable[[], messages.SelfTested | None],
    ) -> None:
        self._settings = settings
        self._switchboard = switchboard
        self._world = world
        self._signals = signals
        self._parts = parts
        self._video = video
        self._self_test = self_test

    def call(self) -> messages.Call | None:
        """The call as it is published."""
        call = self._switchboard.call
        if call is None:
            return None
        return describe(
            call,
            clock.now(),
            title=self._settings.title or self._settings.name,
            place=self._settings.place,
            closed=not self._world.around().open,
            video=self._video(),
        )

    def for_duty(self) -> dict[str, Any]:
        """The call as the duty webhook gets it."""
        return {"hall": self._settings.hall, "kiosk": self._settings.name, "call": self.call()}

    def snapshot(self) -> bytes:
        """Everything that a local client may show."""
        around = self._world.around()
        return messages.encode(
            messages.Snapshot(
                call=self.call(),
                online=around.online,
                alarm=self._signals.alarm,
                lamp=self._signals.lamp,
                on_duty=len(around.agents),
                open=around.open,
                opens=self._world.opens(),
                promised_s=self._settings.escalation.level2_s,
                parts=self._parts.report(clock.now()),
                ahead=self._world.ahead(self._switchboard.call),
                trial=self._signals.trial.state,
                self_test=self._self_test(),
            )
        )
