"""Named reads on either file. Instants come back timezone-aware in UTC, days as dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from storage.file.conversion import read_instant, stored_instant
from storage.records import CountSource, Source


@dataclass(frozen=True)
class WorkspaceZone:
    """The zone that a workspace's days are counted in."""

    time_zone: str
    since: datetime
    previous: str | None


def workspaces(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every workspace that anything is known of, in alphabetical order."""
    rows = connection.execute(
        "SELECT workspace FROM workspace UNION SELECT workspace FROM collection ORDER BY workspace"
    ).fetchall()
    return [name for (name,) in rows]


def workspace_zone(connection: duckdb.DuckDBPyConnection, workspace: str) -> WorkspaceZone | None:
    """The zone last used, None before the first collection."""
    row = connection.execute(
        "SELECT time_zone, time_zone_since, previous_time_zone FROM workspace WHERE workspace = ?", [workspace]
    ).fetchone()
    return None if row is None else WorkspaceZone(row[0], _aware(row[1]), row[2])


def days_in_previous_zone(
    connection: duckdb.DuckDBPyConnection, workspace: str, source: Source
) -> tuple[date, date] | None:
    """First and last day that the source was last collected for in the zone used before; None where there is none.

    These days' numbers belong to other hours than the calendar now says: collect them again.
    """
    row = connection.execute(
        "SELECT min(s.day), max(s.day) FROM source_day s JOIN workspace w USING (workspace) WHERE s.workspace = ? "
        "AND s.source = ? AND w.previous_time_zone IS NOT NULL AND s.collected_at < w.time_zone_since",
        [workspace, source],
    ).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def known_events(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[str]:
    """Every event name ever listed, in alphabetical order, vanished ones included."""
    rows = connection.execute("SELECT event FROM event WHERE workspace = ? ORDER BY event", [workspace]).fetchall()
    return [event for (event,) in rows]


def event_source_in_use(connection: duckdb.DuckDBPyConnection, workspace: str) -> CountSource | None:
    """Where the stored event counts come from, None before the first."""
    row = connection.execute("SELECT source FROM event_day WHERE workspace = ? LIMIT 1", [workspace]).fetchone()
    return None if row is None else ("export" if row[0] == "export" else "query")


def campaign_events(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[str]:
    """The events that existing campaigns hang on: trigger events and mapped ones, in alphabetical order."""
    rows = connection.execute(
        """
        SELECT DISTINCT CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS mapped
        FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
        WHERE c.workspace = ? AND c.gone_at IS NULL AND mapped IS NOT NULL ORDER BY mapped
        """,
        [workspace],
    ).fetchall()
    return [event for (event,) in rows]


def profiled_days(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[date]:
    """The days whose event properties are stored, oldest first."""
    rows = connection.execute(
        "SELECT DISTINCT day FROM event_property WHERE workspace = ? ORDER BY day", [workspace]
    ).fetchall()
    return [day for (day,) in rows]


def recent_requests(connection: duckdb.DuckDBPyConnection, project: str, since: datetime) -> list[datetime]:
    """When Mixpanel's Query API was asked for this project since then (included), oldest first, over all runs."""
    rows = connection.execute(
        "SELECT asked_at FROM mixpanel_request WHERE project = ? AND asked_at >= ? ORDER BY asked_at",
        [project, stored_instant(since)],
    ).fetchall()
    return [_aware(asked_at) for (asked_at,) in rows]


def first_collected_day(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source) -> date | None:
    """First day that the source answered for, None where there is none."""
    return _collected_edge(connection, workspace, source, "min")


def last_collected_day(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source) -> date | None:
    """Last day that the source answered for (observed or provisional), None where there is none."""
    return _collected_edge(connection, workspace, source, "max")


def gaps(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """Unbroken runs of days not collected, between a source's first answered day and its last recorded one.

    Columns: source, first_day, last_day, days. Days that were never asked for count as gaps too.
    """
    return _frame(
        connection,
        """
        WITH span AS (
            SELECT source, min(day) FILTER (state <> 'not_collected') AS first_day, max(day) AS last_day
            FROM source_day WHERE workspace = ? GROUP BY source
        ),
        calendar AS (
            SELECT source, unnest(range(0, date_diff('day', first_day, last_day) + 1)) AS ahead, first_day
            FROM span WHERE first_day IS NOT NULL
        ),
        missing AS (
            SELECT c.source, c.first_day + c.ahead::INTEGER AS day
            FROM calendar c LEFT JOIN source_day s
                ON s.workspace = ? AND s.source = c.source AND s.day = c.first_day + c.ahead::INTEGER
            WHERE s.state IS NULL OR s.state = 'not_collected'
        )
        SELECT source, min(day) AS first_day, max(day) AS last_day, count(*) AS days
        FROM (
            SELECT source, day, date_diff('day', DATE '2000-01-01', day)
                - row_number() OVER (PARTITION BY source ORDER BY day) AS island
            FROM missing
        )
        GROUP BY source, island ORDER BY source, first_day
        """,
        [workspace, workspace],
    )


def freshness(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """How fresh each source is, one row per source that was ever run.

    Columns: source, last_day (last answered, NaT for sources without days), last_observed_day, newest_run_at,
    newest_outcome, newest_error, last_complete_at (when it last ended complete).
    """
    return _frame(
        connection,
        """
        SELECT c.source, any_value(d.last_day) AS last_day, any_value(d.last_observed_day) AS last_observed_day,
            max(c.ended_at) AS newest_run_at, arg_max(c.outcome, c.ended_at) AS newest_outcome,
            arg_max_null(c.error, c.ended_at) AS newest_error,
            max(c.ended_at) FILTER (c.outcome = 'complete') AS last_complete_at
        FROM collection c LEFT JOIN (
            SELECT workspace, source, max(day) FILTER (state <> 'not_collected') AS last_day,
                max(day) FILTER (state = 'observed') AS last_observed_day
            FROM source_day GROUP BY workspace, source
        ) d USING (workspace, source)
        WHERE c.workspace = ? GROUP BY c.source ORDER BY c.source
        """,
        [workspace],
    )


def newest_runs(connection: duckdb.DuckDBPyConnection, workspace: str | None = None, limit: int = 50) -> pd.DataFrame:
    """The sources of the newest runs, newest first: the columns of `collection`, at most `limit` runs."""
    return _frame(
        connection,
        """
        SELECT * FROM collection
        WHERE ($workspace IS NULL OR workspace = $workspace) AND run_id IN (
            SELECT run_id FROM collection WHERE $workspace IS NULL OR workspace = $workspace
            GROUP BY run_id ORDER BY max(started_at) DESC, run_id LIMIT $limit
        )
        ORDER BY started_at DESC, workspace, source
        """,
        {"workspace": workspace, "limit": limit},
    )


def campaigns(connection: duckdb.DuckDBPyConnection, workspace: str, *, gone: bool = False) -> pd.DataFrame:
    """Campaigns as last read, with the columns of `campaign`; deleted ones only with `gone`."""
    return _frame(
        connection,
        "SELECT * FROM campaign WHERE workspace = ? AND (gone_at IS NULL OR ?) ORDER BY campaign_id",
        [workspace, gone],
    )


def state_changes(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """When campaigns were seen to change state. Columns: campaign_id, changed_at, state_before, state_after."""
    return _frame(
        connection,
        """
        SELECT campaign_id, valid_from AS changed_at, change ->> 'from' AS state_before, change ->> 'to' AS state_after
        FROM (
            SELECT campaign_id, valid_from, unnest(CAST(changes AS JSON[])) AS change
            FROM campaign_version WHERE workspace = ?
        )
        WHERE change ->> 'field' = 'state' ORDER BY campaign_id, changed_at
        """,
        [workspace],
    )


def event_vs_campaign(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> pd.DataFrame:
    """One campaign day by day against its event: the view `event_vs_campaign`, oldest day first."""
    return _frame(
        connection,
        "SELECT * FROM event_vs_campaign WHERE workspace = ? AND campaign_id = ? ORDER BY day",
        [workspace, campaign_id],
    )


def campaign_health(connection: duckdb.DuckDBPyConnection, workspace: str | None = None) -> pd.DataFrame:
    """Every campaign with its newest verdict and open incident: the view `campaign_health`, by name."""
    return _frame(
        connection,
        "SELECT * FROM campaign_health WHERE $workspace IS NULL OR workspace = $workspace "
        "ORDER BY workspace, campaign, campaign_id",
        {"workspace": workspace},
    )


def _collected_edge(connection: duckdb.DuckDBPyConnection, workspace: str, source: Source, edge: str) -> date | None:
    row = connection.execute(
        "SELECT min(day), max(day) FROM source_day WHERE workspace = ? AND source = ? AND state <> 'not_collected'",
        [workspace, source],
    ).fetchone()
    if row is None:
        return None
    found: date | None = row[0] if edge == "min" else row[1]
    return found


def _frame(
    connection: duckdb.DuckDBPyConnection, statement: str, values: list[Any] | Mapping[str, Any]
) -> pd.DataFrame:
    """The rows as pandas: whole numbers as Int64 (NA where NULL), days as datetime64, instants aware in UTC."""
    table = connection.sql(statement, params=values).to_arrow_table()
    frame: pd.DataFrame = table.to_pandas(date_as_object=False, types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    for column in table.schema:
        if pa.types.is_timestamp(column.type):
            frame[column.name] = frame[column.name].dt.tz_localize("UTC")
    return frame


def _aware(stored: datetime) -> datetime:
    instant = read_instant(stored)
    assert instant is not None
    return instant
