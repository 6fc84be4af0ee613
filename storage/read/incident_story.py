"""What is stored of the course of one incident: its changes, and what was told of them on which channel."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import read_instant


@dataclass(frozen=True)
class StoredStep:
    """A row of `incident_change`; `recorded_at` in UTC."""

    change_id: str
    kind: str
    day: date
    recorded_at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True)
class ToldOn:
    """A message that arrived on a channel (at `sent_at`, UTC) and told of some of the changes asked for."""

    channel: str
    kind: str
    sent_at: datetime
    change_ids: tuple[str, ...]


def changes_of(connection: Connection, workspace: str, incident_id: str) -> list[StoredStep]:
    """All changes of an incident in the order in which they were recorded."""
    rows = connection.execute(
        "SELECT change_id, kind, day, recorded_at, detail FROM incident_change "
        "WHERE workspace = ? AND incident_id = ? ORDER BY recorded_at, day, change_id",
        [workspace, incident_id],
    ).fetchall()
    found = []
    for change_id, kind, day, recorded_at, detail in rows:
        at = read_instant(recorded_at)
        assert at is not None
        found.append(StoredStep(change_id, kind, day, at, json.loads(detail)))
    return found


def told_of(connection: Connection, workspace: str, change_ids: Collection[str]) -> list[ToldOn]:
    """The messages that arrived and announced any of these changes, oldest first."""
    rows = connection.execute(
        "SELECT channel, kind, sent_at, list_intersect(change_ids, $changes) FROM announcement "
        "WHERE workspace = $workspace AND status = 'sent' AND list_has_any(change_ids, $changes) "
        "ORDER BY sent_at, channel",
        {"workspace": workspace, "changes": list(change_ids)},
    ).fetchall()
    found = []
    for channel, kind, sent_at, told in rows:
        at = read_instant(sent_at)
        if at is not None:
            found.append(ToldOn(channel, kind, at, tuple(told)))
    return found
