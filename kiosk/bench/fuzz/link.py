"""The link as a surface of ``kiosk bench fuzz``."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from kiosk import clock, config, messages
from kiosk.bench.fuzz.inputs import Inputs
from kiosk.bench.fuzz.surface import HALL, OF_LEAF, PIN, Insane, decodes, some_hint, some_topic
from kiosk.broker import Message
from kiosk.button.driver import NoButton
from kiosk.link.alarm import AlarmSound
from kiosk.link.call import Switchboard
from kiosk.link.commands import Commands
from kiosk.link.escalation import Surroundings
from kiosk.link.live import LiveCall, describe
from kiosk.link.parts import Parts
from kiosk.link.recorder import Recorder
from kiosk.link.reports import MAX_ALL, OWN_PARTS, Reports
from kiosk.link.signalling import Signalling
from kiosk.link.signals import Signals
from kiosk.link.uplink import Uplink
from kiosk.local import LocalClient
from kiosk.topics import Address

TO_LINK = frozenset({"call", "reply", "ledger-ack", "signal/down", "presence"})
MOMENT_S = 200.0


class Link:
    """A terminal's link without its devices: topics, the local socket's commands, and the call they change."""

    def __init__(self, chance: random.Random, directory: Path) -> None:
        settings = config.Kiosk(HALL, "k1", state_dir=str(directory), runtime_dir=str(directory))
        self._chance = chance
        self._inputs = Inputs(chance, self._hint)
        self.recorder = Recorder(
            directory / "journal.db",
            on_committed=lambda _: None,
            on_fault=lambda *_: None,
            on_late_open=lambda *_: None,
        )
        self._switchboard = Switchboard(settings.escalation)
        self._signalling = Signalling(self._switchboard)
        self._parts = Parts(lambda *_: None)
        signals = Signals(NoButton(), AlarmSound(directory / "alarm.wav", ()), loud=False)
        reports = Reports(self._parts)
        self._commands = Commands(
            self._switchboard, PIN, signals, reports, restart=lambda _client: None, test=lambda: None
        )
        self._uplink = Uplink(
            settings,
            self.recorder,
            own_call=lambda _: None,
            reply=self._reply,
            signal=self._signalling.down,
            changed=lambda: None,
            ledger=lambda: None,
        )

    def _reply(self, reply: messages.Reply) -> None:
        if not isinstance(reply, messages.Tested):
            self._facts(self._switchboard.reply(reply, clock.now()))

    def mqtt(self) -> bool:
        """Something on a topic."""
        address, topic = some_topic(self._chance)
        kind = OF_LEAF.get(address.leaf if address else "", messages.Call)
        payload = self._inputs.any(kind)
        before, refused = self._uplink.bad_messages, self._signalling.refused
        self._uplink.receive(Message(topic, payload, self._chance.random() < 0.3))
        counted = self._uplink.bad_messages - before
        own = address is not None and address.hall == HALL and address.leaf in TO_LINK
        ours = own and address is not None and (address.leaf == "presence" or address.who == "k1")
        bad = not ours or not self._good(address, payload, kind)
        expected = bad or self._signalling.refused > refused
        if counted != expected:
            raise Insane(
                f"{topic}: {payload[:80]!r} was counted {counted} times, and is {'bad' if bad else 'good'}"
            )
        self._look()
        return expected

    def _good(self, address: Address | None, payload: bytes, kind: Any) -> bool:
        # The own call is read before the link has joined; an empty one is none.
        return (address is not None and address.leaf == "call" and not payload) or decodes(payload, kind)

    def retained(self) -> bool:
        """The own call as a broker may remember it, and then some time."""
        payload = self._inputs.any(messages.Call)
        good = decodes(payload, messages.Call)
        if good:
            self._facts(self._switchboard.adopt(messages.decode(payload, messages.Call), clock.now()))
        around = Surroundings(
            online=self._chance.random() < 0.8, agents=frozenset({("d1", "li")}), desks=frozenset({"d1"})
        )
        self._facts(self._switchboard.tick(clock.now() + self._chance.uniform(0, MOMENT_S), around))
        self._look()
        return not good

    def line(self) -> bytes:
        """A line for ``link.sock``; no line has a line end in it."""
        return self._inputs.any(messages.Command).replace(b"\n", b" ")

    def obey(self, client: LocalClient, line: bytes) -> bytes:
        """As the link does. Raises :class:`~kiosk.messages.BadMessage`."""
        command: messages.Command = messages.decode(line, messages.Command)  # type: ignore[arg-type]
        if isinstance(command, messages.Signal):
            why = self._signalling.up(command.signal)
            return messages.encode(messages.Result(command.request, ok=not why, why=why))
        if isinstance(command, messages.Ping):
            return messages.encode(messages.Result(command.request, ok=True))
        done = self._commands.obey(client, command)
        self._facts(done.facts)
        self._look()
        if len(self._parts.report(0.0)) > MAX_ALL + len(OWN_PARTS):
            raise Insane("the terminal has more parts than anybody can look after")
        return messages.encode(messages.Result(command.request, ok=not done.why, why=done.why, case=done.case))

    def _hint(self, field: str) -> Any:
        call, chance = self._switchboard.call, self._chance
        if call is not None and chance.random() < 0.8:
            match field:
                case "call":
                    return call.id
                case "round":
                    return call.round
                case "agent" if call.agent is not None and chance.random() < 0.7:
                    return {"id": call.agent.id, "name": call.agent.name, "desk": call.agent.desk}
        return some_hint(field, chance)

    def _facts(self, facts: Any) -> None:
        for number, fact in enumerate(facts or (), 1):
            event = messages.Event(
                seq=number, at_ms=0, **{name: getattr(fact, name) for name in fact.__struct_fields__}
            )
            if not decodes(messages.encode(event), messages.Event):
                raise Insane(f"a fact that no ledger can read: {fact}")

    def _look(self) -> None:
        call = self._switchboard.call
        if call is None:
            return
        if call.answered and (call.agent is None or call.mode is None):
            raise Insane(f"answered by nobody: {call}")
        if call.waiting and call.agent is not None:
            raise Insane(f"somebody has a call that waits: {call}")
        if not 1 <= call.level <= 3 or call.presses < 0 or call.round < 0:
            raise Insane(f"out of range: {call}")
        self._published(call)

    def _published(self, call: LiveCall) -> None:
        payload = messages.encode(describe(call, clock.now()))
        if not decodes(payload, messages.Call):
            raise Insane(f"a call that no desk can read: {payload[:200]!r}")
