"""Runs `route serve` until it comes to one point of what it writes for the n-th time, and kills it exactly there.

`python -m tests.killed_at PORT POINT TIMES`; the points are those of `POINTS`. Functions are replaced before what uses
them is loaded.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from storage.outbox.connection.outbox_connection import Connection

Check = Callable[[Sequence[Any]], bool]


class Dying:
    """Counts how often a point was come to; at the last time the process ends as by `kill -9`."""

    def __init__(self, times: int) -> None:
        self._left = times

    def here(self) -> None:
        """The point was come to."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _within(module: str, name: str, *, after: bool = False, counts: Check = lambda given: True) -> Callable[..., None]:
    """A point before, or right after, a function (or `Class.method`) runs; or only where what it is given counts."""

    def place(dying: Dying) -> None:
        owner: Any = importlib.import_module(module)
        *classes, function = name.split(".")
        for one in classes:
            owner = getattr(owner, one)
        real = getattr(owner, function)

        def replaced(*given: Any, **named: Any) -> Any:
            if counts(given) and not after:
                dying.here()
            found = real(*given, **named)
            if counts(given) and after:
                dying.here()
            return found

        setattr(owner, function, replaced)

    return place


def _around_commit(*, after: bool) -> Callable[[Dying], None]:
    """A point before or right after the commit of a transaction that takes events in."""

    def place(dying: Dying) -> None:
        group_commit: Any = importlib.import_module("storage.outbox.group_commit")
        event_queue: Any = importlib.import_module("storage.outbox.events.event_queue")
        intake: Any = importlib.import_module("storage.outbox.intake")
        committed, receive_each = group_commit.committed, event_queue.receive_each
        new = [0]

        def receiving(connection: Connection, requests: Sequence[Sequence[Any]]) -> list[int]:
            found: list[int] = receive_each(connection, requests)
            new[0] += sum(found)
            return found

        @contextmanager
        def committing(connection: Connection) -> Iterator[None]:
            new[0] = 0
            with committed(connection):
                yield
                if new[0] and not after:
                    dying.here()
            if new[0] and after:
                dying.here()

        event_queue.receive_each = intake.receive_each = receiving
        group_commit.committed = committing

    return place


_QUEUE, _HELD = "storage.outbox.events.event_queue", "storage.outbox.events.held_events"
_HOLDING = "campaign_health.route.holding"
_LANES = "campaign_health.route.lanes"
POINTS: dict[str, Callable[[Dying], None]] = {
    "taken in, before the commit": _around_commit(after=False),
    "committed, before the answer": _around_commit(after=True),
    "claimed, before it is sent": _within(f"{_LANES}.courier", "Courier._decided", after=True),
    "identified, before the event is sent": _within(
        f"{_LANES}.courier", "Courier._note_identified", counts=lambda given: bool(given[1])
    ),
    "sent, before it is settled": _within(
        f"{_LANES}.settling", "Settling.finish", counts=lambda given: bool(given[1]) and given[2] == "delivered"
    ),
    "within settling": _within(_QUEUE, "settle_once"),
    "within burying": _within(_QUEUE, "write_letter", after=True),
    "within keeping back": _within(_HELD, "keep", after=True),
    "within a release": _within(_HELD, "enqueue_again", after=True),
    "between two parts of a release": _within(f"{_HOLDING}.hold_endings", "let_go"),
    "within a sweep": _within(_QUEUE, "sweep_profiles"),
}


def main() -> None:
    """Run it until the point is come to."""
    port, point, times = sys.argv[1:]
    POINTS[point](Dying(int(times)))
    sys.argv[1:] = ["route", "serve", "--port", port]
    importlib.import_module("campaign_health.cli.main").main()


if __name__ == "__main__":
    main()
