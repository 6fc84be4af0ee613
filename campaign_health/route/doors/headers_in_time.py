"""A connection that does not bring a request's headers in time is closed: else a thousand keep all others out."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADER_SECONDS = 10.0


class HeadersInTime(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's own, which bounds the pause between two requests but not how slowly one may begin."""

    cycle: Any
    _cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """From now on a request is waited for."""
        super().connection_made(transport)
        self._wait(transport)

    def data_received(self, data: bytes) -> None:
        """Whether a request has begun, or its headers are all there, is seen from what uvicorn made of it."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._end_wait()
        elif self._cut is None and (before is None or before.response_complete):
            self._wait(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._end_wait()
        super().connection_lost(exc)

    def _wait(self, transport: Any) -> None:
        self._cut = asyncio.get_running_loop().call_later(HEADER_SECONDS, transport.close)

    def _end_wait(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
