"""What is moved of each workspace, and what has come of it: read out of the route's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign_health.settings import WorkspaceSettings
from storage.outbox.connection.thread_faults import ThreadFault, faults_since
from storage.outbox.events.event_queue import oldest_waiting
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.held_events import HeldNumbers, Hold, held_numbers, holds_now
from storage.outbox.route_file import Connection
from storage.outbox.route_modes import breaker_of, modes

FAULT_SECONDS = 86_400.0


@dataclass(frozen=True)
class WorkspaceState:
    """One workspace's events with their numbers and modes; whether Customer.io is asked (`breaker`); what is held.

    `faults` are the parts of the listener that failed within a day in a way that nobody foresaw.
    """

    events: Mapping[str, Mapping[str, int]]
    modes: Mapping[str, str]
    breaker: str
    oldest_waiting_seconds: float | None
    holds: Sequence[tuple[Hold, HeldNumbers]] = ()
    faults: Sequence[ThreadFault] = ()


def workspace_states(
    connection: Connection, workspaces: Sequence[WorkspaceSettings], now: float
) -> dict[str, WorkspaceState]:
    """The state of each workspace at an instant (Unix seconds), by its name."""
    known = numbers(connection)
    states = {}
    for one in workspaces:
        set_modes = modes(connection, one.name)
        own = {event: found for (workspace, event), found in known.items() if workspace == one.name}
        oldest = oldest_waiting(connection, one.name)
        states[one.name] = WorkspaceState(
            {event: own.get(event, {}) for event in sorted(own.keys() | set_modes.keys())},
            set_modes,
            breaker_of(connection, one.name),
            None if oldest is None else max(0.0, now - oldest),
            [(hold, held_numbers(connection, hold)) for hold in holds_now(connection, one.name)],
            faults_since(connection, one.name, now - FAULT_SECONDS),
        )
    return states
