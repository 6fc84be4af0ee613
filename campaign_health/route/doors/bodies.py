"""A request's body, bounded in size and in time, and the refusals that all doors share."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from gzip import GzipFile
from io import BytesIO

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

BODY_SECONDS = 10.0


class BodyRefused(Exception):
    """It was not taken; what the answer says, and what it is counted as."""

    def __init__(self, status: int, counted_as: str, why: str) -> None:
        super().__init__(why)
        self.status, self.counted_as, self.why = status, counted_as, why


async def body_of(request: Request, largest: int, *, may_be_encoded: bool = False) -> bytes:
    """The body as it came.

    Raises:
        BodyRefused: it is compressed and may not be, longer than `largest` bytes (and then not read to its end), or too
            slow.
    """
    if not may_be_encoded and request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "encoded", "send it without a content encoding")
    try:
        body = await asyncio.wait_for(_read(request, largest), BODY_SECONDS)
    except (TimeoutError, ClientDisconnect):
        raise BodyRefused(408, "too_slow", "the body did not come in time") from None
    if body is None:
        raise BodyRefused(413, "too_large", f"more than {largest} bytes")
    return body


def unpacked(body: bytes, encoding: str, largest: int) -> bytes:
    """The body without its content encoding.

    Raises:
        BodyRefused: there are more than `largest` bytes in it; no more than these are unpacked.
        ValueError: it is not of that encoding, or the encoding is another one than gzip.
    """
    if encoding.lower() in ("", "identity"):
        return body
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise ValueError("only gzip is unpacked")
    try:
        with GzipFile(fileobj=BytesIO(body)) as file:
            text = file.read(largest + 1)
    except (OSError, EOFError, zlib.error) as failure:
        raise ValueError("it is no gzip") from failure
    if len(text) > largest:
        raise BodyRefused(413, "too_large", f"more than {largest} bytes, unpacked")
    return text


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
