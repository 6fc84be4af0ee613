"""A month of incidents for the tests of the report."""

from __future__ import annotations

from datetime import date

from campaign_health.state.false_alarms import FalseAlarms
from campaign_health.state.incident import Incident
from campaign_health.state.monthly_report import MonthlyReport, monthly_report
from tests import digest_cast

NOVEMBER = date(2026, 11, 1)
DECEMBER_1 = date(2026, 12, 1)


def broken(number: int, opened: int, **changes: object) -> Incident:
    """An incident that began on that day of November: 10 sends (8 to 12) and $100 ($80 to $120) a day, 10 days."""
    values = {
        "opened_on": date(2026, 11, opened),
        "detected_on": date(2026, 11, opened),
        "counted_days": 10,
        "days": 10,
        "missed_sends": 100.0,
        "missed_sends_low": 80.0,
        "missed_sends_high": 120.0,
        "revenue_at_risk": 1000.0,
        "revenue_at_risk_low": 800.0,
        "revenue_at_risk_high": 1200.0,
    }
    return digest_cast.incident(number, **{**values, **changes})


def mended(number: int, opened: int, good_again: int, **changes: object) -> Incident:
    """The same, mended: its first good day is given, and somebody said that they were on it."""
    changes = {"status": "recovered", "recovered_on": date(2026, 11, good_again), "acknowledged_by": "Ada", **changes}
    return broken(number, opened, **changes)


def report_of(*found: tuple[Incident, int], today: date = DECEMBER_1, since: date | None = None) -> MonthlyReport:
    """November's report; each incident with the day of November on which it was found."""
    return monthly_report(
        "default",
        NOVEMBER,
        [(one, date(2026, 11, day)) for one, day in found],
        judged=(date(2026, 7, 1), today),
        today=today,
        since=since,
        alarms=FalseAlarms("default", 1, 14.2),
    )
