"""How many incidents people called false alarms, and over how many watched days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from storage.connection import Connection
from storage.read.rows import as_rows


def false_alarms_said(connection: Connection, workspace: str) -> int:
    """The incidents that are, or ended as, a false alarm; a file of an older version has none."""
    rows = as_rows(connection.execute("SELECT * FROM incident WHERE workspace = ?", [workspace]))
    return sum(row.get("expected_how") == "false_alarm" and row["status"] != "withdrawn" for row in rows)


def watched_days(connection: Connection, workspace: str, statuses: Collection[str], since: date) -> int:
    """The days from `since` on, of all campaigns together, on which a verdict of one of these statuses was given."""
    row = connection.execute(
        "SELECT count(*) FROM verdict WHERE workspace = ? AND list_contains(?, status) AND day >= ?",
        [workspace, list(statuses), since],
    ).fetchone()
    return int(row[0]) if row else 0
