"""Sends of campaigns by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb

_SENDS = """
SELECT campaign_id, day, CASE WHEN state <> 'not_collected' THEN sent END AS sent
FROM campaign_day
WHERE workspace = $workspace AND campaign_id IN (SELECT unnest($campaigns)) AND day BETWEEN $first_day AND $last_day
ORDER BY campaign_id, day
"""


def sends_since(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaigns: Collection[int], first_day: date, last_day: date
) -> dict[int, dict[date, float | None]]:
    """The sends of each day that has a row, by campaign and day; None where it was not collected."""
    values = {
        "workspace": workspace, "campaigns": sorted(campaigns), "first_day": first_day, "last_day": last_day,
    }  # fmt: skip
    found: dict[int, dict[date, float | None]] = {}
    for campaign_id, day, sent in connection.execute(_SENDS, values).fetchall():
        found.setdefault(campaign_id, {})[day] = sent
    return found


def sends_lately(connection: duckdb.DuckDBPyConnection, workspace: str, days: int) -> dict[int, int]:
    """The sends of each campaign over the last so many days that are known of it; without one that has none known."""
    found = connection.execute(
        "SELECT campaign_id, sum(sent)::BIGINT FROM campaign_day WHERE workspace = $workspace AND sent IS NOT NULL AND "
        "day + $days > (SELECT max(day) FROM campaign_day WHERE workspace = $workspace AND sent IS NOT NULL) "
        "GROUP BY campaign_id",
        {"workspace": workspace, "days": days},
    ).fetchall()
    return dict(found)
