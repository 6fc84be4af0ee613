"""A conversation with a mail server that has an end: however slowly it answers, and however much it says."""

from __future__ import annotations

import io
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from campaign_health.settings import SmtpSettings
from collectors.http.answer_limits import SHORTEST_WAIT, Late, WholeBy
from collectors.http.deadline import Deadline
from collectors.http.in_time import in_time
from collectors.http.timed_connections import TimedReads

# A greeting may be held back on purpose, and a message be looked through before it is taken: five silences for all.
SILENCES = 5
# What a server says in a whole conversation is a few KB.
MOST_SAID = 64 * 1024


class _Conversation(WholeBy):
    """What all answers together may take, in seconds and in bytes; `ended_by` says what became too much."""

    def __init__(self, silence: float) -> None:
        super().__init__(SILENCES * silence, silence, Deadline())
        self.ended_by: str | None = None
        self._said = 0

    def waited(self, seconds: float, count: int | None) -> None:
        """Told after each read."""
        try:
            super().waited(seconds, count)
        except Late:
            raise
        except TimeoutError:
            self.end(f"not a byte came for {self.silence:g} seconds")
        self._said += count or 0
        if self._said > MOST_SAID:
            self.end(f"it said more than {MOST_SAID // 1024} KB")

    def fail(self) -> NoReturn:
        """Raises Late."""
        self.end(f"it was not done within {self.whole:g} seconds")

    def end(self, because: str) -> NoReturn:
        """Raises Late, for that reason."""
        self.ended_by = because
        raise Late(because)


class _Server(smtplib.SMTP):
    """Reads within the conversation's limits."""

    def __init__(self, settings: SmtpSettings, conversation: _Conversation, **options: Any) -> None:
        self._conversation = conversation
        super().__init__(settings.host, settings.port, timeout=conversation.silence, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connect: Callable[[str, int, float], socket.socket] = super()._get_socket  # type: ignore[misc]
        connected = in_time(lambda: connect(host, port, timeout), timeout, socket.socket.close)
        if connected is None:
            self._conversation.end(f"no connection within {timeout:g} seconds")
        return connected

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            # A new one after STARTTLS: what was said before, in the open, is not read as said in private.
            self.file = io.BufferedReader(TimedReads(self.sock, self._conversation))
        return super().getreply()

    def send(self, s: object) -> None:
        if self.sock is not None:
            self.sock.settimeout(max(self._conversation.seconds(), SHORTEST_WAIT))
        super().send(s)  # type: ignore[arg-type]


class _SecureServer(_Server, smtplib.SMTP_SSL):
    """The same, in private from the first byte."""


@contextmanager
def mail_server(settings: SmtpSettings, silence: float) -> Iterator[smtplib.SMTP]:
    """The mail server of the settings, connected, protected and signed in as they say.

    Args:
        settings: Where it is, and how to talk to it.
        silence: Seconds without a byte after which it is given up; the whole conversation may take five times as long.

    Raises:
        TimeoutError: it did not come to its end; the text says why.
        smtplib.SMTPException, OSError, ValueError: by what went wrong.
    """
    conversation = _Conversation(silence)
    secure = ssl.create_default_context()
    server: _Server | None = None
    try:
        if settings.security == "tls":
            server = _SecureServer(settings, conversation, context=secure)
        else:
            server = _Server(settings, conversation)
        if settings.security == "starttls":
            server.starttls(context=secure)
        if settings.user and settings.password:
            server.login(settings.user, settings.password.get_secret_value())
        yield server
        # What it took it has, whether or not it says goodbye.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    except (smtplib.SMTPServerDisconnected, OSError) as failure:
        if conversation.ended_by is None:
            raise
        raise Late(conversation.ended_by) from failure
    finally:
        if server is not None:
            server.close()
