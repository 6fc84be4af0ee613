"""What would become of what a hold keeps: how much of it fits, and some of it before and after, without its values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign_health.route.lanes.prepared import Prepared, UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from storage.outbox.events.held_events import HeldEvent

SHOWN = 3


@dataclass(frozen=True)
class Shown:
    """One event as it came and as it would go out (None: it would not, and why); each value as its type."""

    before: Mapping[str, Any]
    after: Mapping[str, Any] | None
    reason: str = ""
    field: str = ""


@dataclass
class Preview:
    """How many would go out and how many would not fit, and the first three of each."""

    fit: int = 0
    unfit: int = 0
    shown: list[Shown] = field(default_factory=list)


def preview(events: Iterable[tuple[int, HeldEvent]], operation_of: Callable[[Waiting], Prepared]) -> Preview:
    """The preview of events that are kept back, in their order."""
    found = Preview()
    for place, held in events:
        one = held.event
        waiting = Waiting(
            place, "backlog", one.workspace, one.event, one.key, one.person, one.event_time, one.received, one.expires,
            one.body,
        )  # fmt: skip
        before = masked(json.loads(one.body))
        try:
            operation = operation_of(waiting).event
            found.fit += 1
            if found.fit <= SHOWN:
                found.shown.append(Shown(before, {"name": operation["name"], **masked(operation["attributes"])}))
        except UnfitEvent as problem:
            found.unfit += 1
            if found.unfit <= SHOWN:
                found.shown.append(Shown(before, None, problem.reason, problem.field))
    return found


def masked(value: Any) -> Any:
    """JSON with each value in place of which stands what it is: a text may be somebody's name, a number their phone."""
    if isinstance(value, Mapping):
        return {name: masked(inner) for name, inner in value.items() if not name.startswith("$")}
    if isinstance(value, list):
        return [masked(value[0]), "…"] if len(value) > 1 else [masked(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    return "number" if isinstance(value, int | float) else "text"
