"""Asks Mixpanel what its keys may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.process.clock import local_day
from campaign_health.settings import HttpSettings, MixpanelSettings
from campaign_health.settings.clients import mixpanel_client
from collectors.errors import AuthenticationFailed, CollectorError, PlanForbids
from collectors.mixpanel import (
    MixpanelClient,
    fetch_definitions,
    fetch_event_names,
    fetch_property_profiles,
    fetch_time_zone,
)
from collectors.regions import MIXPANEL_BASES
from storage.file.zones import is_known, same_days

Bases = Mapping[str, tuple[str, str, str]]

# An event that nobody sends: its export is empty, and yet shows that exports are allowed.
NO_EVENT = "campaign-health doctor"


def examine_mixpanel(
    settings: MixpanelSettings,
    http: HttpSettings,
    session: requests.Session,
    now: datetime,
    zone: ZoneInfo | None,
    bases: Bases = MIXPANEL_BASES,
) -> Iterator[Finding]:
    """Findings on key, region, plan, export, time zone and Lexicon.

    Args:
        zone: the zone that is set, None where Mixpanel's own is to be used.
        bases: the regions' addresses, tried in turn where the key is refused.
    """
    client = _client(settings, http, session)
    try:
        served = fetch_time_zone(client)
    except AuthenticationFailed as failure:
        yield wrong("Mixpanel key", failure.message, _other_region(settings, http, session, bases) or failure.cure)
        return
    except CollectorError as failure:
        yield wrong("Mixpanel key", failure.message, failure.cure)
        return
    yield fine("Mixpanel key", "It works.")
    yield _zone(settings, zone, served)
    day_zone = zone or ZoneInfo(served or "UTC")
    yield _query(client, settings, now, day_zone)
    yield _export(client, now, day_zone)
    yield _lexicon(client)


def _client(settings: MixpanelSettings, http: HttpSettings, session: requests.Session) -> MixpanelClient:
    return mixpanel_client(settings, http, session, sleep=lambda _: None)


def _other_region(
    settings: MixpanelSettings, http: HttpSettings, session: requests.Session, bases: Bases
) -> str | None:
    """The cure, if the key is good in another region. An address set by hand is nobody's region."""
    own = (settings.query_url, settings.export_url, settings.app_url)
    if own not in bases.values():
        return None
    for region, (query, export, app) in bases.items():
        if (query, export, app) == own:
            continue
        elsewhere = settings.model_copy(
            update={"region": region, "query_url": query, "export_url": export, "app_url": app}
        )
        with suppress(CollectorError):
            fetch_time_zone(_client(elsewhere, http, session))
            return f"The key works in the region {region}: set MIXPANEL_REGION={region}."
    return None


def _zone(settings: MixpanelSettings, zone: ZoneInfo | None, served: str | None) -> Finding:
    subject = "Time zone"
    if served is None and zone is None:
        return wrong(
            subject,
            f"It is not set, and Mixpanel names none for project {settings.project_id}.",
            "Check MIXPANEL_PROJECT_ID, and set CAMPAIGN_HEALTH_TIMEZONE to the project's zone.",
        )
    if served is not None and not is_known(served):
        said = f"Mixpanel names the project's zone {served!r}, which is no IANA name"
        if zone is not None:
            return note(subject, f"{said}; {zone.key} is set.", "Compare with Project Settings.")
        return wrong(subject, f"{said}.", "Set CAMPAIGN_HEALTH_TIMEZONE to that zone, such as America/Los_Angeles.")
    if zone is None:
        return fine(subject, f"{served}, as Mixpanel says.")
    if served is None:
        return note(
            subject, f"{zone.key} is set; Mixpanel does not name the project's.", "Compare with Project Settings."
        )
    if not same_days(served, zone.key):
        return wrong(
            subject,
            f"CAMPAIGN_HEALTH_TIMEZONE is {zone.key}, Mixpanel's project counts its days in {served}.",
            "Make the two the same: event counts are of other days than sends otherwise.",
        )
    return fine(subject, f"{zone.key}, set here and in Mixpanel.")


def _query(client: MixpanelClient, settings: MixpanelSettings, now: datetime, zone: ZoneInfo) -> Finding:
    subject = "Mixpanel queries"
    today = local_day(now, zone)
    yesterday = today - timedelta(days=1)
    try:
        listed = fetch_event_names(client, yesterday, yesterday, today)
    except PlanForbids as failure:
        if settings.count_source == "query":
            return wrong(subject, failure.message, failure.cure)
        return note(subject, failure.message, "Events are counted from the raw export instead.")
    except CollectorError as failure:
        return wrong(subject, failure.message, failure.cure)
    if not listed.names:
        return note(subject, "Allowed; no event happened yesterday.", "Check that this is the project you mean.")
    return fine(subject, f"Allowed; {len(listed.names):,} events happened yesterday.")


def _export(client: MixpanelClient, now: datetime, zone: ZoneInfo) -> Finding:
    subject = "Mixpanel export"
    yesterday = local_day(now, zone) - timedelta(days=1)
    try:
        fetch_property_profiles(client, [NO_EVENT], yesterday, zone, now)
    except CollectorError as failure:
        return wrong(subject, failure.message, failure.cure)
    return fine(subject, "Allowed.")


def _lexicon(client: MixpanelClient) -> Finding:
    subject = "Mixpanel Lexicon"
    try:
        definitions = fetch_definitions(client)
    except CollectorError as failure:
        return note(subject, failure.message, failure.cure)
    if definitions.records is None:
        return note(subject, definitions.unreadable_because or "It may not be read.", "It is optional.")
    return fine(subject, f"Allowed; {sum(not one.property for one in definitions.records):,} events are described.")
