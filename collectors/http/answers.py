"""What comes back, and never more of it than is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import requests

CHUNK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """An answer of any status, whose meaning is the caller's.

    Attributes:
        status: The HTTP status.
        headers: Names in any case, and their values.
        text: The beginning of the body, without secrets.
    """

    status: int
    headers: Mapping[str, str]
    text: str


def body_up_to(response: requests.Response, most_bytes: int) -> bytes:
    """The body, unpacked; where it is longer than `most_bytes`, its beginning, and the rest is never read.

    Raises:
        requests.RequestException: it was cut off, or took too long.
    """
    parts: list[bytes] = []
    missing = most_bytes
    for part in response.iter_content(min(CHUNK, most_bytes)):
        parts.append(part[:missing])
        missing -= len(part)
        if missing <= 0:
            break
    return b"".join(parts)
