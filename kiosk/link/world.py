"""What the kiosk knows of the world around its call: hours, broker, desks, the clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk import clock, config
from kiosk.link.duty import DutyWebhook
from kiosk.link.escalation import Surroundings
from kiosk.link.hours import OpeningHours, say_opening
from kiosk.link.live import LiveCall
from kiosk.link.parts import Parts
from kiosk.link.uplink import Uplink

DESK_GRACE_S = 6.0  # a desk that is there has spoken by then


class World:
    """Asked whenever the call has to be judged. Raises OpeningHoursError for hours that cannot be read."""

    def __init__(self, settings: config.Kiosk, uplink: Uplink, duty: DutyWebhook) -> None:
        self._hall = settings.hall
        self._hours = OpeningHours(settings.hours.open, settings.hours.closed_on)
        self._zone = ZoneInfo(settings.hours.timezone)
        self._uplink = uplink
        self._duty = duty
        self._stepping = clock.StepWatch(clock.now(), clock.wall_ms() / 1000)

    def around(self) -> Surroundings:
        """What is true now."""
        desks = self._uplink.desks
        known = _time_is_known()
        return Surroundings(
            online=self._uplink.joined,
            deaf=self._uplink.deaf,
            # By a clock that has lost its time no hall is closed: its alarm would be quiet.
            open=not known or self._hours.is_open(datetime.now(self._zone)),
            hours_known=known and self._hours.known,
            webhook=self._duty.usable,
            desks=frozenset(desks),
            agents=frozenset((desk, agent.id) for desk, there in desks.items() for agent in there.agents),
            told=self._uplink.told,
        )

    def opens(self) -> str:
        """When the hall opens next, as people say it; empty while it is open."""
        if not _time_is_known():
            return ""
        at = datetime.now(self._zone)
        return say_opening(self._hours.next_opening(at), at)

    def ahead(self, call: LiveCall | None) -> int | None:
        """How many waiting calls of the hall are served before this one; None: no desk has said."""
        if call is None or not call.waiting or not self._uplink.joined:
            return None
        queues = (desk.queue for desk in self._uplink.desks.values() if call.id in desk.queue)
        return min((queue.index(call.id) for queue in queues), default=None)

    def check(self, parts: Parts) -> None:
        """Say what is wrong with it."""
        self._check_desks(parts)
        self._check_clock(parts)

    def _check_clock(self, parts: Parts) -> None:
        if not _time_is_known():
            remedy = (
                f"the wall clock says {datetime.now(self._zone):%Y-%m-%d}: it has lost its time. Calls go on, "
                "opening hours and certificates are not judged; check NTP and the battery of the clock (RTC)"
            )
            parts.fault("clock", "unset", remedy, clock.now())
        elif step := self._stepping.check(clock.now(), clock.wall_ms() / 1000):
            remedy = f"the wall clock stepped by {step:+.0f} s; no wait is affected; check NTP and the RTC"
            parts.fault("clock", "stepped", remedy, clock.now())
        else:
            parts.well("clock")

    def _check_desks(self, parts: Parts) -> None:
        now, uplink = clock.now(), self._uplink
        if not uplink.joined:
            if uplink.broker.fault:  # else it is still trying for the first time
                parts.fault("broker", "unreachable", uplink.broker.fault, now)
            return
        if uplink.broker.refused:
            remedy = (
                f"we may not write {uplink.broker.refused}: the certificate must be of this hall and name. It is? "
                "On the broker's machine `kiosk certs broker`, then systemctl reload mosquitto"
            )
            parts.fault("broker", "not-allowed", remedy, now)
        else:
            parts.well("broker")
        if any(desk.agents for desk in uplink.desks.values()):
            parts.well("desk")
        elif uplink.told:
            remedy = f"somebody in hall '{self._hall}' must go on duty (上岗)"
            parts.fault("desk", "nobody-on-duty", remedy, now)
        elif now - uplink.joined_at > DESK_GRACE_S:
            remedy = (
                f"no desk serves hall '{self._hall}': on the desk's machine systemctl start kiosk-desk, or "
                "correct `hall` in kiosk.toml"
            )
            parts.fault("desk", "no-desk", remedy, now)


def _time_is_known() -> bool:
    return clock.is_set(clock.wall_ms() / 1000)
