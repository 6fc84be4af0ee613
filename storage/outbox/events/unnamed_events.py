"""Events whose sender gave them no id: the door's and the export's copies of them are matched by number.

Mixpanel gives an event without an id one of its own, which the door never saw. So of each person and name as many
copies of one side are known as there are of the other within two minutes, and only what goes beyond is new.
"""

from __future__ import annotations

from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.queued_event import QueuedEvent

UNNAMED_TABLES = """
    CREATE TABLE unnamed_event (
        workspace TEXT NOT NULL, name TEXT NOT NULL, person BLOB NOT NULL, at REAL NOT NULL, key BLOB NOT NULL,
        is_exported INTEGER NOT NULL, other BLOB, PRIMARY KEY (workspace, name, person, at, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX unnamed_by_key ON unnamed_event (key);
    CREATE INDEX unnamed_by_other ON unnamed_event (other) WHERE other IS NOT NULL;
    CREATE INDEX unnamed_age ON unnamed_event (at);
    CREATE INDEX unnamed_by_person ON unnamed_event (person)
"""
EXPORT = "export"
"""The source of events that came by the export."""
APART_SECONDS = 120.0


def is_copy(connection: Connection, event: QueuedEvent) -> bool:
    """Whether an event is the other side's copy of one that is known; else it is noted, and later copies are its own.

    The one that it is the copy of has no second one. Events of one side are told in the order of their times.
    """
    if _is_matched(connection, event.key):
        return True
    is_exported = int(event.source == EXPORT)
    found = connection.execute(
        "SELECT at, key FROM unnamed_event WHERE workspace = ? AND name = ? AND person = ? AND at BETWEEN ? AND ? "
        "AND is_exported = ? AND other IS NULL ORDER BY at, key LIMIT 1",
        [
            event.workspace, event.sent_name, event.matched_as, event.event_time - APART_SECONDS,
            event.event_time + APART_SECONDS, 1 - is_exported,
        ],
    ).fetchone()  # fmt: skip
    if found is None:
        connection.execute(
            "INSERT INTO unnamed_event VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING",
            [event.workspace, event.sent_name, event.matched_as, event.event_time, event.key, is_exported],
        )
        return False
    connection.execute(
        "UPDATE unnamed_event SET other = ? WHERE workspace = ? AND name = ? AND person = ? AND at = ? AND key = ?",
        [event.key, event.workspace, event.sent_name, event.matched_as, *found],
    )
    return True


def match_itself(connection: Connection, key: bytes) -> None:
    """The export has the door's event under its own key: no other copy is this one's."""
    connection.execute(
        "UPDATE unnamed_event SET other = key WHERE key = ? AND other IS NULL AND is_exported = 0", [key]
    )


def needs_match(connection: Connection, key: bytes, *, is_known: bool) -> bool:
    """Whether something is to be done about an exported event, whose key the ledger knows or not."""
    if not is_known:
        return not _is_matched(connection, key)
    found = connection.execute(
        "SELECT 1 FROM unnamed_event WHERE key = ? AND other IS NULL AND is_exported = 0", [key]
    ).fetchone()
    return found is not None


def sweep_unnamed(connection: Connection, before: float) -> None:
    """Take out what happened before an instant (Unix seconds)."""
    connection.execute("DELETE FROM unnamed_event WHERE at < ?", [before])


def _is_matched(connection: Connection, key: bytes) -> bool:
    return connection.execute("SELECT 1 FROM unnamed_event WHERE other = ?", [key]).fetchone() is not None
