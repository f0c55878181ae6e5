"""Who is told of a change, and in which order: lamp, broker and journal side by side, then the local clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from kiosk import clock
from kiosk.link.call import Switchboard
from kiosk.link.journal import Entry, Saved
from kiosk.link.recorder import Recorder
from kiosk.link.signals import Signals
from kiosk.link.uplink import Uplink
from kiosk.link.view import View
from kiosk.link.world import World
from kiosk.logs import about
from kiosk.messages import Fact

log = logging.getLogger(__name__)


class Telling:
    """Tells the present state, whatever has changed it; ``broadcast`` reaches the local clients.

    ``time_matters`` is set when time alone will change something; whoever lets it pass clears it.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        recorder: Recorder,
        uplink: Uplink,
        *,
        world: World,
        signals: Signals,
        view: View,
        broadcast: Callable[[bytes], None],
    ) -> None:
        self._switchboard = switchboard
        self._recorder = recorder
        self._uplink = uplink
        self._world = world
        self._signals = signals
        self._view = view
        self._broadcast = broadcast
        self._told = signals.seen
        self.time_matters = asyncio.Event()

    def changed(self, facts: Iterable[Fact], causes: Iterable[str] = ()) -> None:
        """The call has changed: lamp first, then publish and journal side by side, then everybody else."""
        facts, causes = list(facts), list(causes)
        if facts or causes:
            self._show()
            self.send_call()
            self.record(facts, causes)
            for fact in facts:
                told = about(call=fact.call, part="call" if fact.call else "", event=fact.kind)
                subject = f"call {fact.call}" if fact.call else "terminal"
                log.info("%s: %s %s", subject, fact.kind, fact.why, extra=told)
            self.refresh()

    def record(self, facts: Sequence[Fact] = (), causes: Sequence[str] = ()) -> None:
        """Give the facts to the journal, with the call as it is now; it may be the call alone."""
        call = self._switchboard.call
        saved = Saved(call, clock.now(), clock.boot_id(), clock.wall_ms()) if call else None
        self._recorder.write(Entry(list(facts), saved, list(causes), clock.wall_ms()))

    def send_call(self) -> None:
        """Publish the call as it is now, or that there is none."""
        call = self._switchboard.call
        self._uplink.send_call(self._view.call(), waiting=call is not None and call.waiting)

    def refresh(self) -> None:
        """Lamp, alarm and local clients show what is true now."""
        self._show()
        self._told = self._signals.seen
        self._broadcast(self._view.snapshot())

    def refresh_signals(self) -> None:
        """Lamp and alarm show what is true now; local clients are told when that or practice is news to them."""
        self._show()
        if self._signals.seen != self._told:
            self.refresh()

    def _show(self) -> None:
        now, call = clock.now(), self._switchboard.call
        self._signals.show(call, self._switchboard.alarm(now, self._world.around()), now)
        if call is not None or self._signals.passing:
            self.time_matters.set()
