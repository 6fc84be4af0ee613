"""What `check` asks of a published file; also of one that a stranger made, with fewer columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.connection import Connection
from storage.read.rows import Row, as_rows
from storage.read.service_numbers import service_numbers

_CAMPAIGNS = """
    SELECT campaign_id, name, state, event FROM campaign
    WHERE workspace = ? AND {present} ORDER BY campaign_id
"""
_SENDS = """
    SELECT campaign_id, sum(sent)::BIGINT FROM campaign_day
    WHERE workspace = $workspace AND sent IS NOT NULL AND state IN ('observed', 'provisional')
      AND day > (SELECT max(day) FROM campaign_day WHERE workspace = $workspace AND sent IS NOT NULL) - INTERVAL 28 DAY
    GROUP BY campaign_id
"""
_MESSAGES = """
    SELECT campaign_id, required_variables, optional_variables, problem FROM campaign_message
    WHERE workspace = ? AND coalesce(sending_state, 'automatic') <> 'off'
"""
_EVENTS = """
    WITH seen AS (
        SELECT event, day, events, state, max(day) FILTER (events > 0) OVER (PARTITION BY event) AS last_seen
        FROM event_day WHERE workspace = ? AND state IN ('observed', 'provisional')
    )
    SELECT event AS name, min(day) FILTER (events > 0) AS first_seen, any_value(last_seen) AS last_seen,
        max(day) FILTER (state = 'observed') AS last_collected,
        coalesce(avg(events) FILTER (day <= last_seen AND day > last_seen - INTERVAL 28 DAY), 0)::DOUBLE AS daily
    FROM seen GROUP BY event
"""
_PROPERTIES = """
    SELECT event, property, type, day, share FROM event_property
    WHERE workspace = $workspace AND (event, day) IN (
        SELECT (event, max(day)) FROM event_property WHERE workspace = $workspace GROUP BY event)
"""
_NEWEST_RUN = """
    SELECT outcome, error, ended_at FROM collection
    WHERE workspace = ? AND source = ? ORDER BY ended_at DESC LIMIT 1
"""


def workspaces_with_data(connection: Connection) -> list[str]:
    """Every workspace that has a campaign or an event count, in alphabetical order."""
    rows = connection.execute(
        "SELECT DISTINCT workspace FROM (SELECT workspace FROM campaign UNION ALL SELECT workspace FROM event_day)"
    ).fetchall()
    return sorted(str(name) for (name,) in rows)


def present_campaigns(connection: Connection, workspace: str) -> list[Row]:
    """The campaigns that were not found to be deleted: campaign_id, name, state, event."""
    present = "gone_at IS NULL" if _has(connection, "campaign", "gone_at") else "true"
    return as_rows(connection.execute(_CAMPAIGNS.format(present=present), [workspace]))


def sends_of_four_weeks(connection: Connection, workspace: str) -> dict[int, int]:
    """The sends of each campaign over the newest 28 days with any; campaigns without a number are left out."""
    return dict(connection.execute(_SENDS, {"workspace": workspace}).fetchall())


def messages_in_use(connection: Connection, workspace: str) -> list[Row]:
    """Messages that are not off: campaign_id, required_variables, optional_variables, problem."""
    if not _has(connection, "campaign_message", "required_variables"):
        return []
    return as_rows(connection.execute(_MESSAGES, [workspace]))


def seen_events(connection: Connection, workspace: str) -> list[Row]:
    """Events: name, first_seen, last_seen, last_collected (a settled day), daily (of the 28 days up to the last)."""
    return as_rows(connection.execute(_EVENTS, [workspace]))


def newest_profiles(connection: Connection, workspace: str) -> list[tuple[str, str, str, date, float]]:
    """(event, property, type, day, share) of the newest day that each event's properties were looked at."""
    return connection.execute(_PROPERTIES, {"workspace": workspace}).fetchall()


def newest_run(connection: Connection, workspace: str, source: str) -> tuple[str, str | None, datetime] | None:
    """(outcome, error, when it ended in naive UTC) of a source's newest run; None where there was none."""
    return connection.execute(_NEWEST_RUN, [workspace, source]).fetchone()


@dataclass(frozen=True)
class KnownFacts:
    """Owner, deal value, conversion rate and timing of each campaign, as far as there are any, and the currency."""

    currency: str | None
    facts: Mapping[int, Mapping[str, Any]]


def facts_of_campaigns(connection: Connection, workspace: str) -> KnownFacts:
    """What the manifest or somebody on the page says of the campaigns; the currency is None for dollars."""
    if not _has(connection, "campaign_plan", "timing"):
        return KnownFacts(None, {})
    rows = as_rows(connection.execute("SELECT * FROM campaign_plan WHERE workspace = ?", [workspace]))
    names = ("owner", "deal_value", "conversion_rate", "timing")
    facts = {row["campaign_id"]: {name: row[name] for name in names if row[name] is not None} for row in rows}
    return KnownFacts(next((row["currency"] for row in rows if row.get("currency")), None), facts)


def _has(connection: Connection, table: str, column: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_name = ? AND column_name = ?", [table, column]
    )
    return found.fetchone() is not None


def event_service(connection: Connection, workspace: str) -> str | None:
    """What counts the workspace's events; None where a file of an older version or of few tables does not say."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_columns() WHERE table_name = 'workspace' AND column_name = 'event_service'"
    ).fetchone()
    return None if found is None else service_numbers(connection, workspace).event_service
