"""The newest verdicts of a workspace, and how far it was judged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb

from storage.file.conversion import read_instant
from storage.read.rows import as_rows

_NEWEST = """
WITH newest AS (
    SELECT campaign_id, max(day) AS day FROM verdict WHERE workspace = $workspace GROUP BY campaign_id
)
SELECT c.workspace, c.campaign_id, c.name AS campaign, v.status, v.day, v.events, v.started, v.sent, v.expected_low,
       v.expected_high, v.probability
FROM newest n
JOIN campaign c ON c.workspace = $workspace AND c.campaign_id = n.campaign_id
JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = n.campaign_id AND v.day = n.day
WHERE c.gone_at IS NULL
ORDER BY lower(c.name), c.campaign_id
"""


def newest_verdicts(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[dict[str, Any]]:
    """The newest verdict of each existing campaign that has one, by name.

    Columns: workspace, campaign_id, campaign, status, day, events, started, sent, expected_low, expected_high,
    probability.
    """
    return as_rows(connection.execute(_NEWEST, {"workspace": workspace}))


def existing_campaigns(connection: duckdb.DuckDBPyConnection, workspace: str) -> int:
    """How many campaigns there are, judged or not."""
    row = connection.execute(
        "SELECT count(*) FROM campaign WHERE workspace = ? AND gone_at IS NULL", [workspace]
    ).fetchone()
    return int(row[0]) if row else 0


def judged_until(connection: duckdb.DuckDBPyConnection, workspace: str) -> tuple[date | None, datetime | None]:
    """The newest judged day and when it was judged (UTC); both None before the first judging."""
    row = connection.execute("SELECT as_of, judged_at FROM judge_run WHERE workspace = ?", [workspace]).fetchone()
    return (None, None) if row is None else (row[0], read_instant(row[1]))


def judged_days(connection: duckdb.DuckDBPyConnection, workspace: str) -> tuple[date, date] | None:
    """The first and the last day with a verdict; None where there is none."""
    row = connection.execute("SELECT min(day), max(day) FROM verdict WHERE workspace = ?", [workspace]).fetchone()
    return (row[0], row[1]) if row and row[0] is not None else None


def campaigns_with_event(connection: duckdb.DuckDBPyConnection, workspace: str) -> frozenset[int]:
    """Ids of the campaigns that hang on an event, by their trigger, the manifest or a person's word."""
    rows = connection.execute(
        "SELECT campaign_id FROM campaign_plan WHERE workspace = ? AND event IS NOT NULL", [workspace]
    ).fetchall()
    return frozenset(number for (number,) in rows)
