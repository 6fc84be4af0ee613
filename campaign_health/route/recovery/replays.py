"""Which events are sent to Customer.io again, for whom, and as what: pure, from what the export holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.conditions import holds
from campaign_health.manifest.durations import TRIGGERS_WITHIN_SECONDS
from campaign_health.manifest.schema import PropertyEntry
from campaign_health.route.event_key import event_key
from campaign_health.route.person import PersonBy, person_of
from campaign_health.route.recovery.as_routed import as_seen, sent_again
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.track_event import LARGEST_ITEM, event_operation


@dataclass(frozen=True)
class Replays:
    """What is sent again, by person, as Customer.io's operations; and those of whom nothing can be.

    `too_old` have no event of the last 71 hours; `unfit` have only such as are not as the manifest declares them.
    """

    operations: Mapping[str, Mapping[str, Any]]
    too_old: frozenset[str]
    unfit: frozenset[str]


def replays_of(
    events: Iterable[PersonEvent],
    people: Collection[str],
    plan: RecoveryPlan,
    declared: Mapping[str, PropertyEntry],
    by: PersonBy,
    now: float,
) -> Replays:
    """The newest event of each of `people` that can still trigger the campaign, with its own time.

    It goes under the name that Customer.io listens to, and carries what its route makes of it; without one, nothing
    but what the manifest declares.
    """
    wanted = frozenset(people)
    newest: dict[str, int] = {}
    operations: dict[str, Mapping[str, Any]] = {}
    for event in events:
        person = person_of(event.properties, by)
        if person not in wanted or person is None or now - event.time > TRIGGERS_WITHIN_SECONDS:
            continue
        if not holds(plan.when, as_seen(plan.routes, event.name, event.properties)):
            continue
        seconds = int(event.time)
        again = sent_again(plan.routes, event.name, event.properties, declared, plan.events[0])
        newest.setdefault(person, 0)
        if again is None or seconds < newest[person]:
            continue
        operation = _operation(event, *again, person, seconds, plan, by)
        if len(json.dumps(operation).encode()) <= LARGEST_ITEM:
            newest[person], operations[person] = seconds, operation
    return Replays(
        {person: operations[person] for person in people if person in operations},
        too_old=wanted - newest.keys(),
        unfit=frozenset(newest.keys() - operations.keys()),
    )


def _operation(
    event: PersonEvent,
    to: str,
    attributes: Mapping[str, Any],
    person: str,
    seconds: int,
    plan: RecoveryPlan,
    by: PersonBy,
) -> dict[str, Any]:
    key = event_key(plan.workspace, event.name, event.properties, person, seconds)
    return event_operation(by, person, to, key, seconds, attributes)
