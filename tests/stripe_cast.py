"""Events that need Stripe, what fills them in over real HTTP and a real file, and notices as Stripe signs them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from campaign_health.route.doors.stripe_notice import notice_signature
from campaign_health.route.event_key import event_key
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.mapping.mapped_event import StripeNeeded
from campaign_health.route.stripe_parts import StripeParts, stripe_parts
from campaign_health.sandbox.stripe.stripe_objects import SandboxCustomer, SandboxSubscription
from campaign_health.sandbox.stripe.stripe_service import KEY, SECRET, StripeSandbox
from campaign_health.settings import RouteSettings
from storage.outbox.events.event_tally import numbers
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import PersonHash, open_route_file

EVENT = "limit_hit"
TIER = StripeNeeded("tier", ("tier",), "unknown", required=False)


@dataclass(frozen=True)
class Filling:
    """What fills in, and the lines that it told."""

    parts: StripeParts
    told: list[str]
    folder: Path

    def tier(self, person: str, needs: StripeNeeded = TIER, **asked: Any) -> Any:
        """What a person's tier is said to be; None where their event waits."""
        filled, _ = self.parts.enricher.fill([ready(person, needs, **asked)])
        return filled[0][1].event["attributes"]["tier"] if filled else None

    def counted(self, what: str) -> int:
        """The event's number of that name, once all is written."""
        self.parts.enricher.cache.outbox.submit(lambda connection: None).result()
        with open_route_file(self.folder) as connection:
            return numbers(connection).get(("default", EVENT), {}).get(what, 0)


@contextmanager
def filling(
    folder: Path, stripe: StripeSandbox, key: str | None = KEY, clock: Callable[[], float] = time.time
) -> Iterator[Filling]:
    """One workspace's, with its own file in the folder."""
    outbox = GroupCommit(folder)
    outbox.start()
    settings = RouteSettings(
        site_id=None, track_api_key=None, track_url="http://127.0.0.1", signing_key=None, person="id",
        stripe_key=None if key is None else SecretStr(key), stripe_url=stripe.url, stripe_secret=SecretStr(SECRET),
    )  # fmt: skip
    told: list[str] = []
    parts = stripe_parts("default", settings, outbox, PersonHash(folder), told.append)
    parts.enricher.cache.clock = clock
    try:
        yield Filling(parts, told, folder)
    finally:
        parts.enricher.close()
        outbox.close()


def ready(person: str, *needs: StripeNeeded, at: float | None = None, **asked: Any) -> tuple[Waiting, Prepared]:
    """A person's event at its turn; asked by their id unless said otherwise."""
    now = time.time() if at is None else at
    key = event_key("default", EVENT, {}, person, int(now))
    event = Waiting(1, "fresh", "default", EVENT, key, person, now, now, now + 3600.0, "{}")
    return event, Prepared({"attributes": {}}, stripe=needs, asked=AskedPerson(**asked or {"user_id": person}))


def customer(number: int, tier: str | None = "pro", **more: Any) -> SandboxCustomer:
    """Customer of person `u-number`; without a tier, without a subscription."""
    subscriptions = () if tier is None else (SandboxSubscription(f"sub_{number}", tier),)
    given = {"email": f"u-{number}@people.example", "metadata": {"user_id": f"u-{number}"}} | more
    return SandboxCustomer(f"cus_{number}", **{"subscriptions": subscriptions, **given})


def notice(number: int, told: dict[str, Any], kind: str = "customer.subscription.updated", **more: Any) -> bytes:
    """The body of a notice of that number about an object."""
    data = {"object": told, **more.pop("data", {})}
    event = {"id": f"evt_{number}", "object": "event", "type": kind, "created": int(time.time()), "data": data}
    return json.dumps(event | more).encode()


def tell(url: str, body: bytes, *, secret: str = SECRET, ago: float = 0.0, header: str | None = None) -> int:
    """Send a signed notice; the status of the answer."""
    stamp = str(int(time.time() - ago))
    signed = f"t={stamp},v1={notice_signature(secret, stamp, body)}" if header is None else header
    headers = {"Stripe-Signature": signed, "Content-Type": "application/json"}
    return requests.post(f"{url}/default/stripe", data=body, headers=headers, timeout=20).status_code
