"""An MQTT broker in a process of its own, for the demo: ``python -m kiosk.embedded PORT DIRECTORY``.

The directory has its certificate (:mod:`kiosk.certs.broker`). amqtt speaks MQTT 3.1.1 only, keeps nothing over a
restart and lets everybody do everything; halls run mosquitto.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from amqtt.broker import Broker


async def serve(port: int, directory: Path) -> None:
    """Serve TLS on the loopback address until cancelled."""
    broker = Broker(
        {
            "listeners": {
                "default": {
                    "type": "tcp",
                    "bind": f"127.0.0.1:{port}",
                    "ssl": True,
                    "certfile": str(directory / "broker.crt"),
                    "keyfile": str(directory / "broker.key"),
                    "cafile": str(directory / "ca.crt"),
                }
            },
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
