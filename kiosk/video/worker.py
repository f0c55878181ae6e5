"""The peer process: commands come as lines of JSON at standard input, what it says goes to standard output.

It is a process of its own: aiortc's memory goes with the call, and a codec that crashes takes no screen along.
It ends when its input does: no camera goes on without the screen that shows that it is on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import socket
import sys
from functools import partialmethod

import aioice

from kiosk import logs, messages
from kiosk.messages import BadMessage, Connect, Hang, PeerCommand, PeerMessage, Setup, Wanted
from kiosk.video.frames import FRAMES_FD, FrameWriter
from kiosk.video.peer import Peer

log = logging.getLogger(__name__)

_MAX_LINE = 256 * 1024
#: A STUN or TURN server that is silent is waited for no longer: the page waits for our answer meanwhile.
GATHER_S = 1.5


async def serve() -> None:
    """Serve the screen until it closes our input. Raises KeyError or OSError when it is not the screen."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    frames = FrameWriter(socket.socket(fileno=int(os.environ[FRAMES_FD])))
    peer: Peer | None = None
    watching: asyncio.Task[None] | None = None
    answering: asyncio.Task[None] | None = None
    while line := await reader.readline():
        try:
            command: PeerCommand = messages.decode(line, PeerCommand)  # type: ignore[arg-type]
        except BadMessage as error:
            log.error("the screen said %s", error)
            continue
        match command:
            case Setup() if peer is None:
                peer = Peer(command, frames, _tell)
                watching = asyncio.create_task(peer.watch())
            case _ if peer is None:
                log.error("%s came before the setup", type(command).__name__)
            case Wanted():
                peer.want(command)
            case Connect():  # it may take seconds to answer; the next command does not wait for that
                await _end(answering, peer)
                answering = asyncio.create_task(peer.connect(command))
            case Hang():
                await _end(answering, peer)
    if peer is not None and watching is not None:
        watching.cancel()
        peer.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await _end(answering, peer)


async def _end(answering: asyncio.Task[None] | None, peer: Peer) -> None:
    """Leave an offer unanswered that still is, and close its session. Raises what answering has raised."""
    if answering is not None:
        answering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await answering
    await peer.hang()


def _tell(message: PeerMessage) -> None:
    with contextlib.suppress(BrokenPipeError):  # the screen has gone; our input has ended too, and ends us
        sys.stdout.buffer.write(messages.encode(message) + b"\n")
        sys.stdout.buffer.flush()


def main() -> None:
    """Run until the screen is gone."""
    logs.start()
    logging.getLogger("aioice").setLevel(logging.WARNING)
    # aiortc hands on no time; aioice waits for 5 s.
    gather = partialmethod(aioice.Connection.get_component_candidates, timeout=GATHER_S)
    aioice.Connection.get_component_candidates = gather  # type: ignore[assignment, method-assign]
    # A picture of a customer must not end on the disk in a core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(serve())
    # Codecs and devices have threads that may hang; nothing of them is worth waiting for.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
