"""Looks at Stripe's key, and asks Stripe for somebody who is not there: whether it may read what fills events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.stripe.stripe_client import StripeClient
from campaign_health.settings import RouteSettings
from collectors.errors import AuthenticationFailed, CollectorError, Forbidden, RequestRefused

SUBJECT = "Stripe key"
NOBODY = "nobody@campaign-health.invalid"
_RIGHTS = "a restricted key that may read Customers and Subscriptions"


def examine_stripe(route: RouteSettings, now: float) -> Iterator[Finding]:
    """Findings on the key, where there is one; `now` in Unix seconds."""
    if route.stripe_key is None:
        return
    key = route.stripe_key.get_secret_value()
    if key.startswith("sk_"):
        yield note(SUBJECT, "It may do everything.", f"Take {_RIGHTS}, and nothing else.")
    try:
        with closing(StripeClient(key, route.stripe_url)) as client:
            client.look_up(AskedPerson(emails=(NOBODY,)), now)
            yield _search(client, now)
    except CollectorError as failure:
        is_key = isinstance(failure, AuthenticationFailed | Forbidden)
        yield wrong(SUBJECT, failure.message, f"Make {_RIGHTS}." if is_key else failure.cure)


def _search(client: StripeClient, now: float) -> Finding:
    try:
        client.look_up(AskedPerson(user_id=NOBODY), now)
    except RequestRefused:
        cure = "Have events carry stripe_customer_id, or the address that Stripe knows."
        return note(SUBJECT, "It works, and this account cannot search by the app's ids.", cure)
    return fine(SUBJECT, "It works: customers can be asked for.")
