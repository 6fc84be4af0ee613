"""How Stripe is asked for the person of an event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.conditions import value_at
from campaign_health.route.mapping.mapped_event import person_in
from campaign_health.route.mapping.route_plan import RoutedEvent
from campaign_health.route.person import EMAILS

CUSTOMER = "stripe_customer_id"
"""The property that names Stripe's customer outright."""
_CUSTOMER_ID = re.compile(r"cus_\w{1,60}", re.ASCII)


@dataclass(frozen=True)
class AskedPerson:
    """What is known of a person that Stripe may know, too: its own id, the app's id, and the e-mail address.

    Stripe compares addresses letter by letter: as the event has it comes first, then in small letters.
    """

    customer: str | None = None
    user_id: str | None = None
    emails: tuple[str, ...] = ()


def asked_person(routed: RoutedEvent, properties: Mapping[str, Any], *, is_believed: bool = True) -> AskedPerson:
    """What of an event says who is meant; only the app's id, where whoever sent it is not believed."""
    user_id = person_in(routed, properties, "id")
    if not is_believed:
        return AskedPerson(user_id=user_id)
    customer = properties.get(CUSTOMER)
    email = person_in(routed, properties, "email")
    paths = [routed.person.email] if routed.person.email else EMAILS
    written = [*(str(value_at(path, properties) or "").strip() for path in paths), email or ""]
    return AskedPerson(
        customer if isinstance(customer, str) and _CUSTOMER_ID.fullmatch(customer) else None,
        user_id,
        tuple(dict.fromkeys(one for one in written if email is not None and one.lower() == email)),
    )
