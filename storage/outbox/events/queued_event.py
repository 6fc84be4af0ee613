"""One event as the queue holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from storage.outbox.connection.many_rows import insert_rows
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import SEALED, opened, seal

FRESH, BACKLOG, AGAIN = 0, 1, 2


class QueuedEvent(NamedTuple):
    """One event that was received. Instants in Unix seconds; `queue_class` is FRESH or BACKLOG, or AGAIN for
    what was taken out of the queue before and has lost its place among its person's events; `body` is JSON.

    Where its person's events are counted, `counted_as` is the person's hash and `counted_seconds` how far back the
    counts reach. Where its sender gave it no id, or it is out of an export, `matched_as` is the person's hash, and
    `sent_name` the name that it was sent under. `hashed_person` tells people with the same id for their events apart.
    Where it names only a device, `device` is that one's hash, if it may wait `waits_until` then for who that is.
    """

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
    counted_as: bytes = b""
    counted_seconds: float = 0.0
    matched_as: bytes = b""
    sent_name: str = ""
    hashed_person: bytes = b""
    device: bytes = b""
    waits_until: float = 0.0


QUEUED = QueuedEvent._fields[: QueuedEvent._fields.index("counted_as")]

CARRIED = [name for name in QUEUED if name != "queue_class"]
"""What an event carries wherever it is kept."""


def carried(row: Sequence[Any]) -> QueuedEvent:
    """The event of a row of `CARRIED`, as one that has waited."""
    return QueuedEvent(**dict(zip(CARRIED, row, strict=True)), queue_class=AGAIN)


def ready(row: Sequence[Any]) -> QueuedEvent:
    """The event of a row of `QUEUED`, with its properties to be read."""
    event = QueuedEvent(*row)
    return event._replace(body=opened(event.body)) if event.body.startswith(SEALED) else event


def enqueue(connection: Connection, events: Sequence[QueuedEvent]) -> list[int]:
    """Put events into the queue, in this order; gives the places that they have there, for the ledger."""
    rows = [_sealed(one)[: len(QUEUED)] for one in events]
    return sorted(place for (place,) in insert_rows(connection, "event_queue", QUEUED, rows, "RETURNING sequence"))


def enqueue_again(connection: Connection, event: QueuedEvent) -> None:
    """Put an event that the ledger knows behind what waits."""
    (place,) = enqueue(connection, [event])
    connection.execute("UPDATE event_ledger SET outcome = 'waiting', place = ? WHERE key = ?", [place, event.key])


def _sealed(event: QueuedEvent) -> QueuedEvent:
    body = seal(event.body)
    return event if body is event.body else event._replace(body=body)
