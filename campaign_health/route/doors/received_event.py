"""One event as a sender's own backend posts it: read, bounded, and put into the shape that all sources share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from campaign_health.route.recovery.qualifying import PersonEvent

DEEPEST = 20
LONGEST_NAME = 255
OLDEST = 946_684_800.0
"""The year 2000: what is older has no clock."""
MOST_UNIX = 1e15
_NESTED = frozenset((dict, list))
MILLISECONDS_FROM = 1e11
"""Unix times above it are in milliseconds (it is the year 5138 in seconds)."""


class Unreadable(Exception):
    """It is no event; says why, without what was in it."""


def received_event(value: Any, now: float, *, is_shallow: bool = False) -> PersonEvent:
    """An event of the own door: `{"event", "id"?, "person": {"id" | "email"}, "time"?, "properties"}`.

    Its id and its person are put among the properties under the names that Mixpanel gives them, so that the same event
    is the same from every source. Without a time it happened `now` (Unix seconds), and none
    happens later. `is_shallow`: it is known that it is not nested too deep.

    Raises:
        Unreadable: it has no name, or what it has is not of the right kind.
    """
    if not is_shallow or not isinstance(value, dict):
        value = an_object(value)
    person = part_of(value, "person")
    known = {"$user_id": person["id"]} if "id" in person else {}
    if "email" in person:
        known |= {"email": person["email"], "$email": person["email"]}
    return event_of(value.get("event"), part_of(value, "properties"), known, value.get("id"), value.get("time"), now)


def an_object(value: Any) -> Mapping[str, Any]:
    """The event, where it is an object that is nested no deeper than is of use. Raises Unreadable."""
    if not isinstance(value, dict) or is_deeper(value, DEEPEST):
        raise Unreadable("an event is no object, or nested too deep")
    return value


def part_of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under a name; empty where there is none. Raises Unreadable where it is something else."""
    found = value.get(name) or {}
    if not isinstance(found, dict):
        raise Unreadable(f"`{name}` is no object")
    return found


def event_of(
    name: Any, properties: Mapping[str, Any], known: Mapping[str, Any], identity: Any, time: Any, now: float
) -> PersonEvent:
    """An event in the shape that all sources share.

    Args:
        name: Its name.
        properties: What its sender says of it.
        known: What goes among them under the names of Mixpanel, in the place of what has such a name there.
        identity: Its id, if it is a text.
        time: When it happened, as `instant` reads it.
        now: Unix seconds; nothing happens later.

    Raises:
        Unreadable: the name is none, or the time no instant.
    """
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Unreadable("`event` is no name")
    happened = instant(time, now)
    if not happened >= OLDEST:
        raise Unreadable("`time` is before there was anything to measure")
    insert_id = {"$insert_id": identity} if isinstance(identity, str) and identity else {}
    # A clock that is fast would have it wait for its own time.
    return PersonEvent(min(happened, now), {**properties, **known, **insert_id}, name.strip())


def instant(value: Any, now: float) -> float:
    """Unix seconds of ISO 8601 text (in UTC where it names no zone), Unix seconds or milliseconds; `now` for nothing.

    Raises:
        Unreadable: it is none of these.
    """
    if value is None or value == "":
        return now
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        except ValueError:
            raise Unreadable("`time` is no ISO 8601 text") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < MOST_UNIX:
        raise Unreadable("`time` is no instant")
    return float(value) / 1000 if value > MILLISECONDS_FROM else float(value)


def is_deeper(value: Any, most: int) -> bool:
    """Whether what was JSON is nested deeper; found without recursion, since whoever sent it chose how deep."""
    level = [value] if type(value) in _NESTED else []
    for _ in range(most):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if type(inner) in _NESTED
        ]
        if not level:
            return False
    return True
