"""Reads the situation of one workspace, as one channel has not been told it yet, out of the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.situation import Change, FailedSource, Sends, Situation, TellOnce
from campaign_health.alerts.digest.told_beside import told_beside
from campaign_health.alerts.digest.told_delivery import told_delivery
from campaign_health.alerts.digest.told_early import signs_heard, told_early
from campaign_health.process.clock import local_day, local_days
from campaign_health.state.beside_campaigns import coverage_text
from campaign_health.state.early_signs import read_early_state
from campaign_health.state.incident import Incident, incidents_of, open_and_also
from campaign_health.state.promises import promises_of_days
from campaign_health.state.recovery_states import read_recovery_states
from campaign_health.state.source_health import SourceState, troubled_core
from campaign_health.state.workspace_state import WorkspaceState, read_workspace
from storage.connection import Connection
from storage.read.campaign_names import named_campaigns, running_names
from storage.read.route_delivery import delivery_of
from storage.read.sends import sends_since
from storage.save.announcements import said_on, unannounced_changes

SPARK_DAYS = 28


def read_situation(
    connection: Connection, workspace: str, channel: str, now: datetime, also: Collection[str] = ()
) -> Situation:
    """The workspace as it stands at `now`, with the changes and failures that `channel` has not been told, and with
    the changes whose ids are in `also`, which it has.
    """
    state = read_workspace(connection, workspace)
    recorded_on = local_days(state.zone)
    changes = tuple(
        Change(*row[:5], recorded_on=recorded_on(row[5]))
        for row in unannounced_changes(connection, workspace, channel, also)
    )
    incidents = open_and_also(connection, workspace, {change.incident_id for change in changes})
    said = said_on(connection, workspace, channel)
    return Situation(
        workspace=workspace,
        incidents=incidents,
        changes=changes,
        failed_sources=tuple(_failures(state.sources, said)),
        counts=state.counts(now),
        judged_day=state.judged_day,
        unchecked=state.unchecked,
        stale=state.warnings(now),
        beside=tuple(told_beside(state.beside, said)),
        delivery=tuple(told_delivery(delivery_of(connection, workspace), said, state.zone, now)),
        early=tuple(_early(connection, workspace, state, said, now)),
        late=tuple(_late(connection, workspace, state.zone, state.judged_day)),
        coverage=coverage_text([state.watched], [state.beside]),
        numbers=state.numbers,
        recoveries=_recoveries(connection, workspace, incidents, state.zone, local_day(now, state.zone)),
        sends=_sends(connection, workspace, {one.campaign_id for one in incidents}, state.judged_day),
    )


def _early(
    connection: Connection, workspace: str, state: WorkspaceState, said: Collection[str], now: datetime
) -> Iterator[TellOnce]:
    """The campaigns that are silent within the hour, and those that were when the channel last heard of them."""
    broken = {of for one in state.incidents for of in one.of_campaigns}
    names = running_names(connection, workspace)
    found = read_early_state(connection, workspace, state.zone, now, state.judged_day, broken, names)
    # An incident that is over took the sign over all the same: its recovery was told.
    taken_over = {
        campaign_id
        for campaign_id, hour in signs_heard(said).items()
        if any(one.last_day >= local_day(hour, state.zone) for one in incidents_of(connection, workspace, campaign_id))
    }
    yield from told_early(found, said, state.zone, broken | taken_over, names)


def _late(connection: Connection, workspace: str, zone: ZoneInfo, judged_day: date | None) -> Iterator[tuple[str, str]]:
    """Name of each campaign that kept its promise too seldom on the judged day, and what is said of it."""
    if judged_day is None:
        return
    names = {campaign_id: name for _, campaign_id, name in named_campaigns(connection, workspace)}
    for campaign_id, state in promises_of_days(connection, workspace, zone, judged_day, judged_day).items():
        name = names.get(campaign_id, str(campaign_id))
        if state.was_missed:
            yield name, f"{state.sentence(name)} {state.rest()}".strip()


def _recoveries(
    connection: Connection, workspace: str, incidents: Collection[Incident], zone: ZoneInfo, today: date
) -> dict[str, str]:
    """What the newest look at some of an incident's days found, in sentences."""
    found = {}
    for one in incidents:
        for looked in read_recovery_states(connection, workspace, one.campaign_id):
            if looked.since <= one.last_day and looked.until >= one.opened_on:
                found[one.incident_id] = " ".join(looked.sentences(zone, today))
                break
    return found


def _sends(
    connection: Connection, workspace: str, campaigns: Collection[int], judged_day: date | None
) -> dict[int, Sends]:
    if judged_day is None:
        return {}
    days = [judged_day - timedelta(days=back) for back in reversed(range(SPARK_DAYS))]
    found = sends_since(connection, workspace, campaigns, days[0], judged_day)
    return {campaign_id: tuple(by_day.get(day) for day in days) for campaign_id, by_day in found.items()}


def _failures(sources: Iterable[SourceState], said: Collection[str]) -> Iterable[FailedSource]:
    for one in troubled_core(sources):
        change_id = f"could_not_check:{one.source}:{one.failing_since:%Y-%m-%dT%H:%M:%S}"
        yield FailedSource(change_id, one.source, told=change_id in said)
