"""What a published campaign_health.duckdb, or a snapshot of it, has of both services, without a network."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from campaign_health.check.git_tree import CouldNotCheck
from campaign_health.check.look_up.published_facts import NewestRun, PublishedFacts
from campaign_health.check.look_up.snapshot_file import is_snapshot, read_snapshot
from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import Observed, ObservedEvent, ObservedProperty
from campaign_health.manifest.problems import Failure
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import of_service
from collectors.customerio.liquid.template_variables import property_of
from storage.connection import Connection
from storage.errors import StorageError
from storage.file.database import open_published
from storage.file.translated_errors import clear_mismatch
from storage.read import check_input

STALE_DAYS = 3
STALE_SNAPSHOT_DAYS = 7
_SERVICES = {"customerio_campaigns": "Customer.io's campaigns", "mixpanel_events": "Mixpanel's events"}


def observe_published(file: Path, workspace: str | None, today: date) -> Observed:
    """Customer.io's campaigns and Mixpanel's events as they were last published, or exported to a snapshot.

    Raises:
        CouldNotCheck: the file cannot be read, or does not say which workspace is meant.
    """
    if not is_snapshot(file):
        return _observed(read_published(file, workspace), file, today)
    facts, exported = read_snapshot(file, workspace)
    observed = _observed(facts, file, today)
    age = (today - exported).days
    if age > STALE_SNAPSHOT_DAYS:
        observed.remarks.append(
            f"{file} was exported on {day_text(exported)}, {age} days ago: `campaign-health export` writes it anew."
        )
    return observed


def read_published(file: Path, workspace: str | None) -> PublishedFacts:
    """What a published database holds for `check`, before anything is made of it.

    Raises:
        CouldNotCheck: as `observe_published`.
    """
    try:
        with clear_mismatch(file), open_published(file) as connection:
            name = published_workspace(connection, file, workspace)
            runs = {source: check_input.newest_run(connection, name, source) for source in _SERVICES}
            return PublishedFacts(
                workspace=name,
                campaigns=_campaigns(connection, name),
                events=_events(connection, name),
                properties=_properties(connection, name),
                event_service=check_input.event_service(connection, name),
                runs={source: NewestRun(run[0], run[1], run[2].date()) for source, run in runs.items() if run},
            )
    except StorageError as error:
        raise CouldNotCheck(error.message, error.cure) from error


def _observed(facts: PublishedFacts, file: Path, today: date) -> Observed:
    observed = Observed(campaigns=facts.campaigns, events=facts.events, properties=facts.properties)
    observed.event_service = facts.event_service
    for source, there in (("customerio_campaigns", facts.campaigns), ("mixpanel_events", facts.events)):
        service, run = of_service(_SERVICES[source], facts.event_service), facts.runs.get(source)
        if run is None and not there:
            observed.failures.append(
                Failure(f"{file} does not hold {service}.", "Run `campaign-health collect` with both services' keys.")
            )
        elif run is not None and run.outcome == "failed":
            observed.failures.append(
                Failure(f"{file}: {service} could not be read on {day_text(run.day)}: {run.error}", "Collect again.")
            )
        elif run is not None and run.outcome == "partial":
            observed.remarks.append(f"{service} were read in part only: {run.error}")
        if there:
            observed.parts.append(f"{service} as published")
    observed.campaigns = observed.campaigns or None
    days = [event.last_collected for event in (observed.events or {}).values() if event.last_collected]
    if days and (today - max(days)).days > STALE_DAYS:
        observed.remarks.append(
            f"The newest day of {facts.event_service or 'Mixpanel'}'s events in {file} is {day_text(max(days))}."
        )
    observed.events = observed.events or None
    return observed


def published_workspace(connection: Connection, file: Path, wanted: str | None) -> str:
    """The workspace that is meant: the only one, or that of the name `wanted`. Raises CouldNotCheck without one."""
    names = check_input.workspaces_with_data(connection)
    if wanted is not None and wanted in names:
        return wanted
    if wanted is None and len(names) == 1:
        return names[0]
    if not names:
        raise CouldNotCheck(f"{file} holds no campaigns and no events.", "Run `campaign-health collect` first.")
    said = "has several workspaces" if wanted is None else f"has no workspace {wanted!r}"
    raise CouldNotCheck(f"{file} {said}.", f"Name one of these with --workspace: {', '.join(names)}.")


def _campaigns(connection: Connection, workspace: str) -> list[ObservedCampaign]:
    sends = check_input.sends_of_four_weeks(connection, workspace)
    uses: dict[int, tuple[set[str], set[str], list[str]]] = defaultdict(lambda: (set(), set(), []))
    for message in check_input.messages_in_use(connection, workspace):
        needs, may, problems = uses[message["campaign_id"]]
        needs |= event_properties(message["required_variables"])
        may |= event_properties(message["optional_variables"])
        problems += [message["problem"]] if message["problem"] else []
    return [
        ObservedCampaign(
            **row,
            required=frozenset(uses[row["campaign_id"]][0]),
            optional=frozenset(uses[row["campaign_id"]][1]),
            problems=tuple(uses[row["campaign_id"]][2]),
            sends=sends.get(row["campaign_id"]),
        )
        for row in check_input.present_campaigns(connection, workspace)
    ]


def event_properties(variables: list[str] | tuple[str, ...]) -> set[str]:
    """The event's properties among Liquid variables: `plan` for `event.plan.tier`."""
    return {name for variable in variables for root in ("event", "trigger") if (name := property_of(variable, root))}


def _events(connection: Connection, workspace: str) -> dict[str, ObservedEvent]:
    return {row["name"]: ObservedEvent(**row) for row in check_input.seen_events(connection, workspace)}


def _properties(connection: Connection, workspace: str) -> dict[str, dict[str, ObservedProperty]]:
    shares: dict[tuple[str, str, date], dict[str, float]] = defaultdict(dict)
    for event, name, kind, day, share in check_input.newest_profiles(connection, workspace):
        shares[event, name, day][kind] = share
    found: dict[str, dict[str, ObservedProperty]] = defaultdict(dict)
    for (event, name, day), kinds in shares.items():
        found[event][name] = ObservedProperty(day, kinds)
    return dict(found)
