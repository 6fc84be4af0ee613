"""What Stripe's answers say of a person: which customer they are, which subscription counts, and its facts. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.routed import StripeField

FREE = "free"
LONGEST_TEXT = 200
DAY_SECONDS = 86_400.0
UNSURE_SECONDS = 60.0
"""Clocks differ, and Stripe's instants are whole seconds: what is told of so shortly before may be the newer."""
_RUNNING = frozenset(("active", "trialing", "past_due"))
_STOPPED = frozenset(("unpaid", "paused"))


@dataclass(frozen=True)
class Subscription:
    """One subscription as it was at `told`; all instants are Unix seconds, `quantity` is the number of seats."""

    id: str
    status: str
    tier: str | None
    quantity: int | None
    trial_start: float | None
    created: float
    told: float

    @property
    def is_running(self) -> bool:
        """Whether its customer has what they subscribed to."""
        return self.status in _RUNNING


Subscriptions = tuple[Subscription, ...]


def current(subscriptions: Iterable[Subscription]) -> Subscription | None:
    """The newest that runs, else the newest that is stopped for now; None where there is none but ended ones.

    One whose first payment never came (`incomplete`) was never begun.
    """
    standing = [one for one in subscriptions if one.is_running or one.status in _STOPPED]
    return max(standing, key=lambda one: (one.is_running, one.created, one.id), default=None)


def fact(subscriptions: Iterable[Subscription], field: StripeField, event_time: float) -> str | int | None:
    """A fact of a customer at an instant (Unix seconds); None where Stripe has nothing for it.

    Tier and status of a customer without a subscription are `free`.
    """
    one = current(subscriptions)
    if field in ("tier", "status"):
        return FREE if one is None else one.tier if field == "tier" else one.status
    if one is None:
        return None
    if field == "trial_day":
        begun = one.trial_start
        return None if begun is None or event_time < begun else math.floor((event_time - begun) / DAY_SECONDS)
    return one.quantity


def read_subscription(value: Any, told: float) -> Subscription | None:
    """A subscription as Stripe writes it, and as it was at `told`; None where it is none."""
    if not isinstance(value, Mapping):
        return None
    name, status, created = text_of(value.get("id")), text_of(value.get("status")), _number(value.get("created"))
    if name is None or status is None or created is None:
        return None
    items = _entries(value.get("items"))
    # What is paid by use has no quantity, and stands beside what is paid by seat.
    item = next((one for one in items if _number(one.get("quantity")) is not None), items[0] if items else {})
    quantity = _number(item.get("quantity"))
    return Subscription(
        name,
        status,
        _tier(item.get("price")),
        None if quantity is None else int(quantity),
        _number(value.get("trial_start")),
        created,
        told,
    )


def subscriptions_of(customer: Mapping[str, Any], told: float) -> Subscriptions | None:
    """The subscriptions of a customer, which Stripe was asked to write out; None where it did not."""
    written = customer.get("subscriptions")
    if not isinstance(written, Mapping) or not isinstance(written.get("data"), list):
        return None
    found = [read_subscription(one, told) for one in written["data"]]
    return None if None in found else tuple(one for one in found if one is not None)


def chosen_customer(customers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of several customers with one address: the newest with a running subscription, else the newest; none deleted."""
    there = [one for one in customers if one.get("deleted") is not True and text_of(one.get("id")) is not None]

    def order(one: Mapping[str, Any]) -> tuple[bool, float, str]:
        is_running = any(found.is_running for found in subscriptions_of(one, 0.0) or ())
        return is_running, _number(one.get("created")) or 0.0, str(one["id"])

    return max(there, key=order, default=None)


def after_notice(known: Subscriptions, news: Subscription) -> Subscriptions | None:
    """A customer's subscriptions after one was told of, in whatever order that comes.

    None where nobody can say which of two is the newer: Stripe has to be asked.
    """
    old = next((one for one in known if one.id == news.id), None)
    if old is not None and news.told <= old.told:
        if news.told < old.told - UNSURE_SECONDS or _is_same(news, old):
            return known
        return None
    return (*(one for one in known if one.id != news.id), news)


def merged(kept: Subscriptions, answer: Subscriptions, asked_at: float) -> Subscriptions:
    """An answer to a question asked at an instant, with what was told of later than that."""
    later = {one.id: one for one in kept if one.told > asked_at}
    return (*(one for one in answer if one.id not in later), *later.values())


def text_of(value: Any) -> str | None:
    """A text that can be sent on; None where it is none, or longer than Stripe has any."""
    return value if isinstance(value, str) and value.isprintable() and 0 < len(value) <= LONGEST_TEXT else None


def _is_same(news: Subscription, old: Subscription) -> bool:
    return (news.status, news.tier, news.quantity, news.trial_start) == (
        old.status, old.tier, old.quantity, old.trial_start,
    )  # fmt: skip


def _tier(price: Any) -> str | None:
    """The name that its maker gave the price for programs, else for people, else the product."""
    if not isinstance(price, Mapping):
        return None
    product = price.get("product")
    names = [product.get("name"), product.get("id")] if isinstance(product, Mapping) else [product]
    found = (text_of(one) for one in (price.get("lookup_key"), price.get("nickname"), *names))
    return next((one for one in found if one is not None), None)


def _entries(written: Any) -> list[Mapping[str, Any]]:
    data = written.get("data") if isinstance(written, Mapping) else None
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    return float(value) if usable else None
