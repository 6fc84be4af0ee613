"""A request's body, bounded in size and in time, and the refusals that all doors share."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import GzipFile
from io import BytesIO

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

BODY_SECONDS = 10.0
MOST_UNPROVEN = 32 * 1024 * 1024


class BodyRefused(Exception):
    """It was not taken; what the answer says, and what it is counted as."""

    def __init__(self, status: int, counted_as: str, why: str) -> None:
        super().__init__(why)
        self.status, self.counted_as, self.why = status, counted_as, why

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the answer: when to come back, or that the connection is not kept."""
        return {503: {"Retry-After": "1"}, 408: {"Connection": "close"}}.get(self.status, {})


@dataclass
class UnprovenRoom:
    """What is in memory of bodies that nothing proves before they are read, of all requests together.

    `held` and `most` are bytes. Whoever opens many connections so fills no memory; others are asked to come back.
    """

    most: int = MOST_UNPROVEN
    held: int = 0

    @contextmanager
    def counted(self) -> Iterator[Callable[[int], None]]:
        """For one body: what takes in more bytes of it, or raises BodyRefused; at the end they are given back."""
        mine = 0

        def more(size: int) -> None:
            nonlocal mine
            if self.held + size > self.most:
                raise BodyRefused(503, "too_many", "too much is being sent at once")
            mine += size
            self.held += size

        try:
            yield more
        finally:
            self.held -= mine


async def body_of(
    request: Request, largest: int, more: Callable[[int], None] = lambda size: None, *, may_be_encoded: bool = False
) -> bytes:
    """The body as it came; `more` is told of each part's size.

    Raises:
        BodyRefused: it is compressed and may not be, longer than `largest` bytes (and then not read to its end), or too
            slow; or `more` raised it.
    """
    if not may_be_encoded and request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "encoded", "send it without a content encoding")
    try:
        body = await asyncio.wait_for(_read(request, largest, more), BODY_SECONDS)
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


async def _read(request: Request, largest: int, more: Callable[[int], None]) -> bytes | None:
    parts: list[bytes] = []
    told = request.headers.get("content-length", "")
    size = 0
    if told.isascii() and told.isdecimal() and len(told) < 20 and int(told) > largest:
        return None
    async for part in request.stream():
        size += len(part)
        if size > largest:
            return None
        more(len(part))
        parts.append(part)
    return b"".join(parts)
