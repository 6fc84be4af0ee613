"""Answers `/healthz` and `/metrics` over HTTP, to anybody who asks and without anybody being able to hold it up.

At most MOST_AT_ONCE are answered at a time, each within WHOLE_SECONDS, and nobody is read beyond LARGEST_REQUEST.
"""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from campaign_health.health.health_numbers import health_json, health_metrics
from campaign_health.health.health_state import Health
from campaign_health.health.prometheus_text import CONTENT_TYPE

WHOLE_SECONDS = 10.0
MOST_AT_ONCE = 8
LARGEST_REQUEST = 16 * 1024
MADE_ANEW_AFTER = 2.0
_SECONDS_BETWEEN_LOOKS = 0.5
_log = logging.getLogger(__name__)


class _Remembered:
    """The newest health, made anew where it is older than MADE_ANEW_AFTER: asking often costs nothing."""

    def __init__(self, ask: Callable[[], Health]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._health: Health | None = None

    def __call__(self) -> Health:
        with self._lock:
            if self._health is None or time.monotonic() - self._made_at > MADE_ANEW_AFTER:
                self._health = self._ask()
                self._made_at = time.monotonic()
            return self._health


class _Bounded(io.BufferedIOBase):
    """Reads a request's head up to LARGEST_REQUEST; behind that it is as if nothing came any more."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._left = LARGEST_REQUEST

    def readline(self, size: int | None = -1, /) -> bytes:
        most = self._left if size is None or size < 0 else min(size, self._left)
        line: bytes = self._source.readline(most) if most else b""
        self._left -= len(line)
        return line

    def close(self) -> None:
        self._source.close()
        super().close()


class _Asked(BaseHTTPRequestHandler):
    """One request; the connection ends with its answer."""

    server: _Server
    server_version = "campaign-health"
    sys_version = ""
    timeout = WHOLE_SECONDS

    def setup(self) -> None:
        super().setup()
        self.rfile = _Bounded(self.rfile)

    def do_GET(self) -> None:
        """Answers what is asked for, or 404."""
        path = self.path.partition("?")[0]
        if path not in ("/healthz", "/metrics"):
            self._answer(404, "text/plain; charset=utf-8", "Ask for /healthz or /metrics.\n")
            return
        try:
            health = self.server.ask()
        except Exception as failure:
            # Whoever asks is to hear that it is not well; the next one asks anew.
            _log.error("The health could not be told (%s).", type(failure).__name__, exc_info=True)
            self._answer(503, "text/plain; charset=utf-8", "The health could not be told; the log says why.\n")
            return
        if path == "/metrics":
            self._answer(200, CONTENT_TYPE, health_metrics(health))
        else:
            told = json.dumps(health_json(health), indent=2) + "\n"
            self._answer(200 if health.is_up else 503, "application/json", told)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: an answer each few seconds would fill the log."""

    def _answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(socketserver.ThreadingTCPServer):
    """Counts who is being answered, and ends who takes too long."""

    daemon_threads = True
    # Elsewhere it would share the port with whoever has it.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 16

    def __init__(self, address: str, port: int, ask: Callable[[], Health]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.ask = ask
        self._lock = threading.Lock()
        self._ends: dict[socket.socket, float] = {}
        super().__init__((address, port), _Asked)

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return super().get_request()
        except OSError:
            # Out of descriptors it would be tried again without a pause.
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            raise

    def verify_request(self, request: Any, client_address: Any) -> bool:
        with self._lock:
            return len(self._ends) < MOST_AT_ONCE

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._ends[request] = time.monotonic() + WHOLE_SECONDS
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._ends.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        now = time.monotonic()
        with self._lock:
            late = [request for request, end in self._ends.items() if now > end]
            for request in late:
                # Whoever reads or writes there is woken by it, and ends.
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: whoever asked has gone, or was too slow."""


@contextmanager
def health_served(address: str, port: int, ask: Callable[[], Health]) -> Iterator[None]:
    """Serves while the block runs. Where nobody can listen there, it says so and the block runs all the same.

    Args:
        address: which of this machine's addresses to listen on.
        port: 0: nothing is served.
        ask: makes the health anew; called from other threads, one at a time.
    """
    if not port:
        yield
        return
    where = f"http://{f'[{address}]' if ':' in address else address}:{port}/healthz"
    try:
        server = _Server(address, port, _Remembered(ask))
    except OSError as failure:
        _log.warning(
            "Nothing is served at %s: %s. Choose another port with CAMPAIGN_HEALTH_HEALTH_PORT; 0 serves nothing.",
            where,
            failure.strerror or failure,
        )
        yield
        return
    thread = threading.Thread(target=server.serve_forever, args=(_SECONDS_BETWEEN_LOOKS,), name="health", daemon=True)
    thread.start()
    _log.info("Health: %s", where)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
