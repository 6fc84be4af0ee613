"""How the collections of each source went."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from storage.file.conversion import read_instant
from storage.read.rows import as_rows
from storage.records import CLOCK_AHEAD

if TYPE_CHECKING:
    import pandas as pd

# `failing`: the unbroken run of collections that were not complete, up to the newest one.
_SOURCES = """
WITH runs AS (
    SELECT *, max(started_at) FILTER (outcome = 'complete') OVER (PARTITION BY source) AS complete_at
    FROM collection WHERE workspace = $workspace
),
told AS (
    SELECT *, outcome <> 'complete' AND (complete_at IS NULL OR started_at > complete_at) AS failing FROM runs
),
answered AS (
    SELECT source, max(day) AS last_day FROM source_day
    WHERE workspace = $workspace AND state <> 'not_collected' GROUP BY source
)
SELECT t.source, arg_max(t.outcome, t.started_at) AS outcome, max(t.ended_at) AS newest_run_at,
       max(t.ended_at) FILTER (t.outcome <> 'failed') AS answered_at,
       max(t.ended_at) FILTER (t.outcome = 'complete') AS complete_at,
       arg_max_null(t.error, t.started_at) FILTER (t.failing) AS error,
       min(t.started_at) FILTER (t.failing) AS failing_since,
       min(t.last_day) FILTER (t.failing) AS failing_first_day, max(t.last_day) FILTER (t.failing) AS failing_last_day,
       any_value(a.last_day) AS last_day
FROM told t LEFT JOIN answered a USING (source)
GROUP BY t.source ORDER BY t.source
"""
_INSTANTS = ("newest_run_at", "answered_at", "complete_at", "failing_since")


def source_rows(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[dict[str, Any]]:
    """One row a source that was ever asked, by name; instants in UTC.

    Columns: source, outcome (of the newest run), newest_run_at, answered_at (the newest run that did not fail whole),
    complete_at, last_day (the newest it answered for), and of the unbroken failures up to the newest run, None where
    it was complete: error (the newest), failing_since, failing_first_day, failing_last_day.
    """
    rows = as_rows(connection.execute(_SOURCES, {"workspace": workspace}))
    return [{**row, **{name: read_instant(row[name]) for name in _INSTANTS}} for row in rows]


def clock_found_ahead(connection: duckdb.DuckDBPyConnection, workspace: str) -> timedelta | None:
    """How far this machine's clock was ahead of the services' (negative: behind) where the newest run was refused on
    that account, else None.
    """
    row = connection.execute(
        "SELECT CAST(arg_max_null(details ->> $name, started_at) AS DOUBLE) FROM collection "
        "WHERE workspace = $workspace",
        {"workspace": workspace, "name": CLOCK_AHEAD},
    ).fetchone()
    return timedelta(seconds=row[0]) if row and row[0] is not None else None


def counts_of_days(
    connection: duckdb.DuckDBPyConnection, workspace: str, first_day: date, last_day: date
) -> pd.DataFrame:
    """Event counts of the days between, both included: event, day, events; empty where the last day has any event."""
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    return connection.execute(
        """
        SELECT event, day, events FROM event_day
        WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day AND events IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM event_day WHERE workspace = $workspace AND day = $last_day AND events > 0)
        ORDER BY event, day
        """,
        values,
    ).df()


def newest_runs(connection: duckdb.DuckDBPyConnection, workspace: str, limit: int = 200) -> pd.DataFrame:
    """The newest runs: started_at and ended_at (UTC), source, outcome, first_day, last_day, requests, rows, error."""
    return connection.execute(
        """
        SELECT started_at, ended_at, source, outcome, first_day, last_day, requests, "rows", error
        FROM collection WHERE workspace = ? ORDER BY started_at DESC, source LIMIT ?
        """,
        [workspace, limit],
    ).df()


def days_of_sources(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """One row a source and day since its first: source, day, state (not_collected also where it was never asked)."""
    return connection.execute(
        """
        WITH span AS (
            SELECT min(day) AS first_day, max(day) AS last_day FROM source_day
            WHERE workspace = $workspace AND source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')
        ),
        calendar AS (
            SELECT CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
        ),
        sources AS (SELECT unnest(['mixpanel_events', 'customerio_metrics', 'customerio_journeys']) AS source)
        SELECT s.source, c.day, coalesce(d.state, 'not_collected') AS state
        FROM sources s CROSS JOIN calendar c
        LEFT JOIN source_day d ON d.workspace = $workspace AND d.source = s.source AND d.day = c.day
        ORDER BY s.source, c.day
        """,
        {"workspace": workspace},
    ).df()
