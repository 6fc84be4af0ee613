"""The run of days with one status that a campaign is in, and what is known of it beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.connection import Connection
from storage.read.rows import as_rows

QUIET_DAYS = 28
"""Days over which the sends of a quiet campaign are added up."""

_RUN = f"""
WITH verdicts AS (
    SELECT * FROM verdict WHERE workspace = $workspace AND campaign_id = $campaign_id
    AND day <= coalesce($day, (SELECT as_of FROM judge_run WHERE workspace = $workspace), DATE '9999-12-31')
),
newest AS (SELECT day, status FROM verdicts ORDER BY day DESC LIMIT 1),
other AS (
    SELECT max(v.day) AS day FROM verdicts v, newest n WHERE v.status NOT IN (n.status, 'not_collected')
)
SELECT n.status, n.day, min(v.day) AS since,
    count(*) FILTER (WHERE v.status = n.status AND coalesce(v.events, v.started) > 0) AS days_with_source,
    (SELECT min(day) FROM verdicts) AS first_day,
    (SELECT sum(sent) FROM verdicts WHERE day > n.day - {QUIET_DAYS}) AS sends,
    n.day < (SELECT max(day) FROM verdict WHERE workspace = $workspace AND campaign_id = $campaign_id) AS is_past,
    c.state, c.gone_at IS NOT NULL AS is_gone, c.first_started IS NOT NULL AS has_run,
    any_value(v.events ORDER BY v.day DESC) FILTER (WHERE v.day = n.day) IS NOT NULL AS has_event
FROM newest n, other o, verdicts v, campaign c
WHERE v.status = n.status AND (o.day IS NULL OR v.day > o.day)
    AND c.workspace = $workspace AND c.campaign_id = $campaign_id
GROUP BY ALL
"""  # noqa: S608


@dataclass(frozen=True)
class StatusRun:
    """The days with one status up to `day`, a day not collected among them apart. Days in the workspace's zone.

    `days_with_source` of them had events, or without an event journeys. `sends` are those of four weeks; None where
    none is known. `first_day` is the first with any verdict, `is_past` where later days have one. `state`, `is_gone`
    and `has_run` (it was once started) are of the campaign as it is now.
    """

    status: str
    day: date
    since: date
    days_with_source: int
    first_day: date
    sends: int | None
    is_past: bool
    state: str
    is_gone: bool
    has_run: bool
    has_event: bool


def status_run(connection: Connection, workspace: str, campaign_id: int, day: date | None = None) -> StatusRun | None:
    """The run of days that a campaign is in on a day, by default the newest settled one; None without a verdict."""
    values: dict[str, Any] = {"workspace": workspace, "campaign_id": campaign_id, "day": day}
    rows = as_rows(connection.execute(_RUN, values))
    return StatusRun(**rows[0]) if rows else None
