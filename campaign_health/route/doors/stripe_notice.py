"""What Stripe tells by itself of a change: whether it is from Stripe, and what it says of whom. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from campaign_health.route.doors.received_event import DEEPEST, is_deeper
from campaign_health.route.person import PersonBy, person_of
from campaign_health.route.stripe.fact_cache import Notice
from campaign_health.route.stripe.subscription_facts import read_subscription, text_of

MOST_SECONDS = 300
"""A notice whose time is further from ours is somebody's copy of an old one, or a clock is wrong."""
MOST_SIGNATURES = 20


class NoNotice(Exception):
    """It is from Stripe, and nothing that can be used; says why, without what was in it."""


def notice_signature(secret: str, timestamp: str, body: bytes) -> str:
    """Stripe's signature (webhooks, "Verify webhook signatures manually"): HMAC-SHA-256 of `time.body`."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_from_stripe(secret: str, header: str | None, body: bytes, now: float) -> bool:
    """Whether one of its signatures was made with the secret within five minutes of `now` (Unix seconds).

    While a secret is changed, a notice has a signature by each; they are compared in constant time.
    """
    parts = [one.strip().partition("=") for one in (header or "").split(",")[: MOST_SIGNATURES + 1]]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdecimal() or len(times[0]) > 12:
        return False
    wanted = notice_signature(secret, times[0], body).encode()
    given = [value.encode("utf-8", "replace") for name, _, value in parts if name == "v1"]
    same = [hmac.compare_digest(wanted, one) for one in given]
    return any(same) and abs(now - int(times[0])) <= MOST_SECONDS


def read_notice(body: bytes, by: PersonBy) -> Notice | None:
    """What a notice says; None where it is of something else.

    Raises:
        NoNotice: it is not as Stripe describes it.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NoNotice("no JSON") from None
    if not isinstance(event, Mapping) or is_deeper(event, DEEPEST):
        raise NoNotice("no object, or nested too deep")
    kind, data = event.get("type"), event.get("data")
    if not isinstance(kind, str) or not kind.startswith("customer."):
        return None
    data = data if isinstance(data, Mapping) else {}
    told = data.get("object")
    event_id, at = text_of(event.get("id")), event.get("created")
    if event_id is None or isinstance(at, bool) or not isinstance(at, int | float) or not isinstance(told, Mapping):
        raise NoNotice("no usable id, time or object")
    if kind.startswith("customer.subscription."):
        return _of_subscription(event_id, told, float(at))
    before = data.get("previous_attributes")
    before = before if isinstance(before, Mapping) else {}
    if kind not in ("customer.created", "customer.deleted", "customer.updated"):
        return None
    if kind == "customer.updated" and not {"email", "metadata"} & before.keys():
        return None
    customer = text_of(told.get("id"))
    if customer is None:
        raise NoNotice("no usable customer")
    known = [_known_as(one, by) for one in (told, before)]
    return Notice(event_id, customer, None, frozenset(one for one in known if one is not None))


def _of_subscription(event_id: str, told: Mapping[str, Any], at: float) -> Notice:
    customer = told.get("customer")
    customer = text_of(customer.get("id") if isinstance(customer, Mapping) else customer)
    subscription = read_subscription(told, at)
    if customer is None or subscription is None:
        raise NoNotice("no usable customer or subscription")
    return Notice(event_id, customer, subscription)


def _known_as(customer: Mapping[str, Any], by: PersonBy) -> str | None:
    metadata = customer.get("metadata")
    user_id = metadata.get("user_id") if isinstance(metadata, Mapping) else None
    return person_of({"$user_id": user_id, "email": customer.get("email")}, by)
