"""Events that rather wait for Stripe than go without it, on their way to Customer.io, and whom they name."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.moved_event import BROWSER
from campaign_health.sandbox.stripe.stripe_service import StripeSandbox, running_stripe
from storage.outbox.events.event_letters import letter_groups
from storage.outbox.events.event_queue import receive
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import open_route_file
from tests.stripe_cast import EVENT, TIER, Filling, customer, filling, ready
from tests.test_lanes_courier import operation_of, queued, told
from tests.waiting import until

MANIFEST = """\
version: 1
events:
  limit_hit:
    properties: {team_size: {type: integer}, mail: {type: string}}
    route:
      person: {email: mail}
      attributes:
        seats: {first_of: [team_size, {stripe: quantity, otherwise: 0}]}
        tier: {stripe: tier, required: true}
"""


@pytest.fixture
def stripe() -> Iterator[StripeSandbox]:
    with running_stripe() as found:
        found.keeps_limits = False
        yield found


@pytest.fixture
def fills(stripe: StripeSandbox, tmp_path: Path) -> Iterator[Filling]:
    with filling(tmp_path, stripe) as found:
        yield found


class Sending:
    """What Customer.io took in, by number, with the tier that it was told."""

    def __init__(self, fills: Filling) -> None:
        self.taken: dict[int, str] = {}
        self.outbox = fills.parts.enricher.cache.outbox
        self.courier = Courier(
            "default", fills.folder, self.outbox, self._operation, self._post, enrich=fills.parts.enricher.fill
        )

    def _operation(self, event: Waiting) -> Prepared:
        needs = replace(TIER, required=json.loads(event.body)["number"] < 10)
        return replace(operation_of(event), stripe=(needs,), asked=AskedPerson(user_id=event.person))

    def _post(self, path: str, body: bytes) -> tuple[int, str, float | None]:
        value = json.loads(body)
        for one in value.get("batch", [value]):
            self.taken[one["attributes"]["number"]] = one["attributes"]["tier"]
        return 200, "{}", None

    def take_in(self, *events: QueuedEvent) -> None:
        for one in events:
            self.outbox.submit(lambda connection, one=one: receive(connection, one)).result()
        self.courier.wake()


def test_what_waits_for_stripe_is_no_outage_of_customerio_and_holds_up_nobody_else(
    stripe: StripeSandbox, fills: Filling
) -> None:
    stripe.add(customer(1), customer(2))
    stripe.faults = ["down"] * 2
    sending = Sending(fills)
    sending.courier.start()
    try:
        sending.take_in(queued(1, "u-1"), queued(11, "u-2"))
        until(lambda: 11 in sending.taken)
        assert sending.taken == {11: "unknown"}
        assert sending.courier.breaker_state == "closed"
        until(lambda: 1 in sending.taken)
    finally:
        sending.courier.stop()
    assert sending.taken == {1: "pro", 11: "unknown"}
    assert told(fills.folder) == {"received": 2, "delivered": 2, "stripe_unknown": 1}


def test_what_waited_for_stripe_longer_than_it_makes_sense_is_a_letter(stripe: StripeSandbox, fills: Filling) -> None:
    stripe.standing_fault = "down"
    sending = Sending(fills)
    sending.courier.start()
    try:
        sending.take_in(queued(1, "u-1", relevant=2.0))
        until(lambda: told(fills.folder).get("dead") == 1)
    finally:
        sending.courier.stop()
    assert sending.taken == {}
    with open_route_file(fills.folder) as connection:
        assert [(one.event, one.reason) for one in letter_groups(connection)] == [(EVENT, "too_late")]


def test_an_event_names_its_person_to_stripe_as_the_manifest_says_and_a_browser_only_by_the_apps_id() -> None:
    contract = ManifestContract(parse_manifest(MANIFEST).manifest, "id")
    routed = contract.routed(EVENT)
    assert routed is not None
    given = {"$user_id": "u-1", "mail": "Ada@People.example", "stripe_customer_id": "cus_1", "other": 1, "team_size": 3}
    kept = routed.kept(given)
    assert "stripe_customer_id" in kept
    event = ready("u-1")[0]._replace(event=EVENT, body=json.dumps(kept))
    found = contract.operation(event)
    emails = ("Ada@People.example", "ada@people.example")
    assert found.asked == AskedPerson("cus_1", "u-1", emails)
    assert ([one.attribute for one in found.stripe], found.event["attributes"]) == (["tier"], {"seats": 3})
    assert contract.operation(event._replace(source=BROWSER)).asked == AskedPerson(user_id="u-1")
    for odd in ("cus_1/../../x", 5, None, "sub_1"):
        odd_body = json.dumps({**kept, "stripe_customer_id": odd})
        assert contract.operation(event._replace(body=odd_body)).asked.customer is None
    assert contract.asks_stripe(EVENT)


def test_stripe_is_not_asked_for_what_is_late_already(stripe: StripeSandbox, fills: Filling) -> None:
    sending = Sending(fills)
    sending.courier.start()
    try:
        sending.take_in(queued(1, "u-1", relevant=0.0, ago=5.0))
        until(lambda: told(fills.folder).get("dead") == 1)
    finally:
        sending.courier.stop()
    time.sleep(0.1)
    assert stripe.asked == []
