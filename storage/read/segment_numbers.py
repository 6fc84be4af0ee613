"""The segments that campaigns name, and how many people they held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from storage.connection import Connection

if TYPE_CHECKING:
    import pandas as pd

_NAMED = """
    SELECT DISTINCT try_cast(s.segment_id AS BIGINT) AS number
    FROM campaign_segment s JOIN campaign c USING (workspace, campaign_id)
    WHERE workspace = ? AND c.state = 'running' AND c.gone_at IS NULL AND number IS NOT NULL ORDER BY number
"""

_OF_CAMPAIGNS = """
    SELECT n.campaign_id, n.segment_id, n.role, s.name, d.day, d.people
    FROM campaign_segment n JOIN segment_day d USING (workspace, segment_id)
    LEFT JOIN segment s USING (workspace, segment_id)
    WHERE workspace = $workspace AND list_contains($ids, n.campaign_id) AND d.state = 'observed'
        AND d.day BETWEEN $first_day AND $last_day
    ORDER BY n.campaign_id, n.segment_id, n.role, d.day
"""


def segments_named(connection: Connection, workspace: str) -> list[int]:
    """Ids of the segments that the trigger or a filter of a running campaign names, in order."""
    return [number for (number,) in connection.execute(_NAMED, [workspace]).fetchall()]


def segments_counted(connection: Connection, workspace: str, day: date) -> set[int]:
    """Ids of the segments whose count of that day is a fact."""
    rows = connection.execute(
        "SELECT try_cast(segment_id AS BIGINT) FROM segment_day WHERE workspace = ? AND day = ? AND state = 'observed'",
        [workspace, day],
    ).fetchall()
    return {number for (number,) in rows}


def segments_of_campaigns(
    connection: Connection, workspace: str, campaign_ids: Collection[int], first_day: date, last_day: date
) -> pd.DataFrame:
    """Observed counts of the segments that these campaigns name: campaign_id, segment_id, role, name, day, people."""
    values = {"workspace": workspace, "ids": list(campaign_ids), "first_day": first_day, "last_day": last_day}
    return connection.execute(_OF_CAMPAIGNS, values).df()
