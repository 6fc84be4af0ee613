"""Reads the situation of one workspace, as one channel has not been told it yet, out of the database."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from campaign_health.state.gap_reads import read_gaps
from campaign_health.state.situation import Change, FailedSource, IncidentNow, Situation
from storage.connection import Connection
from storage.read.counted_days import COUNTED_DAYS
from storage.save.announcements import said_on, unannounced_changes

SPARK_DAYS = 28

_COLUMNS = (
    "incident_id", "campaign_id", "campaign", "status", "kind", "opened_on", "recovered_on", "summary", "cause",
    "evidence", "missed_sends", "missed_sends_low", "missed_sends_high", "revenue_at_risk", "revenue_at_risk_low",
    "revenue_at_risk_high", "owner", "tags", "acknowledged_by", "muted_by", "muted_reason", "muted_until",
    "expected_by", "expected_reason", "counted_days",
)  # fmt: skip
_INCIDENTS = f"""
WITH counted AS ({COUNTED_DAYS})
SELECT i.incident_id, i.campaign_id, c.name, i.status, i.kind, i.opened_on, i.recovered_on, i.summary, i.cause,
       i.evidence, i.missed_sends, i.missed_sends_low, i.missed_sends_high, i.revenue_at_risk, i.revenue_at_risk_low,
       i.revenue_at_risk_high, p.owner, c.tags, i.acknowledged_by, i.muted_by, i.muted_reason, i.muted_until,
       i.expected_by, i.expected_reason, n.counted_days
FROM incident i
JOIN campaign c USING (workspace, campaign_id)
LEFT JOIN campaign_plan p USING (workspace, campaign_id)
LEFT JOIN counted n USING (workspace, incident_id)
WHERE i.workspace = $workspace AND (i.status = 'open' OR i.incident_id IN (SELECT unnest($changed)))
ORDER BY i.incident_id
"""  # noqa: S608

_SENDS = """
SELECT campaign_id, day, CASE WHEN state <> 'not_collected' THEN sent END AS sent
FROM campaign_day
WHERE workspace = $workspace AND campaign_id IN (SELECT unnest($campaigns)) AND day > $judged - $days AND day <= $judged
ORDER BY campaign_id, day
"""

_COUNTS = """
SELECT status, count(*) FROM (
    SELECT v.campaign_id, arg_max(v.status, v.day) AS status
    FROM verdict v WHERE v.workspace = $workspace
      AND v.campaign_id NOT IN (SELECT campaign_id FROM incident WHERE workspace = $workspace AND status = 'open')
      AND v.campaign_id IN (SELECT campaign_id FROM campaign WHERE workspace = $workspace AND gone_at IS NULL)
    GROUP BY v.campaign_id
) GROUP BY status
"""

# The unbroken failures of each source up to its newest run; only sources whose failure hides a verdict.
_FAILURES = """
WITH runs AS (
    SELECT source, outcome, started_at, first_day, last_day, error,
           max(CASE WHEN outcome = 'complete' THEN started_at END) OVER (PARTITION BY source) AS last_complete
    FROM collection
    WHERE workspace = $workspace AND source IN ('mixpanel_events', 'customerio_campaigns', 'customerio_metrics',
                                                'customerio_journeys')
)
SELECT source, min(started_at), min(last_day), max(last_day), arg_max(error, started_at)
FROM runs WHERE outcome <> 'complete' AND (last_complete IS NULL OR started_at > last_complete)
GROUP BY source ORDER BY source
"""


def read_situation(connection: Connection, workspace: str, channel: str, today: date) -> Situation:
    """The workspace as it stands, with the changes and failures that `channel` has not been told."""
    changes = tuple(Change(*row) for row in unannounced_changes(connection, workspace, channel))
    judged = connection.execute("SELECT as_of FROM judge_run WHERE workspace = ?", [workspace]).fetchone()
    judged_day = judged[0] if judged else None
    return Situation(
        workspace=workspace,
        incidents=_incidents(connection, workspace, changes, judged_day),
        changes=changes,
        failed_sources=_failures(connection, workspace, said_on(connection, workspace, channel), today),
        counts=dict(connection.execute(_COUNTS, {"workspace": workspace}).fetchall()),
        judged_day=judged_day,
        gaps=read_gaps(connection, workspace),
    )


def _incidents(
    connection: Connection, workspace: str, changes: tuple[Change, ...], judged_day: date | None
) -> tuple[IncidentNow, ...]:
    changed = sorted({change.incident_id for change in changes})
    rows = connection.execute(_INCIDENTS, {"workspace": workspace, "changed": changed}).fetchall()
    sends = _sends(connection, workspace, sorted({row[1] for row in rows}), judged_day)
    return tuple(_incident(row, sends.get(row[1], ()), judged_day) for row in rows)


def _incident(row: tuple[Any, ...], sends: tuple[float | None, ...], judged_day: date | None) -> IncidentNow:
    causes = json.loads(row[9]) if row[9] else []
    first = causes[0] if causes else {}
    values = dict(zip(_COLUMNS, row, strict=True))
    del values["evidence"]
    opened_on = values["opened_on"]
    return IncidentNow(
        **{**values, "tags": tuple(values["tags"] or ())},
        cause_sentence=first.get("sentence", ""),
        next_step=first.get("next_step", ""),
        sends=sends,
        days=max(1, ((judged_day or opened_on) - opened_on).days + 1),
    )


def _sends(
    connection: Connection, workspace: str, campaigns: list[int], judged_day: date | None
) -> dict[int, tuple[float | None, ...]]:
    if judged_day is None:
        return {}
    rows = connection.execute(
        _SENDS, {"workspace": workspace, "campaigns": campaigns, "judged": judged_day, "days": SPARK_DAYS}
    ).fetchall()
    found: dict[int, dict[date, float | None]] = {}
    for campaign_id, day, sent in rows:
        found.setdefault(campaign_id, {})[day] = sent
    days = [date.fromordinal(judged_day.toordinal() - back) for back in reversed(range(SPARK_DAYS))]
    return {campaign_id: tuple(by_day.get(day) for day in days) for campaign_id, by_day in found.items()}


def _failures(connection: Connection, workspace: str, said: set[str], today: date) -> tuple[FailedSource, ...]:
    rows = connection.execute(_FAILURES, {"workspace": workspace}).fetchall()
    return tuple(
        FailedSource(
            change_id := f"could_not_check:{source}:{first_failed_at:%Y-%m-%dT%H:%M:%S}",
            source,
            first_day or today,
            last_day or today,
            error or "No reason was given.",
            told=change_id in said,
        )
        for source, first_failed_at, first_day, last_day, error in rows
    )
