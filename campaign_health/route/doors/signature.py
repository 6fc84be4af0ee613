"""Whether a report is from Customer.io: its signature over the raw bytes, and its age."""

from __future__ import annotations

import hashlib
import hmac

MOST_SECONDS = 300
"""A report whose time is further from ours is somebody's copy of an old one, or a clock is wrong."""


def signature_of(key: str, timestamp: str, body: bytes) -> str:
    """Customer.io's signature (reporting webhooks, "Securely verifying requests"): HMAC-SHA-256 of `v0:time:body`."""
    return hmac.new(key.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def is_authentic(key: str, timestamp: str | None, signature: str | None, body: bytes, now: float) -> bool:
    """Whether it was signed with the key within five minutes of `now` (Unix seconds); compared in constant time."""
    if not timestamp or not signature or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    wanted = signature_of(key, timestamp, body)
    given = signature.strip().encode("utf-8", "replace")
    return hmac.compare_digest(wanted.encode(), given) and abs(now - int(timestamp)) <= MOST_SECONDS
