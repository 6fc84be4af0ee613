"""Whether an event already reaches Customer.io from elsewhere."""

from __future__ import annotations

from collectors.customerio import CustomerioClient

PAGE = 100


def newest_arrival(client: CustomerioClient, name: str) -> float | None:
    """When an event of this name last reached Customer.io, in Unix seconds, as its newest activities say.

    None where none did in the 30 days that are kept.

    Raises:
        CollectorError: Customer.io did not say.
    """
    path = "/activities"
    read = client.reader(path)
    body = read.mapping(client.get_json(path, {"type": "event", "name": name, "limit": PAGE}), "body")
    times = [
        float(
            read.count(read.mapping(entry, f"activities[{place}]").get("timestamp"), f"activities[{place}].timestamp")
        )
        for place, entry in enumerate(read.sequence(body.get("activities") or [], "activities"))
    ]
    return max(times, default=None)
