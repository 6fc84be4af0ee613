"""Answers a few addresses over HTTP to anybody who asks, without anybody being able to hold it up.

At most MOST_AT_ONCE are answered at a time, each within WHOLE_SECONDS, and nobody is read beyond LARGEST_REQUEST.
"""

from __future__ import annotations

import io
import logging
import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, Generic, TypeVar

WHOLE_SECONDS = 10.0
MOST_AT_ONCE = 8
LARGEST_REQUEST = 16 * 1024
MADE_ANEW_AFTER = 2.0
PLAIN = "text/plain; charset=utf-8"
_SECONDS_BETWEEN_LOOKS = 0.5
_log = logging.getLogger(__name__)
Made = TypeVar("Made")


@dataclass(frozen=True)
class Reply:
    """What is answered: the status, the kind of the text (a media type), and the text."""

    status: int
    kind: str
    text: str


class Remembered(Generic[Made]):
    """What was made last, made anew where it is older than MADE_ANEW_AFTER seconds: asking often costs nothing."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[float, Made] | None = None

    def __call__(self) -> Made:
        with self._lock:
            if self._made is None or time.monotonic() - self._made[0] > MADE_ANEW_AFTER:
                made = self._make()
                self._made = (time.monotonic(), made)
            return self._made[1]


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
        """Answers what is asked for."""
        try:
            reply = self.server.answer(self.path.partition("?")[0])
        except Exception as failure:
            # Whoever asks is to hear that it is not well; the next one asks anew.
            _log.error("What was asked for could not be told (%s).", type(failure).__name__, exc_info=True)
            reply = Reply(503, PLAIN, "It could not be told; the log says why.\n")
        self._answer(reply)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: an answer each few seconds would fill the log."""

    def _answer(self, reply: Reply) -> None:
        body = reply.text.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
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

    def __init__(self, address: str, port: int, answer: Callable[[str], Reply]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.answer = answer
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
def served(address: str, port: int, answer: Callable[[str], Reply]) -> Iterator[int]:
    """Serves while the block runs, and gives the port.

    Args:
        address: Which of this machine's addresses to listen on.
        port: 0 for any that is free.
        answer: What a path (without its query) is answered with; called from other threads. Where it raises, the
            answer is 503.

    Raises:
        OSError: nobody can listen there.
    """
    server = _Server(address, port, answer)
    thread = threading.Thread(target=server.serve_forever, args=(_SECONDS_BETWEEN_LOOKS,), name="numbers", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
