"""What a published campaign_health.duckdb has of both services, without a network."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_health.check.git_tree import CouldNotCheck
from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import Observed, ObservedEvent, ObservedProperty
from campaign_health.manifest.problems import Failure
from campaign_health.words.dates import day_text
from collectors.customerio.liquid.template_variables import property_of
from storage.errors import StorageError
from storage.file.database import open_published

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STALE_DAYS = 3

_CAMPAIGNS = """
    SELECT campaign_id, name, state, event FROM campaign
    WHERE workspace = ? AND {present} ORDER BY campaign_id
"""
_SENDS = """
    SELECT campaign_id, sum(sent)::BIGINT FROM campaign_day
    WHERE workspace = $workspace AND sent IS NOT NULL AND state IN ('observed', 'provisional')
      AND day > (SELECT max(day) FROM campaign_day WHERE workspace = $workspace AND sent IS NOT NULL) - INTERVAL 28 DAY
    GROUP BY campaign_id
"""
_MESSAGES = """
    SELECT campaign_id, required_variables, optional_variables, problem FROM campaign_message
    WHERE workspace = ? AND coalesce(sending_state, 'automatic') <> 'off'
"""
_EVENTS = """
    WITH seen AS (
        SELECT event, day, events, state, max(day) FILTER (events > 0) OVER (PARTITION BY event) AS last_seen
        FROM event_day WHERE workspace = ? AND state IN ('observed', 'provisional')
    )
    SELECT event, min(day) FILTER (events > 0), any_value(last_seen), max(day) FILTER (state = 'observed'),
        coalesce(avg(events) FILTER (day <= last_seen AND day > last_seen - INTERVAL 28 DAY), 0)::DOUBLE
    FROM seen GROUP BY event
"""
_PROPERTIES = """
    SELECT event, property, type, day, share FROM event_property
    WHERE workspace = $workspace AND (event, day) IN (
        SELECT (event, max(day)) FROM event_property WHERE workspace = $workspace GROUP BY event)
"""
_NEWEST_RUN = """
    SELECT outcome, error, ended_at FROM collection
    WHERE workspace = ? AND source = ? ORDER BY ended_at DESC LIMIT 1
"""


def observe_published(file: Path, workspace: str | None, today: date) -> Observed:
    """Customer.io's campaigns and Mixpanel's events as they were last published.

    Raises:
        CouldNotCheck: the file cannot be read, or does not say which workspace is meant.
    """
    try:
        with open_published(file) as connection:
            return _read(connection, file, workspace, today)
    except StorageError as error:
        raise CouldNotCheck(error.message, error.cure) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("duckdb", "_duckdb"):
            raise
        raise CouldNotCheck(f"{file} cannot be read: {str(error).splitlines()[0]}", "Publish it anew.") from error


def _read(connection: DuckDBPyConnection, file: Path, workspace: str | None, today: date) -> Observed:
    name = _workspace(connection, file, workspace)
    observed = Observed(
        campaigns=_campaigns(connection, name),
        events=_events(connection, name),
        properties=_properties(connection, name),
    )
    for source, there, service in (
        ("customerio_campaigns", observed.campaigns, "Customer.io's campaigns"),
        ("mixpanel_events", observed.events, "Mixpanel's events"),
    ):
        run = _first(connection, _NEWEST_RUN, [name, source])
        if run is None and not there:
            observed.failures.append(
                Failure(f"{file} does not hold {service}.", "Run `campaign-health collect` with both services' keys.")
            )
        elif run is not None and run[0] == "failed":
            observed.failures.append(
                Failure(f"{file}: {service} could not be read on {day_text(run[2])}: {run[1]}", "Collect again.")
            )
        elif run is not None and run[0] == "partial":
            observed.remarks.append(f"{service} were read in part only: {run[1]}")
        if there:
            observed.parts.append(f"{service} as published")
    observed.campaigns = observed.campaigns or None
    days = [event.last_collected for event in (observed.events or {}).values() if event.last_collected]
    if days and (today - max(days)).days > STALE_DAYS:
        observed.remarks.append(f"The newest day of Mixpanel's events in {file} is {day_text(max(days))}.")
    observed.events = observed.events or None
    return observed


def _workspace(connection: DuckDBPyConnection, file: Path, wanted: str | None) -> str:
    rows = connection.execute(
        "SELECT DISTINCT workspace FROM (SELECT workspace FROM campaign UNION ALL SELECT workspace FROM event_day)"
    ).fetchall()
    names = sorted(str(row[0]) for row in rows)
    if wanted is not None and wanted in names:
        return wanted
    if wanted is None and len(names) == 1:
        return names[0]
    if not names:
        raise CouldNotCheck(f"{file} holds no campaigns and no events.", "Run `campaign-health collect` first.")
    said = "has several workspaces" if wanted is None else f"has no workspace {wanted!r}"
    raise CouldNotCheck(f"{file} {said}.", f"Name one of these with --workspace: {', '.join(names)}.")


def _campaigns(connection: DuckDBPyConnection, workspace: str) -> list[ObservedCampaign]:
    present = "gone_at IS NULL" if _has(connection, "campaign", "gone_at") else "true"
    sends = dict(connection.execute(_SENDS, {"workspace": workspace}).fetchall())
    uses: dict[int, tuple[set[str], set[str], list[str]]] = defaultdict(lambda: (set(), set(), []))
    if _has(connection, "campaign_message", "required_variables"):
        for campaign_id, required, optional, problem in connection.execute(_MESSAGES, [workspace]).fetchall():
            needs, may, problems = uses[campaign_id]
            needs |= event_properties(required)
            may |= event_properties(optional)
            problems += [problem] if problem else []
    return [
        ObservedCampaign(
            campaign_id=campaign_id,
            name=name,
            state=state,
            event=event,
            required=frozenset(uses[campaign_id][0]),
            optional=frozenset(uses[campaign_id][1]),
            problems=tuple(uses[campaign_id][2]),
            sends=sends.get(campaign_id),
        )
        for campaign_id, name, state, event in connection.execute(
            _CAMPAIGNS.format(present=present), [workspace]
        ).fetchall()
    ]


def event_properties(variables: list[str] | tuple[str, ...]) -> set[str]:
    """The event's properties among Liquid variables: `plan` for `event.plan.tier`."""
    return {name for variable in variables for root in ("event", "trigger") if (name := property_of(variable, root))}


def _events(connection: DuckDBPyConnection, workspace: str) -> dict[str, ObservedEvent]:
    return {row[0]: ObservedEvent(*row) for row in connection.execute(_EVENTS, [workspace]).fetchall()}


def _properties(connection: DuckDBPyConnection, workspace: str) -> dict[str, dict[str, ObservedProperty]]:
    shares: dict[tuple[str, str, date], dict[str, float]] = defaultdict(dict)
    for event, name, kind, day, share in connection.execute(_PROPERTIES, {"workspace": workspace}).fetchall():
        shares[event, name, day][kind] = share
    found: dict[str, dict[str, ObservedProperty]] = defaultdict(dict)
    for (event, name, day), kinds in shares.items():
        found[event][name] = ObservedProperty(day, kinds)
    return dict(found)


def _has(connection: DuckDBPyConnection, table: str, column: str) -> bool:
    asked = "SELECT 1 FROM information_schema.columns WHERE table_name = ? AND column_name = ?"
    return _first(connection, asked, [table, column]) is not None


def _first(connection: DuckDBPyConnection, query: str, values: list[str]) -> tuple[Any, ...] | None:
    return connection.execute(query, values).fetchone()
