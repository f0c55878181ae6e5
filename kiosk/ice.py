"""STUN and TURN servers for a video call, as browsers and peers take them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from pathlib import Path

from kiosk import config
from kiosk.messages import IceServer

log = logging.getLogger(__name__)

#: A name and its password are good for so long; one is made for each call.
VALID_S = 24 * 3600
NAME = "rengong"


def ice_servers(settings: config.Ice, wall_s: float) -> tuple[IceServer, ...]:
    """The configured servers; ``wall_s`` is the wall clock in seconds since 1970.

    TURN with a name and password of coturn's ``use-auth-secret``. A secret that cannot be read is logged, and
    there is no TURN then: within one network the call works without.
    """
    servers = [IceServer(settings.stun)] if settings.stun else []
    if settings.turn:
        try:
            secret = Path(settings.turn_secret_file).read_text().strip()
        except OSError as error:
            log.error("ice.turn_secret_file %s: %s; there is no TURN", settings.turn_secret_file, error.strerror)
        else:
            name = f"{int(wall_s) + VALID_S}:{NAME}"
            servers.append(IceServer(settings.turn, name, turn_password(secret, name)))
    return tuple(servers)


def turn_password(secret: str, name: str) -> str:
    """What coturn expects of this name: an HMAC-SHA-1 of it, in base 64."""
    return base64.b64encode(hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()).decode()
