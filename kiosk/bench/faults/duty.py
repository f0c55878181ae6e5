"""A site's duty webhook."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from kiosk.reachable import free_port


class DutyService:
    """The site's duty webhook: takes everything, while it is started. The address stays the same."""

    def __init__(self) -> None:
        self._port = free_port()
        self._server: HTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/duty"

    def start(self) -> None:
        if self._server is None:
            self._server = HTTPServer(("127.0.0.1", self._port), _Takes)
            threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Takes(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""
