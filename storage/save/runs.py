"""How runs went, what was asked, and which zone the days are in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import duckdb

from storage.file.conversion import stored_instant, stored_json, stored_text
from storage.records import CollectionRecord
from storage.save.bulk import INSTANT, WHOLE, incoming
from storage.save.old_runs import forget_old_runs

_REQUESTS_KEPT = timedelta(days=2)


def save_collection(connection: duckdb.DuckDBPyConnection, record: CollectionRecord) -> None:
    """Record how one source of one run went; forgets the source's runs of long ago that nothing rests on."""
    connection.execute(
        "INSERT OR REPLACE INTO collection (run_id, workspace, source, started_at, ended_at, outcome, first_day, "
        'last_day, requests, "rows", error, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [
            record.run_id,
            record.workspace,
            record.source,
            stored_instant(record.started_at),
            stored_instant(record.ended_at),
            record.outcome,
            record.first_day,
            record.last_day,
            record.requests,
            record.rows,
            None if record.error is None else stored_text(record.error),
            stored_json(dict(record.details)),
        ],
    )
    forget_old_runs(connection, record.workspace, record.source, record.ended_at)


def save_workspace_zone(connection: duckdb.DuckDBPyConnection, workspace: str, zone: str, now: datetime) -> str | None:
    """Record the zone that days are counted in and return the one used before if it was another, else None.

    A change makes every stored day doubtful: `stored_days` leaves them out.
    """
    row = connection.execute("SELECT time_zone FROM workspace WHERE workspace = ?", [workspace]).fetchone()
    previous: str | None = row[0] if row else None
    if previous == zone:
        return None
    connection.execute(
        "INSERT INTO workspace (workspace, time_zone, time_zone_since, previous_time_zone) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET time_zone = excluded.time_zone, time_zone_since = excluded.time_zone_since, "
        "previous_time_zone = excluded.previous_time_zone",
        [workspace, zone, stored_instant(now), previous],
    )
    return previous


def save_requests(
    connection: duckdb.DuckDBPyConnection, project: str, asked: Iterable[tuple[datetime, int]], now: datetime
) -> None:
    """Remember requests for a project's counts, with the cost of each, for the hourly budget; forgets those older than
    two days.
    """
    some = list(asked)
    columns: dict[str, list[Any]] = {
        "asked_at": [stored_instant(instant) for instant, _ in some],
        "cost": [cost for _, cost in some],
    }
    with incoming(connection, "incoming_requests", {"asked_at": INSTANT, "cost": WHOLE}, columns):
        connection.execute(
            "INSERT INTO internal.mixpanel_request SELECT ?, asked_at, cost FROM incoming_requests", [project]
        )
    connection.execute(
        "DELETE FROM internal.mixpanel_request WHERE asked_at < ?", [stored_instant(now - _REQUESTS_KEPT)]
    )
