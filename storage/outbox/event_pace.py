"""How often events come, hour by hour, and which names came that nobody moves."""

from __future__ import annotations

from storage.outbox.outbox_connection import Connection

PACE_TABLES = """
    CREATE TABLE event_pace (
        workspace TEXT NOT NULL, event TEXT NOT NULL, hour INTEGER NOT NULL, number INTEGER NOT NULL,
        last REAL NOT NULL, PRIMARY KEY (workspace, event, hour)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE unmoved_name (
        workspace TEXT NOT NULL, name TEXT NOT NULL, first REAL NOT NULL, PRIMARY KEY (workspace, name)
    ) STRICT, WITHOUT ROWID;
"""
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


def note_names(connection: Connection, workspace: str, names: dict[str, float]) -> None:
    """Note when names first came (Unix seconds) that nobody moves; what is known stays."""
    connection.executemany(
        "INSERT INTO unmoved_name VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(workspace, name, first) for name, first in names.items()],
    )


def unmoved_names(connection: Connection, workspace: str) -> dict[str, float]:
    """The names that nobody moves, and when each first came."""
    rows = connection.execute("SELECT name, first FROM unmoved_name WHERE workspace = ?", [workspace])
    return dict(rows.fetchall())


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
