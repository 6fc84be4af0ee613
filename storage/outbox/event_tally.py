"""How many events of a name came in, and what became of them."""

from __future__ import annotations

import sqlite3


def count_up(connection: sqlite3.Connection, workspace: str, event: str, what: str) -> None:
    """One more of an event that was `received`, or became what `what` says."""
    connection.execute(
        "INSERT INTO event_tally VALUES (?, ?, ?, 1) ON CONFLICT (workspace, event, what) "
        "DO UPDATE SET number = event_tally.number + 1",
        [workspace, event, what],
    )
