"""What of a request's events is sent, and what becomes of the others instead. Pure, but for what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from campaign_health.route.compact_json import compact_json
from campaign_health.route.lanes.prepared import KeptBack, Operation, Prepared, UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.track_event import LARGEST_ITEM

Reasons = Mapping[bytes, tuple[str, str]]
"""Why an event cannot be sent and what it is about, by its key."""


@dataclass
class Sorted:
    """`ready` with what they are to Customer.io; `unfit` and why; `kept`: everything of their name is kept back."""

    ready: list[tuple[Waiting, Prepared]] = field(default_factory=list)
    unfit: list[Waiting] = field(default_factory=list)
    why: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    kept: list[Waiting] = field(default_factory=list)
    shadowed: list[Waiting] = field(default_factory=list)

    def refuse(self, event: Waiting, reason: str, about: str = "") -> None:
        """It cannot be sent."""
        self.unfit.append(event)
        self.why[event.key] = (reason, about)


def sort_events(
    batch: Iterable[Waiting],
    operation_of: Callable[[Waiting], Prepared],
    is_shadow: Callable[[str], bool],
    now: float,
) -> Sorted:
    """Sort the events of a request at an instant (Unix seconds)."""
    found = Sorted()
    for one in batch:
        if one.expires <= now:
            found.refuse(one, "too_late")
            continue
        try:
            prepared = operation_of(one)
        except UnfitEvent as problem:
            found.refuse(one, problem.reason, problem.field)
        except KeptBack:
            found.kept.append(one)
        else:
            if len(body_of_batch([prepared.event])) > LARGEST_ITEM:
                found.refuse(one, "too_large")
            elif is_shadow(one.event):
                found.shadowed.append(one)
            else:
                found.ready.append((one, prepared))
    return found


def body_of_batch(operations: Sequence[Operation]) -> bytes:
    """The body of one request for several operations."""
    return compact_json({"batch": operations}).encode()
