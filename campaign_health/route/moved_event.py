"""Which events are moved to Customer.io, under which name, and for how long each makes sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.durations import TRIGGERS_WITHIN_SECONDS
from campaign_health.route.compact_json import compact_json
from campaign_health.route.event_key import event_key
from campaign_health.route.person import EMAILS, PersonBy, device_in
from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.events.queued_event import BACKLOG, FRESH, QueuedEvent
from storage.outbox.events.unnamed_events import EXPORT

FRESH_SECONDS = 60.0
BROWSER, TRUSTED_BROWSER = "browser", "trusted browser"
"""Sources whose events anybody can make: of the first no e-mail address and no profile attribute is taken."""
OF_ANYBODY = frozenset((BROWSER, TRUSTED_BROWSER))


@dataclass(frozen=True)
class Routed:
    """One event that the manifest moves: for how many seconds it makes sense, whom it is about, and what is kept.

    `person` gives their id or address, None for nobody. `kept` gives the declared properties of an event that is as
    declared, and all of one that is not: what does not fit is what a later mapping needs. `counted_seconds` is how far
    back its counts reach; 0: it is not counted. `person_by`: which of the two Customer.io knows them by.
    """

    event: str
    relevant_seconds: float
    person: Callable[[Mapping[str, Any]], str | None]
    kept: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    counted_seconds: float = 0.0
    person_by: PersonBy = "id"


def queued(
    event: PersonEvent,
    routed: Routed,
    workspace: str,
    source: str,
    received: float,
    hash_of: Callable[[str, str], bytes],
) -> QueuedEvent:
    """The event as the queue holds it; its person is empty where it names nobody. `hash_of` a workspace's person."""
    properties, insert_id = event.properties, event.properties.get("$insert_id")
    is_named = source != EXPORT and isinstance(insert_id, str) and insert_id != ""
    if source == BROWSER:
        properties = {name: value for name, value in properties.items() if name not in EMAILS}
    is_told = source != BROWSER or routed.person_by == "id"
    person = (routed.person(properties) if is_told else None) or ""
    seconds, hashed = int(event.time), hash_of(workspace, person)
    return QueuedEvent(
        workspace=workspace,
        event=routed.event,
        key=event_key(workspace, event.name, properties, person or device_in(properties) or "", seconds),
        person=person,
        event_time=event.time,
        received=received,
        expires=event.time + min(routed.relevant_seconds, TRIGGERS_WITHIN_SECONDS),
        source=source,
        body=compact_json(routed.kept(properties)),
        queue_class=FRESH if received - event.time < FRESH_SECONDS else BACKLOG,
        counted_as=hashed if routed.counted_seconds and person else b"",
        counted_seconds=routed.counted_seconds,
        matched_as=b"" if is_named else hashed,
        sent_name=event.name,
        hashed_person=hashed if person else b"",
    )
