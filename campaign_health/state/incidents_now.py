"""What the overview asks: every campaign's newest state, and the open incidents with their causes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from storage.connection import Connection
from storage.read.counted_days import COUNTED_DAYS

# What the view `campaign_health` says, asked of one workspace and without the columns that the page does not show:
# four times as fast with a thousand campaigns and two years of days.
_CAMPAIGNS = """
WITH mapped AS (
    SELECT c.campaign_id, c.name AS campaign, c.state, c.tags, p.owner,
        CASE WHEN p.event_from IN ('manifest', 'decision') THEN p.event ELSE c.event END AS event
    FROM campaign c LEFT JOIN campaign_plan p USING (workspace, campaign_id)
    WHERE c.workspace = $workspace AND c.gone_at IS NULL
),
newest AS (
    SELECT campaign_id, max(day) AS day, max(day) FILTER (WHERE status = 'healthy') AS healthy_day
    FROM verdict WHERE workspace = $workspace GROUP BY campaign_id
),
broken AS (
    SELECT campaign_id, incident_id, kind, opened_on, last_good_day, expected_by
    FROM incident WHERE workspace = $workspace AND status = 'open'
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
    SELECT campaign_id, day, sent FROM campaign_day
    WHERE workspace = $workspace AND day > (SELECT day - 28 FROM last)
),
lines AS (
    SELECT m.campaign_id,
        list(coalesce(CASE WHEN m.event IS NULL THEN NULL WHEN e.state IS NOT NULL THEN e.events
                           WHEN a.day IS NOT NULL THEN 0 END, CAST('nan' AS DOUBLE)) ORDER BY r.day) AS events_28d,
        list(coalesce(s.sent, CAST('nan' AS DOUBLE)) ORDER BY r.day) AS sends_28d
    FROM mapped m CROSS JOIN recent r
    LEFT JOIN counts e ON e.event = m.event AND e.day = r.day
    LEFT JOIN answered a ON a.day = r.day
    LEFT JOIN sends s ON s.campaign_id = m.campaign_id AND s.day = r.day
    GROUP BY m.campaign_id
)
SELECT m.campaign_id, m.campaign, m.state, m.event, m.tags, m.owner, n.day,
       CASE WHEN b.expected_by IS NOT NULL THEN 'expected' ELSE coalesce(b.kind, v.status, 'learning') END AS status,
       v.events, v.sent, v.expected_low, v.expected_high, coalesce(b.last_good_day, n.healthy_day) AS last_good_day,
       b.incident_id, b.opened_on, l.events_28d, l.sends_28d
FROM mapped m
LEFT JOIN newest n USING (campaign_id)
LEFT JOIN verdict v ON v.workspace = $workspace AND v.campaign_id = n.campaign_id AND v.day = n.day
LEFT JOIN broken b ON b.campaign_id = m.campaign_id
LEFT JOIN lines l ON l.campaign_id = m.campaign_id
ORDER BY lower(m.campaign), m.campaign_id
"""

_INCIDENTS = f"""
WITH counted AS ({COUNTED_DAYS})
SELECT i.incident_id, i.campaign_id, c.name AS campaign, p.event, i.status, i.kind, i.opened_on, i.detected_on,
       i.recovered_on, i.last_good_day, i.stage, i.cause, i.evidence, i.summary,
       i.missed_sends, i.missed_sends_low, i.missed_sends_high,
       i.revenue_at_risk, i.revenue_at_risk_low, i.revenue_at_risk_high,
       i.acknowledged_by, i.muted_by, i.muted_reason, i.muted_until, i.expected_by, i.expected_reason,
       p.owner, p.deal_value,
       coalesce(n.counted_days, greatest(1, date_diff('day', i.opened_on, coalesce(i.recovered_on - 1, r.as_of)) + 1))
           AS days,
       i.revenue_at_risk / days * 7 AS dollars_a_week, i.missed_sends / days AS missed_a_day
FROM incident i
LEFT JOIN counted n USING (workspace, incident_id)
JOIN campaign c USING (workspace, campaign_id)
LEFT JOIN campaign_plan p USING (workspace, campaign_id)
LEFT JOIN judge_run r USING (workspace)
WHERE i.workspace = $workspace AND ($campaign_id IS NULL OR i.campaign_id = $campaign_id)
  AND ($campaign_id IS NOT NULL OR i.status = 'open')
ORDER BY i.status <> 'open', CASE WHEN i.status <> 'open' THEN i.opened_on END DESC,
         coalesce(dollars_a_week, 0) DESC, coalesce(missed_a_day, 0) DESC, i.opened_on DESC
"""  # noqa: S608


@dataclass(frozen=True)
class Incident:
    """One incident with its ranked causes; the fields are those of the table `incident`."""

    incident_id: str
    campaign_id: int
    campaign: str
    event: str | None
    status: str
    kind: str
    opened_on: date
    detected_on: date
    recovered_on: date | None
    last_good_day: date | None
    stage: str | None
    cause: str
    causes: tuple[dict[str, Any], ...] = field(repr=False)
    summary: str
    missed_sends: float | None
    missed_sends_low: float | None
    missed_sends_high: float | None
    revenue_at_risk: float | None
    revenue_at_risk_low: float | None
    revenue_at_risk_high: float | None
    acknowledged_by: str | None
    muted_by: str | None
    muted_reason: str | None
    muted_until: date | None
    expected_by: str | None
    expected_reason: str | None
    owner: str | None
    deal_value: float | None
    dollars_a_week: float | None
    missed_a_day: float | None

    @property
    def headline_cause(self) -> dict[str, Any]:
        """The most likely cause with its evidence; empty where there is none."""
        return self.causes[0] if self.causes else {}

    def is_muted(self, today: date) -> bool:
        """Whether somebody asked not to hear of it today."""
        return self.muted_until is not None and self.muted_until >= today


def campaigns_now(connection: Connection, workspace: str) -> pd.DataFrame:
    """One row a campaign that exists, by name.

    Columns: campaign_id, campaign, state, event, tags, owner, day, status (an open incident's kind where there
    is one, `expected` where somebody expects it), card (the place of its open incident, worst first),
    events, sent, expected_low, expected_high, last_good_day, incident_id, opened_on, events_28d,
    sends_28d (the last 28 days, NaN for not collected).
    """
    return overview(connection, workspace)[0]


def overview(connection: Connection, workspace: str) -> tuple[pd.DataFrame, tuple[Incident, ...]]:
    """Everything the overview shows: `campaigns_now`, and the open incidents."""
    found = incidents(connection, workspace)
    places = {one.incident_id: place for place, one in enumerate(found)}
    campaigns = connection.execute(_CAMPAIGNS, {"workspace": workspace}).df()
    return campaigns.assign(card=campaigns["incident_id"].map(places)), found


def incidents(connection: Connection, workspace: str, campaign_id: int | None = None) -> tuple[Incident, ...]:
    """The open incidents of a workspace, worst first; of one campaign: all it ever had, open ones first."""
    cursor = connection.execute(_INCIDENTS, {"workspace": workspace, "campaign_id": campaign_id})
    names = [column[0] for column in cursor.description or ()]
    found = []
    for row in cursor.fetchall():
        values = dict(zip(names, row, strict=True))
        del values["days"]
        values["causes"] = tuple(json.loads(values.pop("evidence") or "[]"))
        found.append(Incident(**values))
    return tuple(found)
