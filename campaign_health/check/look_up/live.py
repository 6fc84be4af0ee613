"""What Customer.io, and Mixpanel, Amplitude or a database, say now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.check.git_tree import CouldNotCheck
from campaign_health.check.likely_rename import SIMILAR
from campaign_health.check.look_up.published_answers import event_properties
from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import Observed, ObservedEvent, ObservedProperty
from campaign_health.manifest.problems import Failure
from campaign_health.manifest.schema import Manifest
from campaign_health.names.likeness import name_likeness
from campaign_health.process.clock import local_day
from campaign_health.settings import (
    HttpSettings,
    WorkspaceSettings,
    load_settings,
)
from campaign_health.settings.clients import customerio_client, event_source
from campaign_health.words.event_service import is_database
from collectors.customerio import Fetched, fetch_campaign, fetch_campaigns, fetch_each, fetch_messages
from collectors.event_source import EventSource
from collectors.mixpanel import WITHHELD
from storage.errors import ExpectedFailure
from storage.records import CampaignRecord, CampaignRefused, EventCounts, MessageRecord

WINDOW_DAYS = 56
MOST_SUCCESSORS = 50  # events in no manifest whose counts are asked for, as likely new names


def observe_live(
    environment: Mapping[str, str], directory: Path, manifest: Manifest, workspace: str | None, now: datetime
) -> Observed:
    """Ask both services. What one refuses is a failure of that part; the other is still compared.

    Raises:
        CouldNotCheck: it is not clear which workspace is meant.
        SettingsError: the settings cannot be read.
    """
    settings = load_settings(environment, directory)
    chosen = _choose(settings.workspaces, workspace)
    with ThreadPoolExecutor(2) as both:
        customerio = both.submit(_part, lambda: _ask_customerio(chosen, settings.http, manifest))
        events = both.submit(_part, lambda: _ask_events(chosen, settings.http, manifest, now))
        return customerio.result().filled_from(events.result())


def _part(ask: Callable[[], Observed]) -> Observed:
    try:
        return ask()
    except ExpectedFailure as error:
        return Observed(failures=[Failure(error.message, error.cure)])


def _choose(workspaces: tuple[WorkspaceSettings, ...], wanted: str | None) -> WorkspaceSettings:
    names = ", ".join(workspace.name for workspace in workspaces)
    if wanted is None:
        if len(workspaces) == 1:
            return workspaces[0]
        raise CouldNotCheck("There are several workspaces.", f"Name one of these with --workspace: {names}.")
    found = next((workspace for workspace in workspaces if workspace.name == wanted), None)
    if found is None:
        raise CouldNotCheck(f"There is no workspace {wanted!r}.", f"Name one of these with --workspace: {names}.")
    return found


def _ask_customerio(chosen: WorkspaceSettings, http: HttpSettings, manifest: Manifest) -> Observed:
    settings = chosen.customerio
    if settings is None:
        raise CouldNotCheck("There is no key for Customer.io.", "Set CUSTOMERIO_APP_API_KEY.")
    client = customerio_client(settings, http)
    try:
        listed = fetch_campaigns(client)
        refused = list(listed.refused)
        failures = [Failure(f"Customer.io's list of campaigns: {said}", "Try again.") for said in listed.unreadable]
        campaigns = list(listed.campaigns)
        # A list may leave one out: only its own 404 says that there is no such campaign.
        named = {entry.id for entry in manifest.campaigns if entry.id is not None}
        unlisted = named.difference([one.campaign_id for one in campaigns], [one.campaign_id for one in refused])
        for found in fetch_each(sorted(unlisted), lambda campaign_id: fetch_campaign(client, campaign_id)):
            if isinstance(found, Fetched):
                campaigns.append(found.value)
                said = f"Customer.io's list leaves out the campaign {found.campaign_id}, which is there."
                failures.append(Failure(said, "Try again."))
            elif isinstance(found, CampaignRefused):
                refused.append(found)
        running = [record.campaign_id for record in campaigns if record.state == "running"]
        messages: dict[int, list[MessageRecord]] = {}
        for answer in fetch_each(running, lambda campaign_id: fetch_messages(client, campaign_id), what="messages"):
            if isinstance(answer, Fetched):
                messages[answer.campaign_id] = answer.value
            elif isinstance(answer, CampaignRefused):
                refused.append(answer)
    finally:
        client.close()
    return Observed(
        campaigns=[_campaign(record, messages.get(record.campaign_id, [])) for record in campaigns],
        parts=["Customer.io's campaigns"],
        failures=failures
        + [
            Failure(f"Campaign {answer.campaign_id} in Customer.io could not be read: {answer.reason}", "Try again.")
            for answer in refused
        ],
    )


def _campaign(record: CampaignRecord, messages: list[MessageRecord]) -> ObservedCampaign:
    sending = [message for message in messages if message.sending_state != "off"]
    return ObservedCampaign(
        campaign_id=record.campaign_id,
        name=record.name,
        state=record.state,
        event=record.event,
        required=frozenset().union(*(event_properties(list(message.required_variables)) for message in sending)),
        optional=frozenset().union(*(event_properties(list(message.optional_variables)) for message in sending)),
        problems=tuple(message.problem for message in sending if message.problem),
    )


def _ask_events(chosen: WorkspaceSettings, http: HttpSettings, manifest: Manifest, now: datetime) -> Observed:
    zone = chosen.time_zone
    source = event_source(chosen, http)
    if source is None:
        raise CouldNotCheck(
            "There is no key for Mixpanel or Amplitude, and no database.",
            "Set MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT and MIXPANEL_SERVICE_SECRET, or AMPLITUDE_API_KEY and "
            "AMPLITUDE_SECRET_KEY, or EVENTS_SQL_URL and EVENTS_SQL_QUERY.",
        )
    observed = Observed(event_service=source.service)
    try:
        zone = zone or _zone_of(source)
        today = local_day(now, zone)
        yesterday = today - timedelta(days=1)
        first = yesterday - timedelta(days=WINDOW_DAYS - 1)
        listed = source.event_names(first, yesterday, today)
        observed.remarks += listed.notes
        wanted = _worth_counting(manifest, listed.names)
        counts: list[EventCounts] = []
        last = yesterday
        for batch in source.event_counts(wanted, listed.first_day, yesterday, today):
            counts += batch.counts
            last = min(last, batch.last_day)
            observed.failures += [
                Failure(f"{source.service} could not count `{refused.event}`: {refused.reason}", "Try again.")
                for refused in batch.refused
            ]
        observed.events = {name: ObservedEvent(name, None, None, last) for name in listed.names}
        observed.events |= {count.event: _event(count, last) for count in counts}
        observed.parts.append(f"{source.service}'s events")
        seen = [name for name in manifest.events if name in observed.events]
        profiles = source.property_profiles(seen, yesterday, zone, now) if seen else []
        for profile in profiles:
            kinds: dict[str, dict[str, float]] = defaultdict(dict)
            for (name, kind), share in profile.shares.items():
                kinds[name][kind] = share
            observed.properties[profile.event] = {
                name: ObservedProperty(profile.day, shares) for name, shares in kinds.items()
            }
        if "mixpanel_properties" not in source.lacks:
            observed.parts.append(f"{source.service}'s properties")
        return observed
    finally:
        source.close()


def _zone_of(source: EventSource) -> ZoneInfo:
    try:
        served = source.ask_project().time_zone
    except WITHHELD:
        served = None
    if served is None:
        setting = "AMPLITUDE_TIMEZONE" if source.service == "Amplitude" else "CAMPAIGN_HEALTH_TIMEZONE"
        setting = "EVENTS_SQL_TIMEZONE" if is_database(source.service) else setting
        raise CouldNotCheck(f"{source.service} does not say its time zone.", f"Set {setting}.")
    try:
        return ZoneInfo(served)
    except (KeyError, ValueError, OSError) as error:
        cure = "Set CAMPAIGN_HEALTH_TIMEZONE to the project's zone, such as Europe/Berlin."
        raise CouldNotCheck(
            f"{source.service} names {served!r} as its time zone, which is not known here.", cure
        ) from error


def _worth_counting(manifest: Manifest, names: tuple[str, ...]) -> list[str]:
    """The manifest's events, and those in no manifest whose names are like one of them."""
    # Also those that the list does not name: it may have left them out.
    known = list(manifest.events)
    others = [name for name in names if name not in manifest.events]
    alike = {name: max((name_likeness(name, event) for event in manifest.events), default=0.0) for name in others}
    nearest = sorted(others, key=lambda name: (-alike[name], name))[:MOST_SUCCESSORS]
    return known + [name for name in nearest if alike[name] >= SIMILAR]


def _event(count: EventCounts, last: date) -> ObservedEvent:
    days = sorted(day for day, number in count.counts.items() if number > 0 and day <= last)
    if not days:
        return ObservedEvent(count.event, None, None, last)
    begin = max(days[0], days[-1] - timedelta(days=27))
    total = sum(number for day, number in count.counts.items() if begin <= day <= days[-1])
    return ObservedEvent(count.event, days[0], days[-1], last, total / ((days[-1] - begin).days + 1))
