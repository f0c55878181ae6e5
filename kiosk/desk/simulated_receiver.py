"""A web server of another system, for trials and tests: takes POST on this machine and answers as it is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Headers by their names in lower case, and the body -> status and JSON.
Answer = Callable[[Mapping[str, str], bytes], tuple[int, dict[str, str]]]


class Receiver:
    """Serves until it is closed. Raises OSError when the port is taken."""

    def __init__(self, path: str, answer: Answer, *, port: int = 0) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = answer({name.lower(): value for name, value in self.headers.items()}, raw)
                with contextlib.suppress(ConnectionError):  # whoever asked has waited long enough
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    self.wfile.write(json.dumps(body, ensure_ascii=False).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def json_object(raw: bytes) -> dict[str, Any]:
    """The object that a body is; an empty one for anything else."""
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
