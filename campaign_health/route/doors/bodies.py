"""A request's body, bounded in size and in time, and the refusals that all doors share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

BODY_SECONDS = 10.0


class BodyRefused(Exception):
    """It was not taken; what the answer says, and what it is counted as."""

    def __init__(self, status: int, counted_as: str, why: str) -> None:
        super().__init__(why)
        self.status, self.counted_as, self.why = status, counted_as, why


async def body_of(request: Request, largest: int) -> bytes:
    """The body as it came.

    Raises:
        BodyRefused: it is compressed, longer than `largest` bytes (and then not read to its end), or too slow.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "encoded", "send it without a content encoding")
    try:
        body = await asyncio.wait_for(_read(request, largest), BODY_SECONDS)
    except (TimeoutError, ClientDisconnect):
        raise BodyRefused(408, "too_slow", "the body did not come in time") from None
    if body is None:
        raise BodyRefused(413, "too_large", f"more than {largest} bytes")
    return body


def refused(status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to what is not taken."""
    return JSONResponse({"error": why}, status, headers)


async def _read(request: Request, largest: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            return None
        parts.append(part)
    return b"".join(parts)
