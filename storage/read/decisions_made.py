"""What people decided, and what it was about."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.read.rows import as_rows

DecisionKind = Literal[
    "acknowledge", "fixed", "note", "mute", "expected", "false_alarm", "confirm_rename", "refuse_rename", "map_event",
    "campaign_facts", "checklist", "hold", "release",
]  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """One thing that somebody said; `undone_at` is None while it holds.

    `about` is, of `campaign_facts`, a JSON object of [what the manifest said, what holds instead] by fact; of
    `checklist`, the point that is done, or `put_away`. A `hold` and a `release` are about what is carried of an
    `event`. `about_day` is the day in the workspace's zone that a note is
    about.
    """

    decision_id: str
    kind: DecisionKind
    incident_id: str | None
    campaign_id: int | None
    event: str | None
    new_event: str | None
    reason: str | None
    until: date | None
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    about: str | None = None
    about_day: date | None = None

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is about: of the decisions on one subject only the newest counts."""
        if self.kind in ("confirm_rename", "refuse_rename"):
            return ("rename", self.event, self.new_event)
        if self.kind in ("hold", "release"):
            return ("hold", self.event)
        if self.kind == "note":
            return (self.kind, self.decision_id)
        if self.kind == "checklist":
            return (self.kind, self.about)
        return (self.kind, self.incident_id, self.campaign_id)


_COLUMNS = tuple(field.name for field in fields(Decision))


def all_decisions(connection: Connection, workspace: str) -> list[Decision]:
    """Every decision ever, undone ones included, oldest first."""
    stored = "SELECT * FROM decision WHERE workspace = ? ORDER BY decided_at, decision_id"
    decisions = []
    for row in as_rows(connection.execute(stored, [workspace])):
        # A published file of an older version lacks the newer columns.
        values: dict[str, Any] = {name: row.get(name) for name in _COLUMNS}
        values["decided_at"] = read_instant(values["decided_at"])
        values["undone_at"] = read_instant(values["undone_at"])
        decisions.append(Decision(**values))
    return decisions


def decisions_in_force(connection: Connection, workspace: str, on_day: date | None = None) -> list[Decision]:
    """The decisions that hold, oldest first: not undone, not replaced by a newer one on the same thing.

    With `on_day` (a day in the workspace's zone), also without those whose last day is before it.
    """
    newest = {d.subject: d for d in all_decisions(connection, workspace) if d.undone_at is None}
    holding = [d for d in newest.values() if on_day is None or d.until is None or d.until >= on_day]
    return sorted(holding, key=lambda d: (d.decided_at, d.decision_id))


def campaign_of(connection: Connection, workspace: str, incident_id: str) -> int | None:
    """The campaign of an incident; None where there is no such incident."""
    row = connection.execute(
        "SELECT campaign_id FROM incident WHERE workspace = ? AND incident_id = ?", [workspace, incident_id]
    ).fetchone()
    return None if row is None else int(row[0])


def open_incidents(connection: Connection, workspace: str, campaign_id: int) -> list[str]:
    """Ids of a campaign's open incidents."""
    rows = connection.execute(
        "SELECT incident_id FROM incident WHERE workspace = ? AND campaign_id = ? AND status = 'open'",
        [workspace, campaign_id],
    ).fetchall()
    return [incident_id for (incident_id,) in rows]


def has_campaign(connection: Connection, workspace: str, campaign_id: int) -> bool:
    """Whether the campaign is known."""
    found = connection.execute(
        "SELECT 1 FROM campaign WHERE workspace = ? AND campaign_id = ?", [workspace, campaign_id]
    ).fetchone()
    return found is not None


def trigger_event(connection: Connection, workspace: str, campaign_id: int) -> str | None:
    """The event that Customer.io starts a campaign on; None where it shows none, or no such campaign."""
    row = connection.execute(
        "SELECT event FROM campaign WHERE workspace = ? AND campaign_id = ?", [workspace, campaign_id]
    ).fetchone()
    return None if row is None else row[0]


def ended_days(connection: Connection, workspace: str) -> dict[str, date]:
    """The day whose data last ended an incident, by its id; those that never ended are left out."""
    rows = connection.execute(
        "SELECT incident_id, arg_max(day, recorded_at) FROM incident_change "
        "WHERE workspace = ? AND kind IN ('recovered', 'closed') GROUP BY incident_id",
        [workspace],
    ).fetchall()
    return dict(rows)
