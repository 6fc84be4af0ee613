"""Stands between a client and a service on loopback and lets the answers through slowly."""

from __future__ import annotations

import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit


@contextmanager
def slowed(port: int, *, pause: float, bytes_at_once: int = 65536) -> Iterator[int]:
    """The port of a proxy for the service at `port`, which waits `pause` seconds before each piece of an answer."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as service, suppress(OSError):
                Thread(target=self._ask, args=(service,), daemon=True).start()
                while answer := service.recv(65536):
                    for begin in range(0, len(answer), bytes_at_once):
                        time.sleep(pause)
                        self.request.sendall(answer[begin : begin + bytes_at_once])

        def _ask(self, service: socket.socket) -> None:
            with suppress(OSError):
                while asked := self.request.recv(65536):
                    service.sendall(asked)
                service.shutdown(socket.SHUT_WR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def at_port(address: str, port: int) -> str:
    """The address with another port."""
    return urlsplit(address)._replace(netloc=f"127.0.0.1:{port}").geturl()
