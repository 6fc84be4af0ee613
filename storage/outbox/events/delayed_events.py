"""Events that wait among the held ones for an hour of their own, without a hold: nobody has to let them go."""

from __future__ import annotations

from collections.abc import Collection

from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.event_tables import AT_KEY
from storage.outbox.events.held_events import keep
from storage.outbox.events.queued_event import QUEUED, QueuedEvent

EXPERIMENT = "experiment"
"""Why it waits."""
NO_HOLD = 0


def delay(connection: Connection, key: bytes, due: float) -> bool:
    """Move a queued event to where it waits until an instant (Unix seconds); False where it is not queued any more."""
    row = connection.execute(
        f"DELETE FROM event_queue WHERE {AT_KEY} RETURNING {', '.join(QUEUED)}",  # noqa: S608
        [key],
    ).fetchone()
    if row is None:
        return False
    keep(connection, NO_HOLD, QueuedEvent(*row), EXPERIMENT, "")
    connection.execute("UPDATE held_event SET due = ? WHERE key = ?", [due, key])
    return True


def delayed_number(connection: Connection, workspace: str, event: str) -> int:
    """How many events of a name wait for their hour now."""
    (found,) = connection.execute(
        "SELECT count(*) FROM held_event WHERE workspace = ? AND event = ? AND due IS NOT NULL", [workspace, event]
    ).fetchone()
    return int(found)


def due_events(connection: Connection, workspace: str, now: float, waiting: Collection[str], most: int) -> list[bytes]:
    """Keys of events whose hour has come, in the order in which they were received; of any whose name is not among
    those that are `waiting` at all, each.
    """
    names = connection.execute(
        "SELECT DISTINCT event FROM held_event WHERE workspace = ? AND due IS NOT NULL", [workspace]
    ).fetchall()
    found: list[tuple[float, int, bytes]] = []
    for (name,) in names:
        found += connection.execute(
            "SELECT received, sequence, key FROM held_event WHERE workspace = ? AND event = ? AND due IS NOT NULL "
            "AND (? = 1 OR due <= ?) ORDER BY received, sequence LIMIT ?",
            [workspace, name, 0 if name in waiting else 1, now, most],
        ).fetchall()
    return [key for _, _, key in sorted(found)[:most]]
