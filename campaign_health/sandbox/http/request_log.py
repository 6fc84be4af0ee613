"""What was asked of the sandbox, without the secrets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

_SECRET = ("authorization", "cookie", "proxy-authorization")


@dataclass
class RecordedRequest:
    """One request and how it was answered.

    ``server`` is mixpanel-query, mixpanel-export, mixpanel-app or customerio, ``path`` what follows that API's
    official base address, ``query`` its parameters in order, ``fault`` the fault that struck it. ``body`` is the
    answer's body where the sandbox was told to keep bodies (before any compression; None for an export), ``posted``
    what was posted.
    """

    number: int
    server: str
    endpoint: str
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    status: int = 0
    fault: str | None = None
    body: bytes | None = None
    content_type: str = ""
    posted: bytes = b""

    def get(self, name: str) -> str | None:
        """A query parameter's value."""
        return next((value for key, value in reversed(self.query) if key == name), None)


class Recording:
    """The log of a sandbox, in the order in which the requests came; safe to use from several threads."""

    def __init__(self) -> None:
        self._requests: list[RecordedRequest] = []
        self._lock = threading.Lock()

    def add(self, request: RecordedRequest) -> None:
        """Append a request and number it from 1."""
        with self._lock:
            request.number = len(self._requests) + 1
            self._requests.append(request)

    def clear(self) -> None:
        """Start a new log."""
        with self._lock:
            self._requests = []

    def all(self) -> list[RecordedRequest]:
        """A copy of the log."""
        with self._lock:
            return list(self._requests)

    def __iter__(self) -> Iterator[RecordedRequest]:
        return iter(self.all())


def without_secrets(headers: dict[str, str]) -> dict[str, str]:
    """The headers, those that carry credentials left out."""
    return {name: value for name, value in headers.items() if name.lower() not in _SECRET}
