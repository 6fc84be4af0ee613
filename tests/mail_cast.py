"""A mail server on loopback that does what it is told, and the settings that lead to it."""

from __future__ import annotations

import socketserver
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

from pydantic import SecretStr

from campaign_health.settings import SmtpSettings

Security = Literal["starttls", "tls", "none"]


@dataclass
class MailServer:
    """A server, and what it was told.

    Attributes:
        slow_at: the step (the first word of a command, `greeting` or `message`) whose answer drips, one byte each
            `pause` seconds.
        answers: other answers than the usual ones, by step.
        endless_at: the step whose answer never ends.
    """

    port: int = 0
    slow_at: str = ""
    pause: float = 0.05
    endless_at: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    sent: int = 0

    def settings(
        self, security: Literal["starttls", "tls", "none"] = "none", *, signs_in: bool = False
    ) -> SmtpSettings:
        """Settings that lead to it."""
        return SmtpSettings(
            host="localhost",
            port=self.port,
            security=security,
            user="me" if signs_in else None,
            password=SecretStr("secret") if signs_in else None,
            sender="from@example.test",
            recipients=("to@example.test",),
        )


@contextmanager
def mailing(*, secure: ssl.SSLContext | None = None, at_once: bool = False, **options: object) -> Iterator[MailServer]:
    """A mail server; `secure` is offered after STARTTLS, or spoken from the first byte where `at_once`."""
    server = MailServer(**options)  # type: ignore[arg-type]

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                if at_once:
                    self._protect()
                self._answer("greeting", b"220 ready\r\n")
                while line := self.rfile.readline():
                    step = line.split()[0].decode().upper()
                    server.told.append(step)
                    self._do(step)
                    if step == "QUIT":
                        return

        def _do(self, step: str) -> None:
            if step == "EHLO":
                offers = [b"localhost", b"AUTH PLAIN", *([b"STARTTLS"] if secure and not at_once else [])]
                lines = [b"250-" + offer for offer in offers[:-1]] + [b"250 " + offers[-1]]
                self._answer(step, b"\r\n".join(lines) + b"\r\n")
            elif step == "DATA":
                self._answer(step, b"354 go on\r\n")
                message = b""
                while not message.endswith(b"\r\n.\r\n"):
                    message += self.rfile.readline()
                server.messages.append(message)
                self._answer("message", b"250 taken\r\n")
            else:
                self._answer(
                    step,
                    {"STARTTLS": b"220 go\r\n", "AUTH": b"235 in\r\n", "QUIT": b"221 bye\r\n"}.get(
                        step, b"250 fine\r\n"
                    ),
                )
            if step == "STARTTLS":
                self._protect()

        def _protect(self) -> None:
            assert secure is not None
            self.request = secure.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

        def _answer(self, step: str, usual: bytes) -> None:
            answer = server.answers.get(step, usual)
            while step == server.endless_at:
                self._send(b"250-" + b"x" * 4000 + b"\r\n")
            for byte in answer if step == server.slow_at else ():
                self._send(bytes([byte]))
                time.sleep(server.pause)
            if step != server.slow_at:
                self._send(answer)

        def _send(self, piece: bytes) -> None:
            self.wfile.write(piece)
            server.sent += len(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.block_on_close = False
        Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        server.port = listening.server_address[1]
        yield server
        listening.shutdown()
