"""How soon messages followed their events."""

from __future__ import annotations

from datetime import datetime

from storage.connection import Connection
from storage.file.conversion import stored_instant
from storage.read.known_tables import has_table
from storage.read.rows import Row, as_rows

_SUMS = """
    SELECT campaign_id, max_by(promise_seconds, hour) AS promise_seconds, sum(qualifying)::BIGINT AS qualifying,
        sum(sent)::BIGINT AS sent, sum(within_promise)::BIGINT AS within_promise, sum(not_sent)::BIGINT AS not_sent,
        sum(unknown)::BIGINT AS unknown, min(hour) AS first_hour, max(hour) AS last_hour, max(proved_at) AS proved_at
    FROM promise_hour
    WHERE workspace = ? AND hour >= ? AND hour < ? AND state IN ('observed', 'provisional')
    GROUP BY campaign_id ORDER BY campaign_id
"""


def promise_sums(connection: Connection, workspace: str, begin: datetime, end: datetime) -> list[Row]:
    """Sums by campaign over the hours that begin from one instant to before another; none in an older file."""
    if not has_table(connection, "promise_hour"):
        return []
    return as_rows(connection.execute(_SUMS, [workspace, stored_instant(begin), stored_instant(end)]))


def promised_hours(connection: Connection, workspace: str, begin: datetime) -> dict[int, list[Row]]:
    """The hours since an instant of each campaign that promises something, the oldest first; none in an older file."""
    if not has_table(connection, "promise_hour"):
        return {}
    rows = as_rows(
        connection.execute(
            "SELECT campaign_id, hour, sent, not_sent, promise_seconds, proved_at FROM promise_hour "
            "WHERE workspace = ? AND hour >= ? AND promise_seconds IS NOT NULL "
            "AND state IN ('observed', 'provisional') ORDER BY campaign_id, hour",
            [workspace, stored_instant(begin)],
        )
    )
    by_campaign: dict[int, list[Row]] = {}
    for row in rows:
        by_campaign.setdefault(row["campaign_id"], []).append(row)
    return by_campaign


def hourly_lengths(
    connection: Connection, workspace: str, begin: datetime, end: datetime
) -> dict[int, list[tuple[int, float, float, float]]]:
    """(sent, and the seconds that half, 95 % and 99 % of them took at most) of each hour with sends, by campaign.

    Hours begin from one instant to before another; none in an older file.
    """
    if not has_table(connection, "promise_hour"):
        return {}
    found: dict[int, list[tuple[int, float, float, float]]] = {}
    rows = connection.execute(
        "SELECT campaign_id, sent, p50_seconds, p95_seconds, p99_seconds FROM promise_hour "
        "WHERE workspace = ? AND hour >= ? AND hour < ? AND state IN ('observed', 'provisional') AND sent > 0 "
        "AND p50_seconds IS NOT NULL AND p95_seconds IS NOT NULL AND p99_seconds IS NOT NULL",
        [workspace, stored_instant(begin), stored_instant(end)],
    ).fetchall()
    for campaign_id, *hour in rows:
        found.setdefault(campaign_id, []).append(tuple(hour))
    return found
