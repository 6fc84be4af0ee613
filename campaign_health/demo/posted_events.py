"""What the demo's own backend posts to the route: the events of its world, with its mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from campaign_health.demo.world.manifest import CHANGED, HASTY, INCOMPLETE
from campaign_health.route.recovery.qualifying import PersonEvent

CHANGED_SECONDS = 12 * 3600.0
"""So long ago the backend's newest release began to send a plan as an object: a shorter night may have too few."""
AGAIN_SECONDS = 5400.0
AGAIN_EVERY, INCOMPLETE_EVERY = 15, 23
_EXPORTED = frozenset(("time", "distinct_id", "user_id", "mp_processing_time_ms"))
"""What only Mixpanel's export has, and another name of a person."""


def posted_events(events: Iterable[PersonEvent], now: float) -> list[PersonEvent]:
    """The events as they are posted until `now` (Unix seconds), in the order in which they happen.

    Some payments are tried a second time, some invoices lack their amount, and since the newest release a sign-up has
    its plan in another form.
    """
    posted = (one for event in events for one in _posted(_own(event), now) if one.time < now)
    return sorted(posted, key=lambda one: one.time)


def _own(event: PersonEvent) -> PersonEvent:
    """The event as the backend has it, before Mixpanel took it in."""
    own = {name: value for name, value in event.properties.items() if name not in _EXPORTED}
    return event._replace(properties={**own, "$user_id": event.properties["distinct_id"]})


def _posted(event: PersonEvent, now: float) -> Iterator[PersonEvent]:
    number = int(str(event.properties["$insert_id"])[-6:], 16)
    if event.name == INCOMPLETE and number % INCOMPLETE_EVERY == 0:
        yield event._replace(properties={name: value for name, value in event.properties.items() if name != "amount"})
    elif event.name == CHANGED and event.time >= now - CHANGED_SECONDS:
        yield event._replace(properties={**event.properties, "plan_tier": {"name": event.properties["plan_tier"]}})
    else:
        yield event
    if event.name == HASTY and number % AGAIN_EVERY == 0:
        again = {"$insert_id": f"{event.properties['$insert_id']}-again"}
        yield PersonEvent(event.time + AGAIN_SECONDS, {**event.properties, **again}, event.name)
