"""Whoever is at ``link.sock``: their commands, what their leaving means, and the signals of a video call."""

from __future__ import annotations

from pathlib import Path

from kiosk import messages
from kiosk.brokerfaults import NotConnected
from kiosk.link.commands import Commands
from kiosk.link.signalling import Signalling
from kiosk.link.telling import Telling
from kiosk.link.uplink import Uplink
from kiosk.link.view import View
from kiosk.local import LocalClient, LocalService


class Clients:
    """Answers each line, and tells what it has changed. ``local`` is the socket."""

    def __init__(
        self,
        path: Path,
        commands: Commands,
        signalling: Signalling,
        uplink: Uplink,
        *,
        view: View,
        telling: Telling,
    ) -> None:
        self._commands = commands
        self._signalling = signalling
        self._uplink = uplink
        self._view = view
        self._telling = telling
        self.local = LocalService(path, view.snapshot, self._command, self._left)

    @property
    def video(self) -> bool:
        """Whether one of them can carry a video call."""
        return any(client.video for client in self.local.clients)

    def signal(self, signal: messages.SignalDown) -> None:
        """What the agent's page says about the video goes to whoever carries it.

        Raises :class:`~kiosk.messages.BadMessage` for a signal that may not reach the terminal.
        """
        self._signalling.down(signal)
        line = messages.encode(messages.Signalled(signal))
        for client in self.local.clients:
            if client.video:
                client.send(line)

    def _command(self, client: LocalClient, line: bytes) -> bytes:
        command: messages.Command = messages.decode(line, messages.Command)  # type: ignore[arg-type]
        if isinstance(command, messages.Signal):
            why = self._send_signal(command.signal)
            return messages.encode(messages.Result(command.request, ok=not why, why=why))
        if isinstance(command, messages.Ping):
            if command.state:
                client.send(self._view.snapshot())
            return messages.encode(messages.Result(command.request, ok=True))
        done = self._commands.obey(client, command)
        self._telling.changed(done.facts, done.causes)
        self._telling.refresh_signals()
        if isinstance(command, messages.Hello):
            self._telling.send_call()  # whether video is possible may have changed
        return messages.encode(messages.Result(command.request, ok=not done.why, why=done.why, case=done.case))

    def _send_signal(self, signal: messages.SignalUp) -> str:
        """Gives why it was not sent, or nothing: whoever sends it will say it again."""
        if why := self._signalling.up(signal):
            return why
        try:
            self._uplink.send_signal(signal)
        except NotConnected as error:
            return str(error)
        return ""

    def _left(self, client: LocalClient) -> None:
        self._telling.changed(self._commands.left(client, self.local.clients))
        if client.video:
            self._telling.send_call()
        self._telling.refresh()
