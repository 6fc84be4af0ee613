"""Every campaign with its newest verdict and its last four weeks."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pandas as pd

# What the view `campaign_health` says, asked of one workspace and without the columns that the page does not show:
# four times as fast with a thousand campaigns and two years of days.
_CAMPAIGNS = """
WITH mapped AS (
    SELECT c.campaign_id, c.name AS campaign, c.state, c.tags, p.owner, m.event
    FROM campaign c JOIN campaign_event m USING (workspace, campaign_id)
    LEFT JOIN campaign_plan p USING (workspace, campaign_id)
    WHERE c.workspace = $workspace AND c.gone_at IS NULL
),
newest AS (
    SELECT campaign_id, max(day) AS day, max(day) FILTER (WHERE status IN ('healthy', 'journeys_only')) AS healthy_day
    FROM verdict WHERE workspace = $workspace GROUP BY campaign_id
)
SELECT m.campaign_id, m.campaign, m.state, m.event, m.tags, m.owner, n.day,
       v.status, v.events, v.sent, v.expected_low, v.expected_high, n.healthy_day
FROM mapped m
LEFT JOIN newest n USING (campaign_id)
LEFT JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = n.campaign_id AND v.day = n.day
ORDER BY lower(m.campaign), m.campaign_id
"""

_LINES = """
WITH mapped AS (
    SELECT c.campaign_id, m.event FROM campaign c JOIN campaign_event m USING (workspace, campaign_id)
    WHERE c.workspace = $workspace AND c.gone_at IS NULL
      AND ($asked::BIGINT[] IS NULL OR c.campaign_id IN (SELECT unnest($asked::BIGINT[])))
),
last AS (
    SELECT max(day) AS day FROM source_day
    WHERE workspace = $workspace AND source IN ('mixpanel_events', 'customerio_metrics', 'customerio_journeys')
),
recent AS (
    SELECT CAST(unnest(generate_series(day - 27, day, INTERVAL 1 DAY)) AS DATE) AS day FROM last
),
answered AS (
    SELECT day FROM source_day
    WHERE workspace = $workspace AND source = 'mixpanel_events' AND state IN ('observed', 'provisional')
),
counts AS (
    SELECT event, day, events, state FROM event_day
    WHERE workspace = $workspace AND day > (SELECT day - 28 FROM last)
),
sends AS (
    SELECT campaign_id, day, sent FROM campaign_day SEMI JOIN mapped USING (campaign_id)
    WHERE workspace = $workspace AND day > (SELECT day - 28 FROM last)
),
expected AS (
    SELECT campaign_id, day, expected_low, expected_high, status FROM verdict SEMI JOIN mapped USING (campaign_id)
    WHERE workspace = $workspace AND day > (SELECT day - 28 FROM last)
),
lines AS (
    SELECT m.campaign_id,
        list(coalesce(CASE WHEN m.event IS NULL THEN NULL WHEN e.state IS NOT NULL THEN e.events
                           WHEN a.day IS NOT NULL THEN 0 END, CAST('nan' AS DOUBLE)) ORDER BY r.day) AS events_28d,
        list(coalesce(s.sent, CAST('nan' AS DOUBLE)) ORDER BY r.day) AS sends_28d,
        list(coalesce(v.expected_low, CAST('nan' AS DOUBLE)) ORDER BY r.day) AS low_28d,
        list(coalesce(v.expected_high, CAST('nan' AS DOUBLE)) ORDER BY r.day) AS high_28d,
        list(v.status ORDER BY r.day) AS status_28d, max(r.day) AS line_day
    FROM mapped m CROSS JOIN recent r
    LEFT JOIN counts e ON e.event = m.event AND e.day = r.day
    LEFT JOIN answered a ON a.day = r.day
    LEFT JOIN sends s ON s.campaign_id = m.campaign_id AND s.day = r.day
    LEFT JOIN expected v ON v.campaign_id = m.campaign_id AND v.day = r.day
    GROUP BY m.campaign_id
)
SELECT campaign_id, events_28d, sends_28d, low_28d, high_28d, status_28d, line_day FROM lines
"""


def campaign_table(connection: duckdb.DuckDBPyConnection, workspace: str) -> pd.DataFrame:
    """One row a campaign that exists, by name.

    Columns: campaign_id, campaign, state, event, tags, owner, day and status (of the newest verdict), events, sent,
    expected_low, expected_high, healthy_day (the newest healthy one).
    """
    return connection.execute(_CAMPAIGNS, {"workspace": workspace}).df()


def campaign_lines(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaign_ids: Collection[int] | None = None
) -> pd.DataFrame:
    """The last four weeks of the campaigns with these ids (None: of all), in no order.

    Columns: campaign_id, events_28d, sends_28d (the 28 days up to line_day, NaN for not collected), low_28d, high_28d
    (the expected sends of the same days, NaN where none are known), status_28d (the verdicts of the same days, None
    where there is none), line_day.
    """
    asked = None if campaign_ids is None else [int(number) for number in campaign_ids]
    return connection.execute(_LINES, {"workspace": workspace, "asked": asked}).df()
