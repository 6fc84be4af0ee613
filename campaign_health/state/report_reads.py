"""Reads what a monthly report is made of."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day
from campaign_health.state.false_alarms import read_false_alarms
from campaign_health.state.incident import open_and_also
from campaign_health.state.monthly_report import MonthlyReport, first_day_of, last_day_of, monthly_report
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read.found_incidents import opened_at, watched_since
from storage.read.verdicts_now import judged_days


def read_monthly_report(connection: Connection, workspace: str, month: date | None, today: date) -> MonthlyReport:
    """The report of one month (its first day) of a workspace, as it is known on a local day.

    None: of the last month that is over, and of the present one where it was not watched before.
    """
    zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
    judged = judged_days(connection, workspace)
    since = watched_from(connection, workspace)
    month = month or _usual_month(since, today)
    opened = {incident_id: local_day(at, zone) for incident_id, at in opened_at(connection, workspace).items()}
    last = last_day_of(month)
    ids = {incident_id for incident_id, day in opened.items() if month <= day <= last}
    return monthly_report(
        workspace,
        month,
        [(one, opened[one.incident_id]) for one in open_and_also(connection, workspace, ids) if one.incident_id in ids],
        judged=judged,
        today=today,
        since=since,
        alarms=read_false_alarms(connection, workspace),
    )


def watched_from(connection: Connection, workspace: str) -> date | None:
    """The first day on which a workspace was watched, in its zone; None where it never was."""
    began = watched_since(connection, workspace)
    zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
    return None if began is None else local_day(began, zone)


def report_months(connection: Connection, workspace: str) -> tuple[date, ...]:
    """The first days of all months with a judged day, newest first."""
    judged = judged_days(connection, workspace)
    months = []
    month = first_day_of(judged[1]) if judged else None
    while judged and month is not None and month >= first_day_of(judged[0]):
        months.append(month)
        month = first_day_of(month - timedelta(days=1))
    return tuple(months)


def _usual_month(since: date | None, today: date) -> date:
    before = first_day_of(first_day_of(today) - timedelta(days=1))
    return before if since is not None and since <= last_day_of(before) else first_day_of(today)
