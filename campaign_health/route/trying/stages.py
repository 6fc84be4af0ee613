"""Follows one event through its stages: taken in, accepted by Customer.io, and sent as a message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from storage.outbox.events.event_queue import known_of
from storage.outbox.report_log import first_report
from storage.outbox.route_file import Connection

LOOK_SECONDS = 0.02
UNDECIDED = frozenset(("waiting", "held"))


@dataclass(frozen=True)
class Stage:
    """What it came to, how many seconds after it was posted that was seen, and (else empty) why, and of what."""

    name: str
    seconds: float
    reason: str = ""
    field: str = ""


def stages_of(
    connection: Connection,
    workspace: str,
    key: bytes,
    ulid: str,
    person: bytes,
    begun: float,
    wait_seconds: float,
    *,
    is_reported: bool,
    clock: Callable[[], float] = time.time,
) -> Iterator[Stage]:
    """Each stage as it is reached, until the last one, or until there was enough waiting.

    A message is known by the event's id where Customer.io shows ours, else as the person's first one since.

    Args:
        connection: The route's file.
        workspace: Whose event it is.
        key: The event's.
        ulid: Under which Customer.io knows it.
        person: The hash of whom it is about.
        begun: When it was posted, in Unix seconds.
        wait_seconds: How long is waited.
        is_reported: Whether Customer.io reports what it sent.
        clock: Unix seconds.
    """
    outcome = "unknown"
    while clock() - begun < wait_seconds:
        known = known_of(connection, key)
        outcome = "unknown" if known is None else str(known["outcome"])
        if known is not None and outcome not in UNDECIDED:
            name = "accepted" if outcome == "delivered" else outcome
            yield Stage(name, clock() - begun, str(known.get("reason", "")), str(known.get("field", "")))
            break
        time.sleep(LOOK_SECONDS)
    else:
        yield Stage(outcome, clock() - begun)
    while outcome == "delivered" and is_reported and clock() - begun < wait_seconds:
        report = first_report(connection, workspace, ulid, person, begun)
        if report is not None:
            yield Stage(report.metric, clock() - begun, report.reason or "")
            return
        time.sleep(LOOK_SECONDS)
