"""Looks at the keys of the route, and asks Customer.io's Track API whose they are; nothing is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.route.track_client import CURES, track_client
from campaign_health.settings import RouteSettings, WorkspaceSettings
from campaign_health.words.proof_words import length_text
from collectors.errors import CollectorError
from collectors.http.answers import Answer
from collectors.http.retrying import Retries
from collectors.http.service_clock import answered_at, service_is_ahead
from collectors.http.transport import Timeouts, Transport
from collectors.regions import CUSTOMERIO_TRACK

REGION_PATH = "/api/v1/accounts/region"
LEAST_TOKEN = 16
TOLERATED_SKEW = timedelta(seconds=30)
"""Customer.io's reports are refused after five minutes, and promises are of minutes."""
_PROBE = Transport(Timeouts(5.0, 10.0, 10.0), retries=Retries(most=0))


def examine_keys(of: WorkspaceSettings) -> Iterator[Finding]:
    """Findings on which keys are set and which are not."""
    subject, route = "Route keys", of.route
    if not route.tokens:
        yield note(
            subject,
            "No event can be handed in: there is no token.",
            "Set CAMPAIGN_HEALTH_ROUTE_TOKEN to a long text of your own making, and give it to your code.",
        )
    elif min(len(one.get_secret_value()) for one in route.tokens) < LEAST_TOKEN:
        yield wrong(
            subject,
            "CAMPAIGN_HEALTH_ROUTE_TOKEN can be guessed, it is so short; whoever has it can have people written to.",
            f"Make one of at least {LEAST_TOKEN} characters, such as by `openssl rand -hex 24`.",
        )
    if len(route.tokens) > 1:
        yield note(subject, "Two tokens open the doors.", "Take the old one out once nobody sends it any more.")
    if route.trusts_browsers:
        yield note(
            subject,
            "Browsers are trusted: whoever opens the site can have a message sent to any address.",
            "Hand events in from your own code, and take CAMPAIGN_HEALTH_ROUTE_TRUST_BROWSER away.",
        )
    if route.track_api_key is None:
        yield wrong(
            subject,
            "Nothing can be sent: there are no Track API keys.",
            "Set CUSTOMERIO_SITE_ID and CUSTOMERIO_TRACK_API_KEY.",
        )
    elif of.customerio is not None and of.customerio.app_api_key == route.track_api_key:
        yield wrong(
            subject,
            "CUSTOMERIO_TRACK_API_KEY is the App API key.",
            "Take the Track API key: Customer.io, account settings, API credentials, Track API keys.",
        )
    if of.manifest_path is None:
        yield wrong(subject, "There is no manifest, which says what is moved.", "`campaign-health init` writes one.")
    if route.signing_key is None:
        yield note(
            subject,
            "Customer.io's reports are not taken, so that nothing is known of what was sent.",
            "Set CUSTOMERIO_REPORTING_SIGNING_KEY, and have Customer.io report to /NAME/customerio/report.",
        )


def examine_track(
    of: WorkspaceSettings, clock_is_set: bool, bases: Mapping[str, str] = CUSTOMERIO_TRACK
) -> Iterator[Finding]:
    """Findings on the Track API's key, its region, and (unless it is set by hand) this machine's clock."""
    subject = "Track API key"
    if of.route.track_api_key is None:
        return
    begun = datetime.now(UTC)
    try:
        answer = _probe(of.route)
    except CollectorError as failure:
        yield wrong(subject, failure.message, failure.cure)
        return
    if answer.status == 401:
        yield wrong(subject, "Customer.io refuses it.", _other_region(of.route, bases) or CURES[401])
        return
    told = _told(answer)
    if told is None:
        cure = "Check CUSTOMERIO_TRACK_URL; if it is right, look again later."
        yield wrong(subject, f"Customer.io answered {answer.status}, and not as it should.", cure)
        return
    there = str(told.get("region"))
    if of.route.track_url in bases.values() and there in bases and bases[there] != of.route.track_url:
        yield wrong(subject, f"The account is in the region {there}.", f"Set CUSTOMERIO_REGION={there}.")
    else:
        number = told.get("environment_id")
        whose = f" It is the key of the workspace of number {number}." if isinstance(number, int) else ""
        yield fine(subject, f"It works.{whose}")
    served = answered_at(answer.headers)
    if served is not None and not clock_is_set:
        yield from _clock(service_is_ahead(served, begun, datetime.now(UTC)))


def _probe(route: RouteSettings) -> Answer:
    with closing(track_client(route, _PROBE)) as client:
        return client.get(REGION_PATH)


def _told(answer: Answer) -> Mapping[str, object] | None:
    try:
        told = json.loads(answer.text)
    except ValueError:
        return None
    return told if answer.status == 200 and isinstance(told, dict) else None


def _other_region(route: RouteSettings, bases: Mapping[str, str]) -> str | None:
    """The cure, where the key is good in another region. An address set by hand is nobody's region."""
    if route.track_url not in bases.values():
        return None
    for region, address in bases.items():
        if address != route.track_url:
            try:
                answer = _probe(route.model_copy(update={"track_url": address}))
            except CollectorError:
                continue
            if answer.status == 200:
                return f"The key works in the region {region}: set CUSTOMERIO_REGION={region}."
    return None


def _clock(ahead: timedelta) -> Iterator[Finding]:
    if abs(ahead) > TOLERATED_SKEW:
        direction = "behind" if ahead > timedelta(0) else "ahead of"
        yield wrong(
            "Route's clock",
            f"This machine's clock is {length_text(abs(ahead).total_seconds())} {direction} Customer.io's.",
            "Set it right, best by NTP: how old an event is depends on it, and whether a report is refused as too old.",
        )
