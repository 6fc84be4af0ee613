"""A receiver on loopback that answers with given bytes: slowly, without end, or not even in HTTP."""

from __future__ import annotations

import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread


@dataclass
class RawReceiver:
    """What came to it, and how many bytes it could send before the other side had enough."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    sent: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def answering(
    answer: bytes, *, pause: float = 0.0, endless: bool = False, speaks_first: bool = False
) -> Iterator[RawReceiver]:
    """Answers everything with these bytes and hangs up.

    Args:
        answer: Head and body.
        pause: Seconds between each two bytes.
        endless: Whether more follows for as long as the other side reads: the same again where it speaks first, else
            zeros.
        speaks_first: Whether it waits for nothing, as a mail server does.
    """
    receiver = RawReceiver()
    is_over = False

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            receiver.asked.append(b"" if speaks_first else self.request.recv(65536))
            pieces = [answer] if not pause else [bytes([byte]) for byte in answer]
            with suppress(OSError):
                for piece in pieces:
                    self._send(piece)
                    time.sleep(pause)
                while endless and not is_over:
                    self._send(answer if speaks_first else bytes(65536))

        def _send(self, piece: bytes) -> None:
            self.request.sendall(piece)
            receiver.sent += len(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        receiver.port = server.server_address[1]
        yield receiver
        is_over = True
        server.shutdown()
