"""What every collector fetches from a sandbox with faults, and how long it waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.sandbox.server import Sandbox
from collectors.customerio import fetch_campaign_metrics, fetch_campaigns, fetch_journey_metrics, fetch_messages
from collectors.mixpanel import fetch_event_counts, fetch_event_names
from tests.collectors_cast import sandbox_customerio, sandbox_mixpanel
from tests.sandbox_cast import FIRST

ZONE = ZoneInfo("America/New_York")
LAST = FIRST + timedelta(days=34)
PATIENCE = 20.0


def patience_with(kind: str) -> float:
    """Seconds without a byte before the collector gives up: few where that is what is tested."""
    return 0.2 if kind in ("hang", "stall") else PATIENCE


def names(sandbox: Sandbox, patience: float) -> Any:
    """The names of the world's events."""
    client = sandbox_mixpanel(sandbox, patience)
    return fetch_event_names(client, FIRST, LAST, sandbox.now.date()).names


def counts(sandbox: Sandbox, patience: float) -> Any:
    """The daily counts of two events."""
    client = sandbox_mixpanel(sandbox, patience)
    wanted = ["invite_sent", "rare"]
    return [
        one for batch in fetch_event_counts(client, wanted, FIRST, LAST, sandbox.now.date()) for one in batch.counts
    ]


def metrics(sandbox: Sandbox, patience: float) -> Any:
    """Campaign 17's metrics."""
    return fetch_campaign_metrics(sandbox_customerio(sandbox, patience), 17, FIRST, LAST, ZONE, sandbox.now)


def journeys(sandbox: Sandbox, patience: float) -> Any:
    """Campaign 17's journeys."""
    return fetch_journey_metrics(sandbox_customerio(sandbox, patience), 17, FIRST, LAST, ZONE, sandbox.now)


def campaigns(sandbox: Sandbox, patience: float) -> Any:
    """All campaigns."""
    return fetch_campaigns(sandbox_customerio(sandbox, patience))


def messages(sandbox: Sandbox, patience: float) -> Any:
    """Campaign 17's messages."""
    return fetch_messages(sandbox_customerio(sandbox, patience), 17)


FETCHERS: dict[str, Callable[[Sandbox, float], Any]] = {
    "mixpanel.query.names": names,
    "mixpanel.query.events": counts,
    "customerio.metrics": metrics,
    "customerio.journey_metrics": journeys,
    "customerio.campaigns": campaigns,
    "customerio.actions": messages,
}
