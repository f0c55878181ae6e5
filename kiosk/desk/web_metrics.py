"""``/metrics``: the desk's figures for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress

from aiohttp import hdrs, web
from prometheus_client.exposition import choose_encoder

from kiosk.desk import routes
from kiosk.desk.access import DESK, refused
from kiosk.desk.routes import Access, Route


def add_routes(app: web.Application) -> None:
    """The figures."""
    route = Route(
        "GET",
        "/metrics",
        _metrics,
        "Figures of hall and desk for Prometheus, as text or OpenMetrics",
        Access.METRICS,
        response=str,
        media="text/plain",
    )
    routes.add(app, route)


async def _metrics(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    _allow(request, desk.settings.metrics_token)
    encode, content_type = choose_encoder(request.headers.get(hdrs.ACCEPT, ""))
    return web.Response(body=encode(desk.metrics.registry), headers={hdrs.CONTENT_TYPE: content_type})


def _allow(request: web.Request, token: str) -> None:
    """With a token only who has it; without one only this machine. Raises 401 or 403."""
    if token:
        said = request.headers.get(hdrs.AUTHORIZATION, "").encode()
        if not hmac.compare_digest(said, f"Bearer {token}".encode()):
            ask = {str(hdrs.WWW_AUTHENTICATE): "Bearer"}
            raise refused(web.HTTPUnauthorized, "wrong or no metrics_token", ask)
    elif not is_here(request.remote or ""):
        raise refused(web.HTTPForbidden, "set metrics_token in desk.toml to ask from another machine")


def is_here(address: str) -> bool:
    """Whether a request from this address comes from this machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
