"""The days over which an incident's missed sends were added up, as SQL."""

from __future__ import annotations

COUNTED_DAYS = """
    SELECT i.workspace, i.incident_id, count(*) AS counted_days
    FROM incident i
    JOIN judge_run r USING (workspace)
    JOIN verdict v ON v.workspace = i.workspace AND v.campaign_id = i.campaign_id
        AND v.day BETWEEN i.opened_on AND coalesce(i.recovered_on - 1, r.as_of)
    LEFT JOIN campaign_day d ON d.workspace = i.workspace AND d.campaign_id = i.campaign_id AND d.day = v.day
    WHERE v.status NOT IN ('not_collected', 'not_running') AND v.sent IS NOT NULL
        AND (i.stage IN ('event', 'started') OR v.expected IS NOT NULL)
        AND (i.stage IS DISTINCT FROM 'delivered' OR d.engagement_state = 'observed')
    GROUP BY ALL
"""
"""The days of each incident over which its missed sends were added up: those that were collected and have settled."""
