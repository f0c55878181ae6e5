"""Whether somebody serves a port or a local socket, for whoever starts processes and waits for them."""

from __future__ import annotations

import socket
from pathlib import Path


def free_port() -> int:
    """A TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether this TCP port of this machine can be connected to."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def serves(path: Path) -> bool:
    """Whether a local socket can be connected to; its file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
