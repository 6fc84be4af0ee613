"""Decides of which month a report is due: pure, from the clock and the settings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.settings import DigestSettings
from campaign_health.state.monthly_report import first_day_of, last_day_of

CAUGHT_UP_DAYS = 7
"""A machine that stood still on the day sends it so much later at most; after that it is on the page."""


def month_due(settings: DigestSettings, now: datetime, zone: ZoneInfo, since: date | None) -> date | None:
    """The first day of the month whose report may be sent at `now`, or None.

    It is due on the first working day after the month (the first day, where digests come on all days) at the digest's
    time. `since`: the first day on which the workspace was watched; of a month before that there is nothing to report.
    """
    if not settings.monthly_report:
        return None
    local = now.astimezone(zone)
    begin = first_day_of(local.date())
    day = begin
    while settings.days == "weekdays" and day.weekday() >= 5:
        day += timedelta(days=1)
    month = first_day_of(begin - timedelta(days=1))
    if since is None or since > last_day_of(month):
        return None
    is_time = (local.date(), local.time()) >= (day, settings.at)
    return month if is_time and local.date() <= day + timedelta(days=CAUGHT_UP_DAYS) else None
