"""What the route notes for other processes: which events are moved, and whether Customer.io is asked."""

from __future__ import annotations

import time

from storage.outbox.connection.outbox_connection import Connection

MODE_TABLES = "ALTER TABLE event_mode ADD COLUMN since REAL NOT NULL DEFAULT 0"


def known_names(connection: Connection, workspace: str) -> list[str]:
    """The names of all events that were ever received of a workspace."""
    rows = connection.execute("SELECT DISTINCT event FROM event_day WHERE workspace = ?", [workspace])
    return [name for (name,) in rows]


def set_mode(connection: Connection, workspace: str, event: str, mode: str) -> None:
    """Set whether an event is moved: off, shadow or live; where that is new, since now."""
    connection.execute(
        "INSERT INTO event_mode (workspace, event, mode, since) VALUES (?, ?, ?, ?) ON CONFLICT (workspace, event) "
        "DO UPDATE SET mode = excluded.mode, since = excluded.since WHERE event_mode.mode <> excluded.mode",
        [workspace, event, mode, time.time()],
    )


def modes(connection: Connection, workspace: str) -> dict[str, str]:
    """The modes that were set, by event."""
    rows = connection.execute("SELECT event, mode FROM event_mode WHERE workspace = ?", [workspace])
    return dict(rows.fetchall())


def moved_since(connection: Connection, workspace: str) -> dict[str, float]:
    """Since when (Unix seconds) each event that is shadow or live is that, as far as it is known."""
    rows = connection.execute(
        "SELECT event, since FROM event_mode WHERE workspace = ? AND mode <> 'off' AND since > 0", [workspace]
    )
    return dict(rows.fetchall())


def note_modes_known(connection: Connection, workspace: str, now: float) -> None:
    """Let the modes of which an older version did not note when they were set count from now on (Unix seconds)."""
    connection.execute("UPDATE event_mode SET since = ? WHERE workspace = ? AND since = 0", [now, workspace])


def note_breaker(connection: Connection, workspace: str, state: str) -> None:
    """Note whether Customer.io is asked: closed (it is), open or half_open."""
    connection.execute(
        "INSERT INTO event_breaker VALUES (?, ?) ON CONFLICT (workspace) DO UPDATE SET state = excluded.state",
        [workspace, state],
    )


def breaker_of(connection: Connection, workspace: str) -> str:
    """The state that was noted last; closed where none was."""
    row = connection.execute("SELECT state FROM event_breaker WHERE workspace = ?", [workspace]).fetchone()
    return "closed" if row is None else str(row[0])


def key_beginning_with(connection: Connection, beginning: bytes) -> bytes | None:
    """The key of a known event that begins so; None where none does."""
    row = connection.execute(
        "SELECT key FROM event_ledger WHERE key >= ? AND key < ? LIMIT 1", [beginning, beginning + b"\xff" * 8]
    ).fetchone()
    return None if row is None else bytes(row[0])
