"""Campaigns that work, of which a part of the messages goes nowhere."""

from __future__ import annotations

from typing import Any

from storage.connection import Connection
from storage.read.incidents import campaigns_with_incident
from storage.read.rows import as_rows

_LOSSES = """
WITH judged AS (SELECT as_of FROM judge_run WHERE workspace = $workspace),
healthy AS (
    SELECT c.campaign_id, c.name AS campaign, j.as_of
    FROM judged j JOIN verdict v ON v.workspace = $workspace AND v.day = j.as_of AND v.status <> 'not_running'
    JOIN campaign c ON c.workspace = $workspace AND c.campaign_id = v.campaign_id AND c.gone_at IS NULL
    WHERE NOT list_contains($broken, c.campaign_id)
),
losing AS (
    SELECT h.campaign_id, h.campaign, h.as_of
    FROM healthy h JOIN campaign_day d ON d.workspace = $workspace AND d.campaign_id = h.campaign_id
         AND d.state = 'observed' AND d.day > h.as_of - $days::INTEGER AND d.day <= h.as_of
    GROUP BY ALL
    HAVING greatest(sum(d.failed), sum(d.drafted), sum(d.undeliverable), sum(d.suppressed), sum(d.bounced)) >= $least
),
lost AS (
    SELECT h.campaign_id, h.campaign, d.day, h.as_of, way, number, CASE way
        WHEN 'bounced' THEN d.sent
        ELSE coalesce(d.created, d.sent + coalesce(d.failed, 0) + coalesce(d.drafted, 0)
                      + coalesce(d.undeliverable, 0) + coalesce(d.suppressed, 0)) END AS made
    FROM losing h JOIN campaign_day d ON d.workspace = $workspace AND d.campaign_id = h.campaign_id
         AND d.state = 'observed' AND d.day > h.as_of - $days::INTEGER AND d.day <= h.as_of,
    LATERAL (VALUES ('failed', d.failed), ('drafted', d.drafted), ('undeliverable', d.undeliverable),
                    ('suppressed', d.suppressed), ('bounced', d.bounced)) AS w(way, number)
    WHERE number IS NOT NULL
)
SELECT l.campaign_id, l.campaign, l.way, sum(l.number) AS lost, sum(l.made) AS made, min(l.day) AS first_day,
       max(l.day) AS last_day, count(*) FILTER (l.number > 0) AS days,
       coalesce(sum(l.number) FILTER (l.day > l.as_of - 3), 0) AS lost_lately,
       coalesce(sum(l.made) FILTER (l.day > l.as_of - 3), 0) AS made_lately,
       (SELECT list(f.failure_message ORDER BY f.last_read DESC, f.failure_message) FROM campaign_failure f
        WHERE l.way = 'failed' AND f.workspace = $workspace AND f.campaign_id = l.campaign_id
          AND CAST(f.last_read AS DATE) >= min(l.day)) AS reasons
FROM lost l GROUP BY l.campaign_id, l.campaign, l.way
HAVING sum(l.number) >= $least
ORDER BY lower(l.campaign), l.campaign_id, l.way
"""


def partial_losses(connection: Connection, workspace: str, *, days: int, least: int) -> list[dict[str, Any]]:
    """Messages of the newest `days` judged days that were lost in one way, `least` of them, by campaign and way.

    Only of campaigns that run without an open incident. Columns: campaign_id, campaign, way, lost, made (of `bounced`
    those sent), first_day, last_day, days (on which any were lost), lost_lately and made_lately (of the newest three
    days), reasons (what Customer.io said of those that failed, newest first; None where nothing).
    """
    values = {"workspace": workspace, "days": days, "least": least}
    values |= {"broken": campaigns_with_incident(connection, workspace)}
    return as_rows(connection.execute(_LOSSES, values))
