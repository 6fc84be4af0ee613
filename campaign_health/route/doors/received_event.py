"""One event as a sender's own backend posts it: read, bounded, and put into the shape that all sources share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from campaign_health.route.recovery.qualifying import PersonEvent

DEEPEST = 20
LONGEST_NAME = 255
MOST_TOGETHER = 2_000
OLDEST = 946_684_800.0
"""The year 2000: what is older has no clock."""
MOST_UNIX = 1e15
MILLISECONDS_FROM = 1e11
"""Unix times above it are in milliseconds (it is the year 5138 in seconds)."""


class Unreadable(Exception):
    """It is no event; says why, without what was in it."""


def events_of(body: Any, *, is_batch: bool) -> list[Any]:
    """The events of a request's body.

    Raises:
        Unreadable: it is not what the door takes.
    """
    if not isinstance(body, Mapping):
        raise Unreadable("the body is no object")
    if not is_batch:
        return [body]
    found = body.get("events")
    if not isinstance(found, list) or len(found) > MOST_TOGETHER:
        raise Unreadable(f"`events` is no list of at most {MOST_TOGETHER:,}")
    return found


def received_event(value: Any, now: float) -> PersonEvent:
    """An event of the own door: `{"event", "id"?, "person": {"id" | "email"}, "time"?, "properties"}`.

    Its id and its person are put among the properties under the names that Mixpanel gives them, so that the same event
    is the same from every source. Without a time it happened `now` (Unix seconds), and none
    happens later.

    Raises:
        Unreadable: it has no name, or what it has is not of the right kind.
    """
    if not isinstance(value, Mapping) or is_deeper(value, DEEPEST):
        raise Unreadable("an event is no object, or nested too deep")
    name = value.get("event")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Unreadable("`event` is no name")
    properties, person = value.get("properties") or {}, value.get("person") or {}
    if not isinstance(properties, Mapping) or not isinstance(person, Mapping):
        raise Unreadable("`properties` or `person` is no object")
    named = {"$user_id": "id", "email": "email", "$email": "email"}
    known = {name: person[key] for name, key in named.items() if key in person}
    identity = {"$insert_id": value["id"]} if isinstance(value.get("id"), str) else {}
    time = _instant(value.get("time"), now)
    if not time >= OLDEST:
        raise Unreadable("`time` is before there was anything to measure")
    # A clock that is fast would have it wait for its own time.
    return PersonEvent(min(time, now), {**properties, **known, **identity}, name.strip())


def _instant(value: Any, now: float) -> float:
    if value is None:
        return now
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise Unreadable("`time` is no ISO 8601 text") from None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MOST_UNIX:
        raise Unreadable("`time` is no instant")
    return float(value) / 1000 if value > MILLISECONDS_FROM else float(value)


def is_deeper(value: Any, most: int) -> bool:
    """Whether it is nested deeper; found without recursion, since whoever sent it chose how deep."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ())
            if isinstance(inner, Mapping | list)
        ]
        if not level:
            return False
    return True
