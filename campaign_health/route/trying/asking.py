"""Sends a trial's requests, and looks in Customer.io for what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from campaign_health.errors import CampaignHealthError
from campaign_health.route.other_sender import PAGE
from campaign_health.route.person import PersonBy
from campaign_health.route.trying.trial import ATTRIBUTE, Message, Observed, Step, Trial
from collectors.customerio import CustomerioClient
from collectors.http.client import HttpClient

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 5.0
"""So long is looked at least: what comes twice may show late."""


def send(client: HttpClient, steps: Sequence[Step]) -> None:
    """Send them one after another, each once the one before is accepted.

    Raises:
        CampaignHealthError: a part of one was refused.
        CollectorError: one was refused, or Customer.io did not answer.
    """
    for step in steps:
        answer = client.tell_json(step.path, step.body)
        if answer.status != 200:
            raise CampaignHealthError(f"Customer.io refused a part of it ({step.purpose}).", answer.text[:300])


def observe(
    client: CustomerioClient,
    trial: Trial,
    campaign_id: int | None,
    accepted_at: float,
    channels: Callable[[], Mapping[str, int]],
    wait_seconds: float,
    *,
    is_repetition: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Observed:
    """Look until all is there that can be, for `wait_seconds` at most.

    Args:
        client: The App API.
        trial: What was sent.
        campaign_id: The campaign that the event triggers; None: there is none.
        accepted_at: When the first event was accepted, in Unix seconds.
        channels: The authentic reports by channel, as they are when it is asked.
        wait_seconds: How long is looked.
        is_repetition: Whether only the first event was sent.
        clock: A monotonic clock.

    Raises:
        CollectorError: Customer.io did not answer.
    """
    begun = clock()
    people = {trial.person(1)} if is_repetition else {trial.person(1), trial.person(2)}
    while True:
        arrivals = list(_arrivals(client, trial))
        messages = None if campaign_id is None else list(_messages(client, campaign_id, trial.by, accepted_at))
        seen = Observed(arrivals, _attribute(client, trial), messages, channels(), accepted_at)
        passed = clock() - begun
        is_whole = people <= {person for _, person in arrivals} and seen.attribute is not None
        if messages is not None:
            is_whole = is_whole and people <= {one.person for one in messages}
        if passed >= wait_seconds or (is_whole and passed >= min(SETTLE_SECONDS, wait_seconds / 2)):
            return seen
        time.sleep(min(LOOK_SECONDS, wait_seconds / 4))


def _arrivals(client: CustomerioClient, trial: Trial) -> Iterator[tuple[str, str]]:
    path = "/activities"
    read = client.reader(path)
    body = read.mapping(client.get_json(path, {"type": "event", "name": trial.event, "limit": PAGE}), "body")
    for place, entry in enumerate(read.sequence(body.get("activities") or [], "activities")):
        one = read.mapping(entry, f"activities[{place}]")
        yield str(one.get("id") or ""), _named(one, trial.by)


def _messages(client: CustomerioClient, campaign_id: int, by: PersonBy, since: float) -> Iterator[Message]:
    path = f"/campaigns/{campaign_id}/messages"
    read = client.reader(path)
    body = read.mapping(client.get_json(path, {"limit": PAGE, "start_ts": int(since) - 60}), "body")
    for place, entry in enumerate(read.sequence(body.get("messages") or [], "messages")):
        one = read.mapping(entry, f"messages[{place}]")
        shown = one.get("trigger_event_id")
        failed = bool(one.get("failure_message"))
        created = float(read.count(one.get("created"), f"messages[{place}].created"))
        yield Message(shown if isinstance(shown, str) else None, _named(one, by), created, failed)


def _attribute(client: CustomerioClient, trial: Trial) -> str | None:
    if trial.by == "email":
        return None  # the App API reads attributes of ids alone
    path = "/customers/attributes"
    read = client.reader(path)
    body = read.mapping(client.ask_json(path, {"ids": [trial.person(1)]}, repeatable=True), "body")
    for entry in read.sequence(body.get("customers") or [], "customers"):
        found = read.mapping(entry, "customers[0]")
        customer = read.mapping(found.get("customer", found), "customers[0]")
        value = read.mapping(customer.get("attributes") or {}, "customers[0].attributes").get(ATTRIBUTE)
        return None if value is None else str(value)
    return None


def _named(entry: Mapping[str, Any], by: PersonBy) -> str:
    identifiers = entry.get("customer_identifiers")
    found = identifiers.get(by) if isinstance(identifiers, Mapping) else None
    return str(found or (entry.get("customer_id") if by == "id" else "") or "")
