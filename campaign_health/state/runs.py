"""What the page of data asks: runs, freshness and gaps."""

from __future__ import annotations

import pandas as pd

from storage.connection import Connection


def newest_runs(connection: Connection, workspace: str, limit: int = 200) -> pd.DataFrame:
    """The newest runs: started_at and ended_at (UTC), source, outcome, first_day, last_day, requests, rows, error."""
    return connection.execute(
        """
        SELECT started_at, ended_at, source, outcome, first_day, last_day, requests, "rows", error
        FROM collection WHERE workspace = ? ORDER BY started_at DESC, source LIMIT ?
        """,
        [workspace, limit],
    ).df()


def days_of_sources(connection: Connection, workspace: str) -> pd.DataFrame:
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
