"""Whether an event already reaches Customer.io from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.customerio import CustomerioClient

PAGE = 100
RECENT_SECONDS = 86_400.0
"""A sender of whom nothing came for so long has stopped."""


@dataclass(frozen=True)
class Arrival:
    """One event that reached Customer.io: the id that it shows, and when, in Unix seconds."""

    id: str
    at: float


def newest_arrivals(client: CustomerioClient, name: str) -> list[Arrival]:
    """The newest events of this name that reached Customer.io in the last 30 days, in no order.

    Raises:
        CollectorError: Customer.io did not say.
    """
    return newest_activities(client, "event", name=name)


def newest_activities(client: CustomerioClient, kind: str, **asked: str) -> list[Arrival]:
    """The newest activities of a kind in the last 30 days, at most `PAGE`, in no order.

    Raises:
        CollectorError: Customer.io did not say.
    """
    path = "/activities"
    read = client.reader(path)
    body = read.mapping(client.get_json(path, {"type": kind, **asked, "limit": PAGE}), "body")
    found = []
    for place, entry in enumerate(read.sequence(body.get("activities") or [], "activities")):
        one = read.mapping(entry, f"activities[{place}]")
        at = read.count(one.get("timestamp"), f"activities[{place}].timestamp")
        found.append(Arrival(str(one.get("id") or ""), float(at)))
    return found


def newest_arrival(client: CustomerioClient, name: str) -> float | None:
    """When an event of this name last reached Customer.io, in Unix seconds; None where none did in the last 30 days.

    Raises:
        CollectorError: Customer.io did not say.
    """
    return max((one.at for one in newest_arrivals(client, name)), default=None)
