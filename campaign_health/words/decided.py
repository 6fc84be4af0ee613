"""What people decided about an incident, as every surface says it; without a full stop."""

from __future__ import annotations

from datetime import date

from campaign_health.words.dates import day_text

_NO_REASON = "no reason given"


def taken_text(by: str) -> str:
    """That somebody takes it on: `Ada is on it`."""
    return f"{by} is on it"


def muted_text(by: str | None, reason: str | None, until: date | None, today: date) -> str:
    """That it is muted: `Muted until Mon 30 Nov by Ada: being rebuilt`."""
    when = day_text(until, today) if until else "further notice"
    return f"Muted until {when} by {by or 'someone'}: {reason or _NO_REASON}"


def intended_text(by: str, reason: str | None, until: date | None, today: date) -> str:
    """That it is meant: `Marked as intended by Ada: we send to paying customers only`."""
    when = f" until {day_text(until, today)}" if until else ""
    return f"Marked as intended by {by}{when}: {reason or _NO_REASON}"
