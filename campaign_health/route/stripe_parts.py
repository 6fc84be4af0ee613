"""What one workspace has of Stripe, by its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from campaign_health.route.doors.stripe_door import StripeDoor
from campaign_health.route.stripe.enriching import Enricher
from campaign_health.route.stripe.fact_cache import FactCache
from campaign_health.route.stripe.stripe_client import StripeClient
from campaign_health.settings import RouteSettings
from storage.outbox.group_commit import GroupCommit


@dataclass(frozen=True)
class StripeParts:
    """What fills in Stripe's facts, and the door for its notices (None: there is no secret for them)."""

    enricher: Enricher
    door: StripeDoor | None


def stripe_parts(
    workspace: str,
    settings: RouteSettings,
    outbox: GroupCommit,
    hash_of: Callable[[str, str], bytes],
    told: Callable[[str], None],
) -> StripeParts:
    """Those of a workspace. Raises UnusableSetting where Stripe's address cannot be used."""
    key, secret = settings.stripe_key, settings.stripe_secret
    client = None if key is None else StripeClient(key.get_secret_value(), settings.stripe_url)
    cache = FactCache(workspace, outbox, hash_of)
    door = None if secret is None else StripeDoor(secret.get_secret_value(), settings.person, cache)
    return StripeParts(Enricher(cache, client, told), door)
