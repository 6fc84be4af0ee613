"""Reads which campaigns have no numbers of the newest days, and since when."""

from __future__ import annotations

from campaign_health.state.situation import Gap
from storage.connection import Connection

# A verdict is `not_collected` where the day's numbers do not allow one; which source is to blame says its own row.
_GAPS = """
WITH newest AS (
    SELECT campaign_id, max(day) AS last_day, arg_max(status, day) AS status,
        coalesce(max(day) FILTER (status <> 'not_collected') + 1, min(day)) AS first_day
    FROM verdict WHERE workspace = $workspace GROUP BY campaign_id
)
SELECT c.campaign_id, c.name, n.first_day, n.last_day,
    coalesce(d.state, 'not_collected') = 'not_collected' AS no_sends,
    coalesce(j.state, 'not_collected') = 'not_collected' AS no_journeys,
    m.event IS NOT NULL AND coalesce(e.state, s.state, 'not_collected') = 'not_collected' AS no_events
FROM newest n
JOIN campaign c ON c.workspace = $workspace AND c.campaign_id = n.campaign_id AND c.gone_at IS NULL
LEFT JOIN campaign_plan p ON p.workspace = c.workspace AND p.campaign_id = c.campaign_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event
) m
LEFT JOIN campaign_day d ON d.workspace = c.workspace AND d.campaign_id = c.campaign_id AND d.day = n.last_day
LEFT JOIN journey_day j ON j.workspace = c.workspace AND j.campaign_id = c.campaign_id AND j.day = n.last_day
LEFT JOIN event_day e ON e.workspace = c.workspace AND e.event = m.event AND e.day = n.last_day
LEFT JOIN source_day s ON s.workspace = c.workspace AND s.source = 'mixpanel_events' AND s.day = n.last_day
WHERE n.status = 'not_collected'
ORDER BY lower(c.name), c.campaign_id
"""
_SOURCES = ("customerio_metrics", "customerio_journeys", "mixpanel_events")


def read_gaps(connection: Connection, workspace: str) -> tuple[Gap, ...]:
    """The campaigns of a workspace whose newest verdict is "not collected", by name."""
    rows = connection.execute(_GAPS, {"workspace": workspace}).fetchall()
    return tuple(
        Gap(
            campaign_id,
            name,
            first_day,
            last_day,
            tuple(s for s, is_missing in zip(_SOURCES, lacks, strict=True) if is_missing),
        )
        for campaign_id, name, first_day, last_day, *lacks in rows
    )
