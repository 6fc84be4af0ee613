"""How soon an event reaches Customer.io where Stripe has to be asked for its person, and how often it goes without.

`python -m tests.benchmarks.route_enriched [SECONDS]` lets events come in whose people Stripe was never asked for, with
stand-ins that take 250 ms (Stripe) and 50 ms (Customer.io): fewer than Stripe's limit, more than it, with nobody new,
and while Stripe hangs. All on this machine's own cores.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
from dataclasses import replace
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from campaign_health.route.event_key import event_key, ulid_of
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.track_post import poster
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.mapping.mapped_event import StripeNeeded
from campaign_health.route.stripe_parts import stripe_parts
from campaign_health.sandbox.stripe.stripe_objects import SandboxCustomer, SandboxSubscription
from campaign_health.sandbox.stripe.stripe_service import KEY, running_stripe
from campaign_health.settings import RouteSettings
from storage.outbox.events.event_queue import receive
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import PersonHash, open_route_file
from tests.benchmarks.route_lanes import EVENT, destination

STRIPE_SECONDS = 0.25
PROMISED_MS = 800
TIER = (StripeNeeded("tier", ("tier",), "unknown", required=False),)


def measure(seconds: float, a_second: float, people: int, stripe_seconds: float = STRIPE_SECONDS) -> tuple[Any, ...]:
    """Milliseconds from received to accepted (half, 99 %), of how many events, and how many went without Stripe."""
    with tempfile.TemporaryDirectory() as directory:
        ports: Queue[Any] = multiprocessing.Queue()
        processes = [
            multiprocessing.Process(target=destination, args=(ports,), daemon=True),
            multiprocessing.Process(target=_stripe, args=(ports, people, stripe_seconds), daemon=True),
        ]
        found = []
        for one in processes:
            one.start()
            found.append(ports.get(timeout=60))
        address = f"http://127.0.0.1:{found[0]}"
        settings = RouteSettings(
            site_id="site", track_api_key=SecretStr("key"), track_url=address, signing_key=None, person="id",
            stripe_key=SecretStr(KEY), stripe_url=found[1],
        )  # fmt: skip
        received, without = _carry(Path(directory), settings, seconds, a_second, people)
        arrived = {int(number): at for number, at in requests.get(address, timeout=60).json().items()}
        for one in processes:
            one.terminate()
    waits = sorted(arrived.get(number, float("inf")) - at for number, at in received.items())
    return *(1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99)), len(waits), without


def _carry(
    folder: Path, settings: RouteSettings, seconds: float, a_second: float, people: int
) -> tuple[dict[int, float], int]:
    outbox = GroupCommit(folder)
    outbox.start()
    stripe = stripe_parts("default", settings, outbox, PersonHash(folder), print)
    post, close = poster(settings)
    courier = Courier("default", folder, outbox, _operation, post, enrich=stripe.enricher.fill)
    courier.start()
    received: dict[int, float] = {}
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        number, now = len(received), time.time()
        person = f"u-{number % people}"
        key = event_key("default", EVENT, {"$insert_id": str(number)}, person, int(now))
        body = json.dumps({"number": number})
        event = QueuedEvent("default", EVENT, key, person, now, now, now + 3600.0, "backend", body, 0)
        outbox.submit(lambda connection, one=event: receive(connection, one)).result()
        received[number] = time.monotonic()
        courier.wake()
        time.sleep(max(0.0, begun + len(received) / a_second - time.monotonic()))
    time.sleep(3.0)
    courier.stop()
    stripe.enricher.close()
    outbox.close()
    close()
    with open_route_file(folder) as connection:
        return received, numbers(connection)[("default", EVENT)].get("stripe_unknown", 0)


def _operation(event: Waiting) -> Prepared:
    seconds = int(event.event_time)
    operation = {
        "type": "person", "identifiers": {"id": event.person}, "action": "event", "name": event.event,
        "id": ulid_of(event.key, seconds), "timestamp": seconds, "attributes": json.loads(event.body),
    }  # fmt: skip
    return replace(Prepared(operation), stripe=TIER, asked=AskedPerson(user_id=event.person))


def _stripe(ready: Queue[Any], people: int, seconds: float) -> None:
    with running_stripe() as stripe:
        stripe.seconds = seconds
        stripe.add(
            *(
                SandboxCustomer(
                    f"cus_{number}",
                    metadata={"user_id": f"u-{number}"},
                    subscriptions=(SandboxSubscription(f"sub_{number}"),),
                )
                for number in range(people)
            )
        )
        ready.put(stripe.url)
        time.sleep(3600)


def main() -> None:
    """Prints each case; exits with 1 where the promise to cold people is not kept."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    cases = {
        "cold, 10 a second": (10.0, 5_000, STRIPE_SECONDS),
        "cold, 100 a second": (100.0, 5_000, STRIPE_SECONDS),
        "50 people, 100 a second": (100.0, 50, STRIPE_SECONDS),
        "Stripe takes 10 s, 50 a second": (50.0, 5_000, 10.0),
    }
    is_kept = True
    for name, (a_second, people, stripe_seconds) in cases.items():
        middle, late, events, without = measure(seconds, a_second, people, stripe_seconds)
        is_kept = is_kept and late <= PROMISED_MS
        print(
            f"{name}: received to accepted p50 {middle:,.0f} ms, p99 {late:,.0f} ms (50 of it Customer.io's) of "
            f"{events:,}; {without:,} went without Stripe's answer",
            flush=True,
        )
    sys.exit(0 if is_kept else 1)


if __name__ == "__main__":
    main()
