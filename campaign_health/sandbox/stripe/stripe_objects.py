"""Customers and subscriptions as Stripe writes them (API reference, "Customers" and "Subscriptions")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign_health.sandbox.world.people import address_of, is_made_up

Status = str


@dataclass(frozen=True)
class SandboxSubscription:
    """One subscription: `tier` is its price's lookup key, `quantity` its seats; instants are Unix seconds."""

    id: str
    tier: str = "pro"
    quantity: int | None = 1
    status: Status = "active"
    created: int = 1_700_000_000
    trial_start: int | None = None

    def body(self, customer: str) -> dict[str, Any]:
        """As Stripe writes it."""
        item: dict[str, Any] = {
            "id": f"si_{self.id}", "object": "subscription_item",
            "price": {"id": f"price_{self.tier}", "object": "price", "lookup_key": self.tier, "nickname": None,
                      "product": f"prod_{self.tier}"},
        }  # fmt: skip
        if self.quantity is not None:
            item["quantity"] = self.quantity
        return {
            "id": self.id, "object": "subscription", "customer": customer, "status": self.status,
            "created": self.created, "trial_start": self.trial_start, "items": listed([item], "/v1/subscription_items"),
        }  # fmt: skip


@dataclass
class SandboxCustomer:
    """One customer; `searchable_from` is when the search finds what they are now (Unix seconds)."""

    id: str
    email: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    subscriptions: tuple[SandboxSubscription, ...] = ()
    created: int = 1_700_000_000
    searchable_from: float = 0.0
    is_deleted: bool = False

    def body(self, *, with_subscriptions: bool) -> dict[str, Any]:
        """As Stripe writes it; its subscriptions, of which ended ones are left out, only where that is asked for."""
        if self.is_deleted:
            return {"id": self.id, "object": "customer", "deleted": True}
        found = {
            "id": self.id, "object": "customer", "created": self.created, "email": self.email,
            "metadata": dict(self.metadata), "livemode": False,
        }  # fmt: skip
        if not with_subscriptions:
            return found
        going = [one.body(self.id) for one in self.subscriptions if one.status != "canceled"]
        return found | {"subscriptions": listed(going, f"/v1/customers/{self.id}/subscriptions")}


def made_up_customer(person: str, now: int) -> SandboxCustomer | None:
    """The customer who one of the world's people is: of four, one pays, one tries, one is free and one is none."""
    number = int(person[2:]) if is_made_up(person) else 0
    if number % 4 == 0:
        return None
    trial = SandboxSubscription(f"sub_{number}", "team", 5, "trialing", trial_start=now - number % 14 * 86_400)
    going = {1: (), 2: (SandboxSubscription(f"sub_{number}"),), 3: (trial,)}[number % 4]
    return SandboxCustomer(f"cus_{number}", address_of(person), {"user_id": person}, going)


def listed(data: list[dict[str, Any]], url: str, kind: str = "list") -> dict[str, Any]:
    """A page of several, which is the only one."""
    return {"object": kind, "data": data, "has_more": False, "url": url}
