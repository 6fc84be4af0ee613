"""The table of decisions, read as values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

import duckdb

from storage.file.conversion import read_instant

DecisionKind = Literal["acknowledge", "mute", "expected", "confirm_rename", "refuse_rename", "map_event"]


@dataclass(frozen=True)
class Decision:
    """One thing that somebody said; `undone_at` is None while it holds."""

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

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is about: of the decisions on one subject only the newest counts."""
        if self.kind in ("confirm_rename", "refuse_rename"):
            return ("rename", self.event, self.new_event)
        return (self.kind, self.incident_id, self.campaign_id)


def all_decisions(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[Decision]:
    """Every decision ever, undone ones included, oldest first."""
    names = [field.name for field in fields(Decision)]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM decision WHERE workspace = ? ORDER BY decided_at, decision_id",  # noqa: S608
        [workspace],
    ).fetchall()
    decisions = []
    for row in rows:
        values: dict[str, Any] = dict(zip(names, row, strict=True))
        values["decided_at"] = read_instant(values["decided_at"])
        values["undone_at"] = read_instant(values["undone_at"])
        decisions.append(Decision(**values))
    return decisions


def decisions_in_force(
    connection: duckdb.DuckDBPyConnection, workspace: str, on_day: date | None = None
) -> list[Decision]:
    """The decisions that hold, oldest first: not undone, not replaced by a newer one on the same thing.

    With `on_day` (a day in the workspace's zone), also without those whose last day is before it.
    """
    newest = {d.subject: d for d in all_decisions(connection, workspace) if d.undone_at is None}
    holding = [d for d in newest.values() if on_day is None or d.until is None or d.until >= on_day]
    return sorted(holding, key=lambda d: (d.decided_at, d.decision_id))
