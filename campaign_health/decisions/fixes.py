"""What was said to be fixed, and the days judged since: what the proof of a fix is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from campaign_health.detection.incident.proof import Fix, JudgedDay, left_of_day
from campaign_health.process.clock import local_day
from campaign_health.words.status_words import BROKEN
from storage.connection import Connection
from storage.read.decisions_made import Decision
from storage.read.judged_since import judged_since
from storage.read.rows import Row


def fixes_said(decisions: Sequence[Decision], zone: ZoneInfo) -> Mapping[str, Fix]:
    """The newest "I fixed it" of each incident, by its id; `decisions` are those in force, oldest first."""
    return {
        one.incident_id: Fix(
            one.decision_id,
            one.decided_by,
            local_day(one.decided_at, zone),
            left_of_day(one.decided_at.astimezone(zone)),
            one.reason,
        )
        for one in decisions
        if one.kind == "fixed" and one.incident_id is not None
    }


def judged_after(connection: Connection, workspace: str, incident: Row, fix: Fix) -> list[JudgedDay]:
    """The settled days of an incident (a row of it) from the day of the fix on."""
    campaigns = incident["campaign_ids"] or [incident["campaign_id"]]
    rows = judged_since(connection, workspace, campaigns, fix.day, BROKEN)
    return [JudgedDay(**row) for row in rows]
