"""Asks Customer.io what its key may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.process.clock import local_day
from campaign_health.settings import CustomerioSettings, HttpSettings
from campaign_health.settings.clients import customerio_client
from collectors.customerio import (
    CustomerioClient,
    fetch_campaign_metrics,
    fetch_campaigns,
    fetch_journey_metrics,
    fetch_messages,
)
from collectors.errors import AuthenticationFailed, CollectorError
from collectors.regions import CUSTOMERIO_BASES


def examine_customerio(
    settings: CustomerioSettings,
    http: HttpSettings,
    session: requests.Session,
    now: datetime,
    zone: ZoneInfo | None,
    bases: Mapping[str, str] = CUSTOMERIO_BASES,
) -> Iterator[Finding]:
    """Findings on key, region, and the right to read campaigns, their messages and their numbers."""
    client = _client(settings, http, session)
    try:
        listing = fetch_campaigns(client)
    except AuthenticationFailed as failure:
        yield wrong("Customer.io key", failure.message, _other_region(settings, http, session, bases) or failure.cure)
        return
    except CollectorError as failure:
        yield wrong("Customer.io key", failure.message, failure.cure)
        return
    running = [campaign.campaign_id for campaign in listing.campaigns if campaign.first_started is not None]
    if not listing.campaigns:
        yield note("Customer.io key", "It works; the workspace has no campaign.", "Check that it is the one you mean.")
        return
    yield fine("Customer.io key", f"It works; {len(listing.campaigns):,} campaigns, {len(running):,} of them ever ran.")
    for refused in listing.refused:
        yield wrong("Customer.io campaign", f"{refused.campaign_id}: {refused.reason}", "Please report its shape.")
    if running:
        yield _numbers(client, running[0], now, zone or ZoneInfo("UTC"))


def _client(settings: CustomerioSettings, http: HttpSettings, session: requests.Session) -> CustomerioClient:
    return customerio_client(settings, http, session, sleep=lambda _: None)


def _other_region(
    settings: CustomerioSettings, http: HttpSettings, session: requests.Session, bases: Mapping[str, str]
) -> str | None:
    """The cure, if the key is good in another region. An address set by hand is nobody's region."""
    if settings.app_url not in bases.values():
        return None
    for region, address in bases.items():
        if address != settings.app_url:
            elsewhere = settings.model_copy(update={"region": region, "app_url": address})
            with suppress(CollectorError):
                fetch_campaigns(_client(elsewhere, http, session))
                return f"The key works in the region {region}: set CUSTOMERIO_REGION={region}."
    return None


def _numbers(client: CustomerioClient, campaign_id: int, now: datetime, zone: ZoneInfo) -> Finding:
    subject = "Customer.io numbers"
    yesterday = local_day(now, zone) - timedelta(days=1)
    try:
        fetch_messages(client, campaign_id)
        fetch_campaign_metrics(client, campaign_id, yesterday, yesterday, zone, now)
        fetch_journey_metrics(client, campaign_id, yesterday, yesterday, zone, now)
    except CollectorError as failure:
        return wrong(subject, failure.message, failure.cure)
    return fine(subject, f"Messages, sends and journeys can be read (tried with campaign {campaign_id}).")
