"""Commands to the link: those that must arrive are said again until their result has come. Pure."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from kiosk.messages import AskFreeze, Command, Complain, Missed, Result, Summon
from kiosk.screen.effects import Effect, ToLink
from kiosk.screen.steps import KeptCommand

AGAIN_S = 3.0


class _Pending(Struct):
    command: KeptCommand
    sent: float
    private: bool


class Outbox:
    """Collects the effects of one input; ``new_id`` makes a request's id."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self.new_id = new_id
        self._effects: list[Effect] = []
        self._pending: dict[str, _Pending] = {}

    def take(self) -> list[Effect]:
        """What has been collected since the last time."""
        effects, self._effects = self._effects, []
        return effects

    def want(self, effect: Effect) -> None:
        """Have something done."""
        self._effects.append(effect)

    def send(self, command: Command) -> None:
        """Say it once."""
        self._effects.append(ToLink(command))

    def insist(self, command: KeptCommand, now: float, *, private: bool = False) -> None:
        """Say it until its result has come, also after a restart; what is ``private`` dies with the process."""
        self._pending[command.request] = _Pending(command, now, private)
        self.send(command)

    def again(self, now: float, *, at_once: bool = False) -> None:
        """Say once more what has had no result for so long (or all of it, when the link is back)."""
        for pending in self._pending.values():
            if at_once or now - pending.sent >= AGAIN_S:
                pending.sent = now
                self.send(pending.command)

    def done(self, result: Result) -> KeptCommand | None:
        """The command whose result has come. A refused summons stays, since the customer still wants a person; and
        so does a request to freeze that is not on disk yet.
        """
        pending = self._pending.get(result.request)
        if pending is None:
            return None
        if result.ok or not isinstance(pending.command, Summon | AskFreeze):
            del self._pending[result.request]
        return pending.command

    def waiting(self, kind: type[KeptCommand]) -> list[KeptCommand]:
        """The commands of a kind that have had no result."""
        return [pending.command for pending in self._pending.values() if isinstance(pending.command, kind)]

    def kept(self) -> tuple[KeptCommand, ...]:
        """What must not die with the process, without the customer's words."""
        return tuple(
            replace(pending.command, said=()) if isinstance(pending.command, Summon) else pending.command
            for pending in self._pending.values()
            if not (pending.private and isinstance(pending.command, Complain | Missed))
        )

    def restore(self, commands: tuple[KeptCommand, ...], now: float) -> None:
        """Go on insisting."""
        for command in commands:
            self._pending[command.request] = _Pending(command, now - AGAIN_S, private=False)
