"""Events that name only a device: they wait for one that says whose it is, and else become letters."""

from __future__ import annotations

from dataclasses import dataclass

from storage.outbox.connection.many_rows import insert_rows
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import seal
from storage.outbox.events.event_letters import write_letter
from storage.outbox.events.queued_event import CARRIED, QueuedEvent, carried, ready

DEVICE_TABLES = """
    CREATE TABLE device_event (
        key BLOB PRIMARY KEY, workspace TEXT NOT NULL, event TEXT NOT NULL, person TEXT NOT NULL,
        event_time REAL NOT NULL, received REAL NOT NULL, expires REAL NOT NULL, source TEXT NOT NULL,
        body TEXT NOT NULL, device BLOB NOT NULL, sent_name TEXT NOT NULL, until REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX device_event_waits ON device_event (workspace, device);
    CREATE INDEX device_event_until ON device_event (workspace, until)
"""
MOST_WAITING, MOST_OF_DEVICE, LARGEST_WAITING = 5_000, 50, 32_000
"""Events of a workspace and of a device, and bytes of one's properties; what goes beyond does not wait."""


@dataclass(frozen=True)
class DeviceEvent:
    """One event that waits, and the name that it was sent under."""

    event: QueuedEvent
    sent_name: str


def wait_for_person(connection: Connection, event: QueuedEvent) -> bool:
    """Have a new event of a device wait, where it is to and there is room; whether it does."""
    if not event.device or len(event.body) > LARGEST_WAITING:
        return False
    waiting, of_device = connection.execute(
        "SELECT count(*), coalesce(sum(CASE WHEN device = ? THEN 1 ELSE 0 END), 0) FROM device_event "
        "WHERE workspace = ?",
        [event.device, event.workspace],
    ).fetchone()
    if waiting >= MOST_WAITING or of_device >= MOST_OF_DEVICE:
        return False
    event = event._replace(body=seal(event.body))
    names = [*CARRIED, "device", "sent_name", "until"]
    values = [*(getattr(event, name) for name in CARRIED), event.device, event.sent_name, event.waits_until]
    insert_rows(connection, "device_event", names, [values])
    return True


def events_of_device(connection: Connection, workspace: str, device: bytes) -> list[DeviceEvent]:
    """What of a device waits, in the order in which it was received."""
    rows = connection.execute(
        f"SELECT {', '.join(CARRIED)}, sent_name FROM device_event WHERE workspace = ? AND device = ? "  # noqa: S608
        "ORDER BY received, event_time, key",
        [workspace, device],
    )
    return [DeviceEvent(ready(row[:-1]), row[-1]) for row in rows]


def first_until(connection: Connection, workspace: str) -> float | None:
    """Until when (Unix seconds) the first of those waits that do; None where none does."""
    (found,) = connection.execute("SELECT min(until) FROM device_event WHERE workspace = ?", [workspace]).fetchone()
    return None if found is None else float(found)


def end_waits(connection: Connection, workspace: str, now: float) -> int:
    """Make letters (`no_person`) of what has waited for long enough; how many there were."""
    rows = connection.execute(
        f"DELETE FROM device_event WHERE workspace = ? AND until <= ? RETURNING {', '.join(CARRIED)}",  # noqa: S608
        [workspace, now],
    ).fetchall()
    for row in rows:
        event = carried(row)
        write_letter(connection, event, "no_person", "person", now)
        connection.execute("UPDATE event_ledger SET outcome = 'dead' WHERE key = ?", [event.key])
    return len(rows)


def give_place(connection: Connection, key: bytes) -> bool:
    """Take out an event of nobody, waiting or a letter, of which it is known now whose it is; whether there was one."""
    waited = connection.execute("DELETE FROM device_event WHERE key = ?", [key]).rowcount
    written = connection.execute(
        "DELETE FROM letter WHERE key = ? AND person = '' AND reason = 'no_person'", [key]
    ).rowcount
    if waited or written:
        connection.execute("DELETE FROM event_ledger WHERE key = ?", [key])
    return bool(waited or written)


def is_of_nobody(connection: Connection, key: bytes) -> bool:
    """Whether `give_place` would find one."""
    found = connection.execute(
        "SELECT 1 FROM device_event WHERE key = ? UNION ALL "
        "SELECT 1 FROM letter WHERE key = ? AND person = '' AND reason = 'no_person' LIMIT 1",
        [key, key],
    ).fetchone()
    return found is not None
