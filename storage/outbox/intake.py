"""Events to be taken in, and nothing else: what waits to be written is taken in as if it came in one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.event_queue import receive_all, receive_each
from storage.outbox.events.queued_event import QueuedEvent


@dataclass(frozen=True)
class Intake:
    """A write that takes events in; gives how many were new."""

    events: Sequence[QueuedEvent]

    def __call__(self, connection: Connection) -> int:
        return receive_all(connection, self.events)


def written(connection: Connection, writes: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    """What each write gave. All that only take events in are done first and by as few statements as for one."""
    numbers = iter(receive_each(connection, [one.events for one in writes if isinstance(one, Intake)]))
    return [next(numbers) if isinstance(one, Intake) else one(connection) for one in writes]
