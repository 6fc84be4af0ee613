"""Which changes are announced as news, and which are only listed."""

from __future__ import annotations

from datetime import date

from campaign_health.detection.incident.incident_course import Change

NEWS_DAYS = 3
"""A change that comes to light more days late than this is listed, and not announced as news."""


def is_news(
    change: Change,
    *,
    today: date,
    still_open: bool,
    known_before: bool,
    judged_before: bool,
    quiet: bool,
) -> bool:
    """Whether a change may be announced as news.

    Not what comes to light more than three days late, except where nobody could have known: the day had never
    been judged, and the incident is open, or was known and is over. Nothing is news of a break that is expected.
    """
    if quiet or change.kind in ("unmuted", "expected", "rename_confirmed", "fix_confirmed"):
        return False
    if (today - change.day).days <= NEWS_DAYS:
        return True
    if judged_before:
        return False
    return still_open if change.kind == "opened" else known_before and change.kind in ("recovered", "closed")
