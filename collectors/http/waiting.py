"""How long to wait before asking again."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from collectors.http.service_clock import written_instant

_SECONDS = re.compile(r"\d+(\.\d*)?", re.ASCII)


def asked_wait(headers: Mapping[str, str], longest: float) -> float | None:
    """Seconds to wait that an answer's `Retry-After` asks for, `longest` at most; None where it asks for none."""
    return retry_after_seconds(headers.get("Retry-After"), service_time(headers), longest)


def retry_after_seconds(header: str | None, now: datetime, longest: float = float("inf")) -> float | None:
    """What a `Retry-After` header asks for, in seconds from `now`; None where there is no usable header.

    The header holds seconds or an HTTP date (RFC 9110, section 10.2.3). A date gone by is 0; more than `longest`
    is `longest`.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), longest)
    moment = written_instant(text)
    if moment is None:
        return None
    return min(max(0.0, (moment - now).total_seconds()), longest)


def backoff_seconds(tries_made: int, first: float, longest: float) -> float:
    """A pause that doubles with every try, half of it by chance so that clients do not come back together."""
    pause = min(longest, first * 2.0 ** (tries_made - 1))
    return pause * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret


def service_time(headers: Mapping[str, str]) -> datetime:
    """The service's own clock, against which its dates are meant; ours where it does not say."""
    return written_instant(headers.get("Date", "")) or datetime.now(UTC)
