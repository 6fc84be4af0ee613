"""Where people were lost on the way: whose event reached Customer.io, and under which name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from collectors.customerio import CustomerioClient
from collectors.errors import CollectorError
from collectors.http.client import Progress

PAGE = 100
MOST_PAGES = 300
KEPT_SECONDS = 30 * 86_400.0
"""Customer.io's list of activities goes back so far."""


@dataclass(frozen=True)
class WhereLost:
    """Of the people who missed a message: whose event arrived under the name that the campaign listens to, and nothing
    was sent; whose arrived under another name only; and of whom none arrived.
    """

    no_message: int
    other_name: int
    never_arrived: int


def where_lost(missed: Collection[str], arrived: Mapping[str, Collection[str]], listened_to: str) -> WhereLost:
    """Sort those who missed it; `arrived` are the people of whom Customer.io has an event, by its name."""
    people = set(missed)
    as_listened = people & set(arrived.get(listened_to, ()))
    anyhow = people & set().union(*map(set, arrived.values()))
    return WhereLost(len(as_listened), len(anyhow - as_listened), len(people - anyhow))


def look_where_lost(
    plan: RecoveryPlan,
    missed: Collection[str],
    client: CustomerioClient,
    by: PersonBy,
    now: float,
    progress: Progress | None = None,
) -> WhereLost | None:
    """Where those who missed it were lost.

    None where it cannot be told: Customer.io does not go back so far, or does not say, or there are more activities
    than can be read in minutes. Nobody hangs on it, so that a failure is no reason to say nothing at all.
    """
    if not missed or plan.begin < now - KEPT_SECONDS:
        return None
    try:
        arrived = {name: _arrived(client, name, plan.begin, by, progress) for name in plan.events}
    except CollectorError:
        return None
    known = {name: people for name, people in arrived.items() if people is not None}
    return where_lost(missed, known, plan.events[0]) if len(known) == len(arrived) else None


def _arrived(
    client: CustomerioClient, name: str, begin: float, by: PersonBy, progress: Progress | None
) -> set[str] | None:
    """Those of whom an event of this name reached Customer.io since; None where there are too many to read."""
    path = "/activities"
    read = client.reader(path)
    found: set[str] = set()
    asked: dict[str, str | int] = {"type": "event", "name": name, "limit": PAGE}
    for number, page in enumerate(client.pages(path, "activities", asked), 1):
        if number > MOST_PAGES:
            return None
        for place, entry in enumerate(page):
            field = f"activities[{place}]"
            activity = read.mapping(entry, field)
            person = read.mapping(activity.get("customer_identifiers") or {}, field).get(by)
            at = activity.get("timestamp")
            if isinstance(person, str) and isinstance(at, int | float) and at >= begin:
                found.add(person.lower() if by == "email" else person)
        if progress is not None:
            progress(number, None, "pages of what reached Customer.io")
    return found
