"""Single messages to single people, newest first, made up from a campaign's counts when they are asked for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any

import numpy as np

from campaign_health.sandbox.customerio.making_deliveries import FAILURE, known_as, made_id, metrics_of
from campaign_health.sandbox.world.counting import instants_of
from campaign_health.sandbox.world.people import address_of, identifiers, person_id
from campaign_health.sandbox.world.world import CampaignTruth, World

METRICS = {
    **{name: name for name in ("attempted", "sent", "delivered", "opened", "clicked", "converted", "bounced")},
    **{name: name for name in ("spammed", "unsubscribed", "failed", "undeliverable")},
    # What the series call suppressed, deliveries call dropped.
    "dropped": "suppressed",
}
_OF_NOBODY = {"customer_id": "", "customer_identifiers": {}, "recipient": "", "forgotten": True}
_MOST = 1000
_HALF_YEAR = 183 * 86_400


def deliveries_page(
    world: World,
    campaign: CampaignTruth,
    now: datetime,
    metric: str,
    limit: int,
    cursor: str | None,
    window: tuple[int | None, int | None],
) -> dict[str, Any]:
    """One page of ``GET /campaigns/{id}/messages``; a limit above 1000 is cut to it.

    Raises:
        ValueError: for a cursor that the service never gave out.
    """
    start = int(base64.b64decode(cursor, validate=True)) if cursor else 0
    limit = min(limit, _MOST)
    last = min(window[1] or int(now.timestamp()), int(now.timestamp()))
    first = window[0] if window[0] is not None else last - _HALF_YEAR
    newest = chain(
        _made_since(world, "campaign", campaign.id, metric, first, last),
        _newest_first(world, campaign, now, metric, first, last),
    )
    return _page(newest, start, limit)


def broadcast_page(
    world: World, broadcast: int, now: datetime, metric: str, limit: int, cursor: str | None, since: int | None
) -> dict[str, Any]:
    """One page of ``GET /broadcasts/{id}/messages``. Raises ValueError for a cursor that was never given out."""
    start = int(base64.b64decode(cursor, validate=True)) if cursor else 0
    newest = _made_since(world, "broadcast", broadcast, metric, since or 0, int(now.timestamp()))
    return _page(newest, start, min(limit, _MOST))


def _page(newest: Iterator[dict[str, Any]], start: int, limit: int) -> dict[str, Any]:
    found = list(islice(newest, start, start + limit + 1))
    more = base64.b64encode(str(start + limit).encode()).decode() if len(found) > limit else ""
    return {"messages": found[:limit], "next": more}


def _made_since(world: World, kind: str, number: int, metric: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """What was made because of what came in during the run."""
    for place, one in reversed(list(enumerate(world.received.deliveries))):
        if (one.kind, one.number) != (kind, number) or not first <= one.created <= last:
            continue
        told = metrics_of(world, one)
        if metric not in told:
            continue
        identifier = made_id(place)
        is_forgotten = one.person in world.people.forgotten
        body = {
            "id": identifier,
            "deduplicate_id": f"{identifier}:{one.created}",
            "customer_id": one.person,
            "customer_identifiers": known_as(world, one.person),
            "recipient": known_as(world, one.person)["email"],
            "subject": "",
            "type": "email",
            "metrics": {"created": one.created, metric: one.created},
            "created": one.created,
            "failure_message": FAILURE if told[-1] in ("failed", "bounced") else None,
            "campaign_id": number if kind == "campaign" else None,
            "action_id": number * 10,
            "newsletter_id": None,
            "broadcast_id": number if kind == "broadcast" else None,
            "trigger_event_id": one.ulid,
            "forgotten": False,
        }
        yield body | _OF_NOBODY if is_forgotten else body


def _newest_first(
    world: World, campaign: CampaignTruth, now: datetime, metric: str, first: int, last: int
) -> Iterator[dict[str, Any]]:
    name = METRICS[metric]
    daily = campaign.series.get(name)
    if daily is None:
        return
    daily = world.seen(name, daily, now)
    newest = min(world.days - 1, int(np.searchsorted(world.starts, last, side="right")) - 1)
    for index in range(newest, -1, -1):
        if world.starts[index + 1] <= first:
            return
        times = instants_of(int(daily[index]), int(world.starts[index]), int(world.starts[index + 1]))
        for number in range(len(times) - 1, -1, -1):
            if first <= times[number] <= last:
                found = _delivery(campaign, index, number, int(times[number]), metric)
                is_forgotten = found["customer_id"] in world.people.forgotten
                yield found | _OF_NOBODY if is_forgotten else found


def _delivery(campaign: CampaignTruth, day: int, number: int, created: int, metric: str) -> dict[str, Any]:
    person = person_id(day, number)
    message = campaign.messages[0] if campaign.messages else None
    identifier = base64.b64encode(f"{campaign.id}-{day}-{number}-{metric}".encode()).decode()
    return {
        "id": identifier,
        "deduplicate_id": f"{identifier}:{created}",
        "customer_id": person,
        "customer_identifiers": identifiers(person),
        "recipient": address_of(person),
        "subject": message.subject if message else "",
        "type": message.type if message else "email",
        "metrics": {"created": created, metric: created + 3},
        "created": created,
        "failure_message": failure_text(campaign, day) if metric == "failed" else None,
        "campaign_id": campaign.id,
        "action_id": message.id if message else 0,
        "newsletter_id": None,
        "broadcast_id": None,
        "trigger_event_id": None,
        "forgotten": False,
    }


def failure_text(campaign: CampaignTruth, day: int) -> str:
    """Why messages of that day failed."""
    for failure in campaign.failures:
        if day >= failure.since and (failure.until is None or day < failure.until):
            return failure.text
    return "Delivery failed: the provider refused the message"
