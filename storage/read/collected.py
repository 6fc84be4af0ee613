"""What is stored already, as far as planning a run needs it."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from storage.file.conversion import read_instant
from storage.records import Source

# Days collected before the zone changed are days of other hours: they count as missing.
_ZONE_SINCE = """coalesce((
    SELECT CASE WHEN previous_time_zone IS NOT NULL THEN time_zone_since END FROM workspace WHERE workspace = $workspace
), TIMESTAMP '1970-01-01')"""

_SOURCE_DAYS = f"""
    SELECT day, state FROM source_day
    WHERE workspace = $workspace AND source = $source AND collected_at >= {_ZONE_SINCE}
"""  # noqa: S608

_FIRST_STORED = "SELECT min(day) FROM source_day WHERE workspace = ? AND source = ?"

_ASKED_FROM = """
    SELECT min(first_day) FROM collection
    WHERE workspace = ? AND source = ? AND outcome <> 'failed'
"""

_MISSING_OF_EVENTS = f"""
    SELECT e.event, min(d.day) AS missing_since, max(n.collected_at) AS newest
    FROM event e
    LEFT JOIN event_day d ON d.workspace = e.workspace AND d.event = e.event
        AND (d.state <> 'observed' OR d.collected_at < {_ZONE_SINCE})
        AND d.day BETWEEN $first_day AND $last_day
    LEFT JOIN (
        SELECT event, max(collected_at) AS collected_at FROM event_day
        WHERE workspace = $workspace AND events IS NOT NULL GROUP BY event
    ) n ON n.event = e.event
    WHERE e.workspace = $workspace GROUP BY e.event
"""  # noqa: S608

_MISSING_OF_CAMPAIGNS = """
    WITH calendar AS (
        SELECT CAST(unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY)) AS DATE) AS day
    )
    SELECT c.campaign_id, min(k.day)
    FROM campaign c CROSS JOIN calendar k
    LEFT JOIN {table} d ON d.workspace = $workspace AND d.campaign_id = c.campaign_id AND d.day = k.day
        AND {settled} AND d.collected_at >= {zone_since}
    WHERE c.workspace = $workspace AND d.day IS NULL
    GROUP BY c.campaign_id
"""
_SETTLED = {
    "customerio_metrics": (
        "campaign_day",
        "d.sent IS NOT NULL AND d.state <> 'provisional' AND d.engagement_state <> 'provisional'",
    ),
    "customerio_journeys": ("journey_day", "d.started IS NOT NULL AND d.state <> 'provisional'"),
}

_VERSIONS = """
    SELECT campaign_id, valid_from, definition ->> 'state' FROM campaign_version
    WHERE workspace = ? ORDER BY campaign_id, valid_from
"""


# A campaign that runs or ran, and of which Customer.io does not say since when, counts from when it was made.
_LIVES = """
    SELECT campaign_id,
        coalesce(first_started, CASE WHEN state <> 'draft' THEN coalesce(created, TIMESTAMP '2000-01-01') END),
        updated, gone_at
    FROM campaign WHERE workspace = ?
"""


def stored_days(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source) -> dict[date, str]:
    """The state of each day a source has answered for, or failed to; days of a former time zone left out."""
    rows = connection.execute(_SOURCE_DAYS, {"workspace": workspace, "source": source}).fetchall()
    return dict(rows)


def first_stored_day(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source) -> date | None:
    """First day there is a row for, whatever its state or zone."""
    row = connection.execute(_FIRST_STORED, [workspace, source]).fetchone()
    return row[0] if row else None


def asked_from(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source) -> date | None:
    """First day that a run which was not wholly in vain ever asked the source for."""
    row = connection.execute(_ASKED_FROM, [workspace, source]).fetchone()
    return row[0] if row else None


def was_ever_collected(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source) -> bool:
    """Whether any run had an answer from the source."""
    row = connection.execute(
        "SELECT count(*) FROM collection WHERE workspace = ? AND source = ? AND outcome <> 'failed'",
        [workspace, source],
    ).fetchone()
    return bool(row and row[0])


def events_and_gaps(
    connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date
) -> dict[str, tuple[date | None, datetime | None]]:
    """Every known event with the first day of the span that it lacks (None: none) and when it was last counted."""
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    rows = connection.execute(_MISSING_OF_EVENTS, values).fetchall()
    return {event: (missing_since, read_instant(newest)) for event, missing_since, newest in rows}


def campaign_gaps(
    connection: duckdb.DuckDBPyConnection, workspace: str, source: Source, first_day: date, last_day: date
) -> dict[int, date]:
    """The first day of the span that a campaign has no settled number for; campaigns that lack none are left out."""
    table, settled = _SETTLED[source]
    statement = _MISSING_OF_CAMPAIGNS.format(table=table, settled=settled, zone_since=_ZONE_SINCE)
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    return dict(connection.execute(statement, values).fetchall())


def state_changes(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[int, list[tuple[datetime, str]]]:
    """Every state each campaign was seen in, oldest first: since when (UTC), and Customer.io's word for it."""
    versions: dict[int, list[tuple[datetime, str]]] = {}
    for campaign_id, valid_from, state in connection.execute(_VERSIONS, [workspace]).fetchall():
        versions.setdefault(campaign_id, []).append((_aware(valid_from), state or ""))
    return versions


def campaign_instants(
    connection: duckdb.DuckDBPyConnection, workspace: str
) -> dict[int, tuple[datetime | None, datetime | None, datetime | None]]:
    """Of each known campaign, deleted ones included: first started, last updated, found to be gone (UTC)."""
    rows = connection.execute(_LIVES, [workspace]).fetchall()
    return {
        campaign_id: (read_instant(first_started), read_instant(updated), read_instant(gone_at))
        for campaign_id, first_started, updated, gone_at in rows
    }


def existing_campaigns(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[int]:
    """Ids of the campaigns that were not found to be deleted."""
    rows = connection.execute(
        "SELECT campaign_id FROM campaign WHERE workspace = ? AND gone_at IS NULL ORDER BY campaign_id", [workspace]
    ).fetchall()
    return [campaign_id for (campaign_id,) in rows]


def message_updates(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[int, datetime | None]:
    """Of each campaign whose messages were read: when the campaign had last been changed then."""
    rows = connection.execute(
        "SELECT c.campaign_id, c.updated FROM campaign c "
        "WHERE c.workspace = ? AND (c.definition ->> 'messages') IS NOT NULL",
        [workspace],
    ).fetchall()
    return {campaign_id: read_instant(updated) for campaign_id, updated in rows}


def newly_seen_events(connection: duckdb.DuckDBPyConnection, workspace: str, since: date) -> list[str]:
    """Events first counted on that day or later though collecting began before it; most frequent first."""
    rows = connection.execute(
        """
        SELECT e.event FROM event e JOIN event_day d USING (workspace, event)
        WHERE e.workspace = $workspace AND e.first_seen >= $since AND $since > (
            SELECT min(day) FROM source_day
            WHERE workspace = $workspace AND source = 'mixpanel_events' AND state <> 'not_collected'
        )
        GROUP BY e.event ORDER BY sum(d.events) DESC, e.event
        """,
        {"workspace": workspace, "since": since},
    ).fetchall()
    return [event for (event,) in rows]


def _aware(stored: datetime) -> datetime:
    instant = read_instant(stored)
    assert instant is not None
    return instant


def newest_instant(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """When the newest collection of any workspace ended, None before the first."""
    row = connection.execute("SELECT max(ended_at) FROM collection").fetchone()
    return read_instant(row[0]) if row and row[0] is not None else None


def newest_full_run(connection: duckdb.DuckDBPyConnection, workspace: str) -> datetime | None:
    """When the newest run that was more than a refresh began, None before the first."""
    row = connection.execute(
        "SELECT max(started_at) FROM collection WHERE workspace = ? "
        "AND source IN ('customerio_campaigns', 'mixpanel_properties')",
        [workspace],
    ).fetchone()
    return read_instant(row[0]) if row and row[0] is not None else None
