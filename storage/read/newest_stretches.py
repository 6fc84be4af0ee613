"""The newest run of days of those campaigns that could not be checked, surge or are down in volume."""

from __future__ import annotations

from typing import Any

import duckdb

from storage.read.incidents import campaigns_with_incident
from storage.read.rows import as_rows

# Asked first, because mostly there are none: the history of verdicts is long.
_NOW = """
SELECT v.day, list(v.campaign_id)
FROM judge_run r JOIN verdict v ON v.workspace = r.workspace AND v.day = r.as_of
JOIN campaign c ON c.workspace = v.workspace AND c.campaign_id = v.campaign_id
WHERE r.workspace = ? AND v.status IN ('not_collected', 'surging', 'volume_down') AND c.gone_at IS NULL
  AND NOT list_contains(?, v.campaign_id)
GROUP BY v.day
"""
# A stretch is the newest run of days with one status; a day not collected does not end it.
_STRETCHES = """
WITH told AS (
    SELECT n.campaign_id, c.name AS campaign, n.day, n.status, m.event
    FROM verdict n JOIN campaign c ON c.workspace = $workspace AND c.campaign_id = n.campaign_id
    JOIN campaign_event m ON m.workspace = $workspace AND m.campaign_id = n.campaign_id
    WHERE n.workspace = $workspace AND n.campaign_id IN (SELECT unnest($campaigns)) AND n.day = $day
),
other AS (
    SELECT t.campaign_id, max(v.day) AS day
    FROM told t JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = t.campaign_id
    WHERE v.status NOT IN (t.status, 'not_collected') GROUP BY t.campaign_id
),
run AS (
    SELECT t.*, min(v.day) AS since, count(*) AS days, median(v.events) AS events_a_day, median(v.sent) AS sent_a_day
    FROM told t LEFT JOIN other o USING (campaign_id)
    JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = t.campaign_id
         AND v.status = t.status AND (o.day IS NULL OR v.day > o.day)
    GROUP BY ALL
),
before AS (
    SELECT r.campaign_id, median(v.events) AS events_a_day, median(v.sent) AS sent_a_day
    FROM run r JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = r.campaign_id
         AND v.day < r.since AND v.day >= r.since - 28
    GROUP BY r.campaign_id
),
lacking AS (
    SELECT r.campaign_id,
        bool_or(r.event IS NOT NULL AND coalesce(e.state, a.state, 'not_collected') = 'not_collected') AS events,
        bool_or(coalesce(d.state, 'not_collected') = 'not_collected') AS sends,
        bool_or(coalesce(j.state, 'not_collected') = 'not_collected') AS journeys
    FROM run r JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = r.campaign_id AND v.day >= r.since
         AND v.status = 'not_collected'
    LEFT JOIN event_day e ON e.workspace = $workspace AND e.event = r.event AND e.day = v.day
    LEFT JOIN source_day a ON a.workspace = $workspace AND a.source = 'mixpanel_events' AND a.day = v.day
    LEFT JOIN campaign_day d ON d.workspace = $workspace AND d.campaign_id = r.campaign_id AND d.day = v.day
    LEFT JOIN journey_day j ON j.workspace = $workspace AND j.campaign_id = r.campaign_id AND j.day = v.day
    GROUP BY r.campaign_id
)
SELECT r.campaign_id, r.campaign, r.status, r.since, r.day, r.days, v.events, v.sent, v.expected_low, v.expected_high,
       r.events_a_day, b.events_a_day AS events_a_day_before, r.sent_a_day, b.sent_a_day AS sent_a_day_before,
       l.events AS lacks_events, l.sends AS lacks_sends, l.journeys AS lacks_journeys
FROM run r JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = r.campaign_id AND v.day = r.day
LEFT JOIN before b ON b.campaign_id = r.campaign_id
LEFT JOIN lacking l ON l.campaign_id = r.campaign_id
ORDER BY r.status, lower(r.campaign), r.campaign_id
"""


def stretch_rows(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[dict[str, Any]]:
    """One row a campaign without an open incident whose newest day is so, by status and name.

    Columns: campaign_id, campaign, status, since, day, days, events, sent, expected_low, expected_high, events_a_day,
    events_a_day_before, sent_a_day, sent_a_day_before, lacks_events, lacks_sends, lacks_journeys.
    """
    now = connection.execute(_NOW, [workspace, campaigns_with_incident(connection, workspace)]).fetchone()
    if now is None:
        return []
    day, campaigns = now
    return as_rows(connection.execute(_STRETCHES, {"workspace": workspace, "day": day, "campaigns": campaigns}))
