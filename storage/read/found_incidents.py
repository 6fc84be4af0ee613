"""Which incidents were found when, and since when a workspace is watched."""

from __future__ import annotations

from datetime import datetime

from storage.connection import Connection
from storage.file.conversion import read_instant


def opened_at(connection: Connection, workspace: str) -> dict[str, datetime]:
    """When each incident was first recorded as open (UTC), by its id."""
    rows = connection.execute(
        "SELECT incident_id, min(recorded_at) FROM incident_change WHERE workspace = ? AND kind = 'opened' "
        "GROUP BY incident_id",
        [workspace],
    ).fetchall()
    found = {incident_id: read_instant(at) for incident_id, at in rows}
    return {incident_id: at for incident_id, at in found.items() if at is not None}


def watched_since(connection: Connection, workspace: str) -> datetime | None:
    """The first trace of a run on a workspace (UTC); None where there is none."""
    row = connection.execute(
        """
        SELECT least((SELECT min(started_at) FROM collection WHERE workspace = $name),
                     (SELECT min(recorded_at) FROM incident_change WHERE workspace = $name),
                     (SELECT min(made_at) FROM announcement WHERE workspace = $name))
        """,
        {"name": workspace},
    ).fetchone()
    return read_instant(row[0]) if row and row[0] else None
