"""How often events come, hour by hour, and which names came that nobody moves."""

from __future__ import annotations

from collections.abc import Mapping

from storage.outbox.connection.outbox_connection import Connection

PACE_TABLES = """
    CREATE TABLE event_pace (
        workspace TEXT NOT NULL, event TEXT NOT NULL, hour INTEGER NOT NULL, number INTEGER NOT NULL,
        last REAL NOT NULL, PRIMARY KEY (workspace, event, hour)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE unmoved_name (
        workspace TEXT NOT NULL, name TEXT NOT NULL, first REAL NOT NULL, PRIMARY KEY (workspace, name)
    ) STRICT, WITHOUT ROWID;
"""
NAMES_PROVEN = "ALTER TABLE unmoved_name ADD COLUMN is_proven INTEGER NOT NULL DEFAULT 1"
"""Whether a sender that proved itself sent the name; else only browsers did."""
HOUR_SECONDS = 3600.0
KEPT_HOURS = 24 * 9


def note_pace(connection: Connection, workspace: str, event: str, received: float, number: int = 1) -> None:
    """So many more events came within an hour, the last at an instant (Unix seconds)."""
    connection.execute(
        "INSERT INTO event_pace VALUES (?, ?, ?, ?, ?) ON CONFLICT (workspace, event, hour) "
        "DO UPDATE SET number = event_pace.number + excluded.number, "
        "last = CASE WHEN excluded.last > event_pace.last THEN excluded.last ELSE event_pace.last END",
        [workspace, event, int(received // HOUR_SECONDS), number, received],
    )


def pace_of(connection: Connection, workspace: str, event: str) -> tuple[dict[int, int], float | None]:
    """Numbers of events by hour (Unix seconds / 3600), and when the last one came; None where none did."""
    rows = connection.execute(
        "SELECT hour, number, last FROM event_pace WHERE workspace = ? AND event = ?", [workspace, event]
    ).fetchall()
    return {hour: number for hour, number, _ in rows}, max((last for _, _, last in rows), default=None)


def note_names(connection: Connection, workspace: str, names: Mapping[str, tuple[float, bool]]) -> None:
    """Note when names first came (Unix seconds) that nobody moves, and whether somebody proven sent them; what is known
    stays, but for who did.
    """
    connection.executemany(
        "INSERT INTO unmoved_name VALUES (?, ?, ?, ?) ON CONFLICT (workspace, name) DO UPDATE SET is_proven = "
        "CASE WHEN excluded.is_proven > unmoved_name.is_proven THEN 1 ELSE unmoved_name.is_proven END",
        [(workspace, name, first, int(is_proven)) for name, (first, is_proven) in names.items()],
    )


def unmoved_names(connection: Connection, workspace: str) -> dict[str, tuple[float, bool]]:
    """The names that nobody moves: when each first came, and whether somebody proven sent it; these come first."""
    rows = connection.execute(
        "SELECT name, first, is_proven FROM unmoved_name WHERE workspace = ? ORDER BY is_proven DESC, first DESC, name",
        [workspace],
    )
    return {name: (first, is_proven == 1) for name, first, is_proven in rows}


def share_unfit(
    connection: Connection, workspace: str, event: str, reason: str, field: str, begin: float, end: float
) -> float:
    """Which share of the events received between two instants became letters of one reason; 0 where none came."""
    (received,) = connection.execute(
        "SELECT count(*) FROM event_ledger WHERE received >= ? AND received < ? AND workspace = ? AND event = ?",
        [begin, end, workspace, event],
    ).fetchone()
    (unfit,) = connection.execute(
        "SELECT count(*) FROM letter WHERE workspace = ? AND event = ? AND reason = ? AND field = ? "
        "AND received >= ? AND received < ?",
        [workspace, event, reason, field, begin, end],
    ).fetchone()
    return unfit / received if received else 0.0


def sweep_pace(connection: Connection, now: float) -> None:
    """Take out hours that nothing is compared with any more."""
    connection.execute("DELETE FROM event_pace WHERE hour < ?", [int(now // 3600) - KEPT_HOURS])
