"""Which events are moved to Customer.io, under which name, and for how long each makes sense."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.route.event_key import event_key
from campaign_health.route.person import PersonBy, person_of
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.track_event import TRIGGERS_WITHIN_SECONDS
from storage.outbox.queued_event import BACKLOG, FRESH, QueuedEvent

FRESH_SECONDS = 60.0


@dataclass(frozen=True)
class Routed:
    """One event that the manifest moves: for how many seconds it makes sense, and what of it is kept.

    `kept` gives the declared properties of an event that is as declared, and all of one that is not: what does not fit
    is what a later mapping needs.
    """

    event: str
    relevant_seconds: float
    kept: Callable[[Mapping[str, Any]], Mapping[str, Any]]


def queued(
    event: PersonEvent, routed: Routed, workspace: str, by: PersonBy, source: str, received: float
) -> QueuedEvent:
    """The event as the queue holds it; its person is empty where it names nobody."""
    person = person_of(event.properties, by) or ""
    seconds = int(event.time)
    return QueuedEvent(
        workspace=workspace,
        event=routed.event,
        key=event_key(workspace, event.name, event.properties, person, seconds),
        person=person,
        event_time=event.time,
        received=received,
        expires=event.time + min(routed.relevant_seconds, TRIGGERS_WITHIN_SECONDS),
        source=source,
        body=json.dumps(routed.kept(event.properties), separators=(",", ":")),
        queue_class=FRESH if received - event.time < FRESH_SECONDS else BACKLOG,
    )
