"""Asks Amplitude what its keys may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.process.clock import local_day
from campaign_health.settings import AmplitudeSettings, HttpSettings
from campaign_health.settings.clients import amplitude_client
from collectors.amplitude import (
    AmplitudeClient,
    export_is_allowed,
    fetch_listed_events,
    fetch_segmented_counts,
    newest_ready_hour,
)
from collectors.errors import AuthenticationFailed, CollectorError, Forbidden
from collectors.regions import AMPLITUDE_BASES
from storage.file.zones import same_days
from storage.records import DefinitionRecord


def examine_amplitude(
    settings: AmplitudeSettings,
    http: HttpSettings,
    session: requests.Session,
    now: datetime,
    zone: ZoneInfo | None,
    bases: Mapping[str, str] = AMPLITUDE_BASES,
) -> Iterator[Finding]:
    """Findings on keys, region, time zone, counts and export.

    Args:
        zone: the zone that is set for the workspace, None where the project's is to be used.
        bases: the regions' addresses, tried in turn where the keys are refused.
    """
    subject = "Amplitude key"
    client = _client(settings, http, session)
    try:
        listed = fetch_listed_events(client)
    except (AuthenticationFailed, Forbidden) as failure:
        yield wrong(subject, failure.message, _other_region(settings, http, session, bases) or failure.cure)
        return
    except CollectorError as failure:
        yield wrong(subject, failure.message, failure.cure)
        return
    yield fine(subject, f"It works; {len(listed):,} events are listed.")
    yield _zone(settings, zone)
    day_zone = zone or ZoneInfo(settings.time_zone or "UTC")
    yield _counts(client, listed, now, day_zone)
    yield _export(client, now)


def _client(settings: AmplitudeSettings, http: HttpSettings, session: requests.Session) -> AmplitudeClient:
    return amplitude_client(settings, http, session, sleep=lambda _: None)


def _other_region(
    settings: AmplitudeSettings, http: HttpSettings, session: requests.Session, bases: Mapping[str, str]
) -> str | None:
    """The cure, if the keys are good in another region. An address set by hand is nobody's region."""
    if settings.url not in bases.values():
        return None
    for region, base in bases.items():
        if base != settings.url:
            elsewhere = settings.model_copy(update={"region": region, "url": base})
            with suppress(CollectorError):
                fetch_listed_events(_client(elsewhere, http, session))
                return f"The keys work in the region {region}: set AMPLITUDE_REGION={region}."
    return None


def _zone(settings: AmplitudeSettings, zone: ZoneInfo | None) -> Finding:
    subject, compare = "Time zone", "Compare with the project's settings: no API of Amplitude tells its zone."
    if settings.time_zone is None and zone is None:
        return wrong(
            subject,
            "It is not set, and no API of Amplitude tells it.",
            "Set AMPLITUDE_TIMEZONE to the project's zone (Amplitude's Settings, Projects), such as Europe/Berlin.",
        )
    if settings.time_zone is None or zone is None:
        return note(subject, f"{settings.time_zone or (zone and zone.key)} is set.", compare)
    if not same_days(settings.time_zone, zone.key):
        return wrong(
            subject,
            f"CAMPAIGN_HEALTH_TIMEZONE is {zone.key}, AMPLITUDE_TIMEZONE {settings.time_zone}.",
            "Make the two the same: event counts are of other days than sends otherwise.",
        )
    return note(subject, f"{zone.key} is set.", compare)


def _counts(client: AmplitudeClient, listed: tuple[DefinitionRecord, ...], now: datetime, zone: ZoneInfo) -> Finding:
    subject = "Amplitude queries"
    if not listed:
        return note(subject, "No event is listed.", "Check that this is the project you mean.")
    yesterday = local_day(now, zone) - timedelta(days=1)
    try:
        for _ in fetch_segmented_counts(client, [listed[0].event], yesterday, yesterday):
            pass
    except CollectorError as failure:
        return wrong(subject, failure.message, failure.cure)
    return fine(subject, "Allowed.")


def _export(client: AmplitudeClient, now: datetime) -> Finding:
    subject = "Amplitude export"
    try:
        export_is_allowed(client, newest_ready_hour(now))
    except CollectorError as failure:
        return wrong(subject, failure.message, failure.cure)
    return fine(subject, "Allowed.")
