"""What is wrong with the desk itself: certificates, rights at the broker, clock, record, webhooks."""

from __future__ import annotations

from collections.abc import Callable

from kiosk import clock, config
from kiosk.broker import Broker
from kiosk.desk.protocol import Trouble
from kiosk.link.parts import Parts
from kiosk.validity import File, Validity, of_client


class Troubles:
    """``ledger`` and ``webhooks`` give fault and remedy of theirs.

    ``changed`` is called when :attr:`lines` says something else.
    """

    def __init__(
        self,
        settings: config.Desk,
        broker: Broker,
        ledger: Callable[[], tuple[str, str] | None],
        webhooks: Callable[[], tuple[str, str] | None],
        changed: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._ledger = ledger
        self._webhooks = webhooks
        self._parts = Parts(lambda _name, _fault, _remedy: changed())
        user = f"{settings.hall}/desk/{settings.name}"
        files = of_client(settings.broker, user, f"renew desk {settings.name}", ledger=settings.ledger)
        if settings.cert:
            files.append(File("the certificate of this page", settings.cert, f"renew page {settings.name}"))
        self._validity = Validity(files, lambda: broker.ends)

    @property
    def lines(self) -> list[Trouble]:
        """All that is wrong now."""
        report = self._parts.report(clock.now())
        return [Trouble(name, part.fault, part.remedy) for name, part in report.items() if not part.ok]

    async def look(self) -> None:
        """Look again; what is found is also logged."""
        await self._validity.look()
        now, wall_s = clock.now(), clock.wall_ms() / 1000
        if trouble := self._validity.trouble(wall_s):
            self._parts.fault("certificate", *trouble, now)
        else:
            self._parts.well("certificate")
        if record := self._ledger():
            self._parts.fault("ledger", *record, now)
        else:
            self._parts.well("ledger")
        if topic := self._broker.refused:
            remedy = f"we may not write {topic}: is the certificate of this hall and name, and with --ledger?"
            self._parts.fault("broker", "not-allowed", remedy, now)
        else:
            self._parts.well("broker")
        if clock.is_set(wall_s):
            self._parts.well("clock")
        else:
            remedy = "the clock has lost its time: times on record and certificates cannot be judged; check NTP"
            self._parts.fault("clock", "unset", remedy, now)
        if undelivered := self._webhooks():
            self._parts.fault("webhook", *undelivered, now)
        else:
            self._parts.well("webhook")
