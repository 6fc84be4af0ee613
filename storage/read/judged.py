"""What was judged, as it is stored: verdicts, incidents, their changes, what hung on what, and the judge's memory."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import stored_instant
from storage.read.known_tables import has_table
from storage.read.rows import Row, as_rows

_ANNOUNCED = """
    SELECT h.kind, h.day, h.detail, h.incident_id, h.campaign_id, i.kind AS status, i.cause, i.opened_on, i.summary,
        coalesce(c.name, concat(len(i.campaign_ids), ' campaigns together')) AS campaign
    FROM incident_change h LEFT JOIN campaign c USING (workspace, campaign_id)
    LEFT JOIN incident i USING (workspace, incident_id)
    WHERE h.workspace = ? AND h.news AND h.recorded_at = ? ORDER BY lower(campaign), h.kind
"""

_VERDICT = """
    SELECT * FROM verdict WHERE workspace = $workspace AND campaign_id = $campaign_id
    AND CASE WHEN $day IS NULL THEN day <= (SELECT as_of FROM judge_run WHERE workspace = $workspace)
        ELSE day = $day END
    ORDER BY day DESC LIMIT 1
"""


@dataclass(frozen=True)
class StoredMemory:
    """The judge's memory as stored: its last day, the digest of what it was made from, and the memory itself."""

    day: date
    fingerprint: str
    state: bytes


def input_judged(connection: Connection, workspace: str) -> str | None:
    """The digest of what the newest judging rested on; None where it has to be made again in any case."""
    row = connection.execute("SELECT input FROM judge_run WHERE workspace = ?", [workspace]).fetchone()
    return None if row is None else row[0]


def stored_memory(connection: Connection, workspace: str) -> StoredMemory | None:
    """The judge's memory, None where there is none."""
    row = connection.execute(
        "SELECT day, fingerprint, state FROM internal.judge_checkpoint WHERE workspace = ?", [workspace]
    ).fetchone()
    return None if row is None else StoredMemory(*row)


def verdict(connection: Connection, workspace: str, campaign_id: int, day: date | None) -> Row | None:
    """A campaign's row of `verdict` on a day, by default the newest settled one; None where it has none."""
    rows = as_rows(connection.execute(_VERDICT, {"workspace": workspace, "campaign_id": campaign_id, "day": day}))
    return rows[0] if rows else None


def judged_days(
    connection: Connection, workspace: str, campaign_ids: Collection[int], first_day: date, last_day: date
) -> set[tuple[int, date]]:
    """The (campaign, day) of these campaigns from day to day whose verdict rests on collected numbers."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT campaign_id, day FROM verdict WHERE workspace = ? AND list_contains(?, campaign_id) "
        "AND day BETWEEN ? AND ? AND status <> 'not_collected'",
        [workspace, list(campaign_ids), first_day, last_day],
    ).fetchall()
    return {(campaign_id, day) for campaign_id, day in rows}


def newest_statuses(connection: Connection, workspace: str) -> dict[str, int]:
    """How many campaigns have which status in their newest verdict."""
    rows = connection.execute(
        "SELECT status, count(*) FROM (SELECT campaign_id, arg_max(status, day) AS status FROM verdict "
        "WHERE workspace = ? GROUP BY campaign_id) GROUP BY status ORDER BY status",
        [workspace],
    ).fetchall()
    return dict(rows)


def incidents(connection: Connection, workspace: str) -> dict[str, Row]:
    """All rows of `incident` by their id; `evidence` is JSON text."""
    rows = as_rows(connection.execute("SELECT * FROM incident WHERE workspace = ?", [workspace]))
    return {row["incident_id"]: row for row in rows}


def incident_changes(connection: Connection, workspace: str) -> list[Row]:
    """All changes: change_id, incident_id, campaign_id, kind, day, detail (a dict), news; oldest first."""
    rows = as_rows(
        connection.execute(
            "SELECT change_id, incident_id, campaign_id, kind, day, detail, news FROM incident_change "
            "WHERE workspace = ? ORDER BY day, change_id",
            [workspace],
        )
    )
    return [row | {"detail": json.loads(row["detail"])} for row in rows]


def announced_changes(connection: Connection, workspace: str, recorded_at: datetime) -> list[Row]:
    """The changes recorded at that instant that are news, by campaign: kind, day, detail (a dict), incident_id,
    campaign_id, campaign (its name); of the incident: status (its kind), cause, opened_on, summary."""
    rows = as_rows(connection.execute(_ANNOUNCED, [workspace, stored_instant(recorded_at)]))
    return [row | {"detail": json.loads(row["detail"])} for row in rows]


def campaign_plans(connection: Connection, workspace: str) -> list[Row]:
    """All rows of `campaign_plan`."""
    return as_rows(connection.execute("SELECT * FROM campaign_plan WHERE workspace = ?", [workspace]))


def missed_events(connection: Connection, workspace: str, campaign_id: int) -> dict[str, tuple[float, float, float]]:
    """The qualifying events that each open incident of a campaign missed, with their range, by its id.

    An incident without, because nothing could be counted or it was judged before they were kept, is left out.
    """
    rows = connection.execute(
        "SELECT incident_id, missed_events, missed_events_low, missed_events_high FROM incident "
        "WHERE workspace = ? AND campaign_id = ? AND status = 'open' AND missed_events IS NOT NULL",
        [workspace, campaign_id],
    ).fetchall()
    return {incident_id: (value, low, high) for incident_id, value, low, high in rows}


def manifest_renames(connection: Connection, workspace: str) -> list[Row]:
    """The renames that the manifest announced when it was last read, as rows; none in a file of an older version."""
    if not has_table(connection, "manifest_rename"):
        return []
    return as_rows(connection.execute("SELECT * FROM manifest_rename WHERE workspace = ?", [workspace]))
