"""How Customer.io says no."""

from __future__ import annotations

from campaign_health.sandbox.http.exchange import Answer, json_answer


def error(detail: str, status: int) -> Answer:
    """Customer.io's error body: ``status`` is text there."""
    return json_answer({"errors": [{"detail": detail, "status": str(status)}]}, status)


def rate_limited(retry_after: int | None) -> Answer:
    """429: per second with ``Retry-After``; without it, a daily quota."""
    answer = error("rate limited to 10 requests per 1s (reference a1b2c3)", 429)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer
