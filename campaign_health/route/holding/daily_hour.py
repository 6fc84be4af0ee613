"""Lets go what waited for the daily hour of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from campaign_health.route.moving import Moving
from storage.outbox.events.delayed_events import due_events
from storage.outbox.events.held_events import let_go
from storage.outbox.group_commit import Write
from storage.outbox.route_file import Connection

AT_ONCE = 500
MOST_A_LOOK = 20


def let_go_due(
    connection: Connection, moving: Moving, write: Callable[[Write], None], wake: Callable[[], None], now: float
) -> None:
    """Put what is due by now (Unix seconds) behind what comes in; at once where its experiment is there no more."""
    experiments = {} if moving.contract is None else moving.contract.experiments
    for _ in range(MOST_A_LOOK):
        keys = due_events(connection, moving.workspace, now, experiments.keys(), AT_ONCE)
        if not keys:
            return
        write(partial(let_go, keys=keys))
        wake()
