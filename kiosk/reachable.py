"""Whether somebody serves a port or a local socket, for whoever starts processes and waits for them."""

from __future__ import annotations

import contextlib
import random
import socket
from pathlib import Path

#: Below the ports that Linux gives to outgoing connections: one of those may be taken before it is used.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A TCP port that is free now. Raises OSError where none of a hundred is."""
    for _ in range(100):
        port = random.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):  # taken: another one
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free TCP port on 127.0.0.1")


def listens(port: int) -> bool:
    """Whether this TCP port of this machine can be connected to."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def serves(path: Path) -> bool:
    """Whether a local socket can be connected to; its file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
