"""One event as the queue holds it."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass, fields

FRESH, BACKLOG = 0, 1


@dataclass(frozen=True)
class QueuedEvent:
    """One event that was received. Instants in Unix seconds; `queue_class` is FRESH or BACKLOG; `body` is JSON."""

    workspace: str
    event: str
    key: bytes
    person: str
    event_time: float
    received: float
    expires: float
    source: str
    body: str
    queue_class: int = FRESH


QUEUED = [one.name for one in fields(QueuedEvent)]


def enqueue(connection: sqlite3.Connection, event: QueuedEvent) -> None:
    connection.execute(
        f"INSERT INTO event_queue ({', '.join(QUEUED)}) VALUES ({', '.join('?' * len(QUEUED))})",  # noqa: S608
        astuple(event),
    )
