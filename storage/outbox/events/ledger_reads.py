"""What the ledger tells of the events of the last days: when they came, from where, and how many; of nobody."""

from __future__ import annotations

from dataclasses import dataclass

from storage.outbox.connection.outbox_connection import Connection


@dataclass(frozen=True)
class Receipt:
    """One event that was received; instants in Unix seconds."""

    event: str
    source: str
    event_time: float
    received: float


def newest_receipts(connection: Connection, workspace: str, most: int) -> list[Receipt]:
    """The events of a workspace that were received last, the newest first."""
    rows = connection.execute(
        "SELECT event, source, event_time, received FROM event_ledger WHERE workspace = ? "
        "ORDER BY received DESC LIMIT ?",
        [workspace, most],
    )
    return [Receipt(*row) for row in rows]


def last_received(connection: Connection, workspace: str) -> dict[str, float]:
    """When each event was last received, in Unix seconds, as far as it is still known."""
    rows = connection.execute(
        "SELECT event, max(received) FROM event_ledger WHERE workspace = ? GROUP BY event", [workspace]
    )
    return dict(rows.fetchall())


def received_since(connection: Connection, workspace: str, since: float) -> dict[str, int]:
    """How many of each event were received since an instant, in Unix seconds."""
    rows = connection.execute(
        "SELECT event, count(*) FROM event_ledger WHERE workspace = ? AND received >= ? GROUP BY event",
        [workspace, since],
    )
    return dict(rows.fetchall())


def delivered_since(connection: Connection, workspace: str, event: str, since: float) -> list[tuple[bytes, float]]:
    """Key and time of each event of a name that was received since and that Customer.io took in."""
    rows = connection.execute(
        "SELECT key, event_time FROM event_ledger "
        "WHERE workspace = ? AND event = ? AND received >= ? AND outcome = 'delivered'",
        [workspace, event, since],
    )
    return rows.fetchall()
