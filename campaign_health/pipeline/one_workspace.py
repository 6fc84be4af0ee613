"""One workspace's part of a run: its zone, then source after source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import requests

from campaign_health.errors import SettingsError
from campaign_health.pipeline.clock_check import ClockCheck
from campaign_health.pipeline.context import RunClock, WorkspaceRun
from campaign_health.pipeline.event_source_of import budget_project, event_source_of
from campaign_health.pipeline.one_source import run_source, source_not_run
from campaign_health.pipeline.order import MIXPANEL_SOURCES, Order
from campaign_health.pipeline.progress_sink import ProgressSink
from campaign_health.pipeline.run_report import WorkspaceReport
from campaign_health.pipeline.run_time import RunTime
from campaign_health.pipeline.windows import Window, window_of_run
from campaign_health.pipeline.zone import ZoneFound, choose_zone, without_zone
from campaign_health.process.clock import local_day
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.settings import HttpSettings, WorkspaceSettings
from campaign_health.settings.clients import Sleep, customerio_client
from campaign_health.words.event_service import is_database, speaking_of
from collectors.errors import ClockOff, CollectorError
from collectors.event_source import ProjectTold
from collectors.http.session import new_session
from collectors.mixpanel import WITHHELD, MixpanelSource
from collectors.mixpanel.hourly_budget import HOUR
from collectors.route import has_route_numbers
from storage.file.database import Warehouse
from storage.file.held_warehouse import HeldWarehouse
from storage.read.collected import recent_requests, workspace_zone
from storage.read.service_numbers import service_numbers
from storage.records import CLOCK_AHEAD, CollectionRecord, Source
from storage.save import save_event_service, save_mixpanel_view, save_workspace_zone

UTC_ZONE = ZoneInfo("UTC")
_KEYS = {
    "events": "MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT and MIXPANEL_SERVICE_SECRET are not set, nor are "
    "AMPLITUDE_API_KEY and AMPLITUDE_SECRET_KEY, or EVENTS_SQL_URL.",
    "customerio": "CUSTOMERIO_APP_API_KEY is not set.",
}


@dataclass(frozen=True)
class RunTools:
    """What all workspaces of one run share."""

    warehouse: Warehouse
    http: HttpSettings
    clock: RunClock
    run_id: str
    signals: StopSignals
    progress: ProgressSink
    sleep: Sleep | None = None


def collect_workspace(workspace: WorkspaceSettings, order: Order, tools: RunTools, report: WorkspaceReport) -> None:
    """Runs the ordered sources of a workspace and adds to `report` what came of each.

    Raises:
        SettingsError: the time zone is not known and a setting can say it.
        CouldNotStart: the days asked for cannot be had.
        Stopped: a signal ended it; what was complete is saved.
        StorageError: the warehouse cannot be written.
    """
    with speaking_of(workspace.event_service), new_session() as session:
        run, stored_zone = _prepare(workspace, order, tools, session)
        try:
            zone, requests_sent, problem = _find_zone(run, stored_zone)
            if zone is None:
                _record_rest(run, report, problem)
                return
            run.zone = zone.zone
            _settle_zone(run, zone, report)
            run.window = window_of_run(run.order, local_day(run.now, run.zone), workspace.backfill_days)
            report.time_zone = run.zone.key
            _run_sources(run, report, requests_sent)
        except ClockOff as failure:
            _refuse(run, report, failure)
        except Stopped:
            _record_rest(run, report, "The run was stopped before this source was begun.")
            raise
        finally:
            try:
                run.let_go()
            finally:
                for client in (run.events, run.customerio):
                    if client is not None:
                        client.close()


def _prepare(
    workspace: WorkspaceSettings, order: Order, tools: RunTools, session: requests.Session
) -> tuple[WorkspaceRun, str | None]:
    """The run as far as it can be prepared without its zone, and the zone of the last run."""
    customerio = workspace.customerio
    run_time = RunTime(tools.http, wait=order.wait)
    with tools.warehouse.read() as connection:
        stored = workspace_zone(connection, workspace.name)
        stored_service = service_numbers(connection, workspace.name).event_service
        earlier = recent_requests(connection, budget_project(workspace), tools.clock.now - HOUR)
    held = HeldWarehouse(tools.warehouse)
    clock_check = ClockCheck(tools.clock.present, is_replay=tools.http.is_replay)
    events, budget = event_source_of(
        workspace, order, tools.http, session, tools.clock, earlier, run_time, clock_check, tools.sleep
    )
    today = local_day(tools.clock.now, UTC_ZONE)
    run = WorkspaceRun(
        warehouse=held,
        workspace=workspace,
        zone=UTC_ZONE,
        window=Window(today, today),
        order=order,
        clock=tools.clock,
        run_id=tools.run_id,
        signals=tools.signals,
        progress=tools.progress,
        events=events,
        mixpanel=events.client if isinstance(events, MixpanelSource) else None,
        customerio=customerio_client(
            customerio,
            tools.http,
            session,
            sleep=tools.sleep,
            wait=order.wait,
            deadline=run_time.deadline,
            answered=clock_check.of("Customer.io"),
        )
        if customerio is not None
        else None,
        budget=budget,
        time=run_time,
        clock_check=clock_check,
        known_service=stored_service,
    )
    run_time.deadline.before_asking = run.let_go
    return run, None if stored is None else stored.time_zone


def _find_zone(run: WorkspaceRun, stored: str | None) -> tuple[ZoneFound | None, int, str]:
    """The zone, the requests it took, and, where it stays unknown as nobody told it, why and the cure."""
    told = ProjectTold()
    failure: CollectorError | None = None
    if run.events is not None:
        run.time.begin_source(len(run.due()) + 1)
        try:
            told = run.events.ask_project()
            run.mixpanel_view = told.view
        except ClockOff:
            raise
        except CollectorError as error:
            failure = error
    sent = run.events.requests_sent if run.events is not None else 0
    withheld = isinstance(failure, WITHHELD)
    try:
        found = choose_zone(
            run.name,
            run.workspace.time_zone,
            told.time_zone,
            # What to do about it is told where the sources themselves are refused.
            None if failure is None or withheld else failure.message,
            stored,
            None if run.workspace.mixpanel is None else run.workspace.mixpanel.project_id,
            service=run.workspace.event_service,
        )
    except SettingsError:
        if failure is None:
            raise
        return None, sent, without_zone(failure.message, failure.cure)
    return found, sent, ""


def _settle_zone(run: WorkspaceRun, found: ZoneFound, report: WorkspaceReport) -> None:
    """Stores the zone; where it is another than before, a light run becomes a full one that fetches all days again."""
    previous = None
    if found.is_new:
        with run.saving() as connection:
            previous = save_workspace_zone(connection, run.name, run.zone.key, run.clock.instant())
    if run.events is not None and _only_named_anew(run.known_service, run.events.service):
        run.known_service = run.events.service
        with run.saving() as connection:
            save_event_service(connection, run.name, run.events.service)
    if run.mixpanel_view is not None:
        with run.saving() as connection:
            save_mixpanel_view(connection, run.name, run.mixpanel_view)
    for warning in found.warnings:
        _note(run, report, warning)
    if previous is not None:
        _note(
            run,
            report,
            f"The time zone changed from {previous} to {run.zone.key}: all days are fetched again, and nothing is "
            "alerted on that account.",
        )
        if run.order.light:
            run.order = Order()


def _only_named_anew(known: str | None, service: str) -> bool:
    """Whether what is stored is of this service: the first there is, or one database under another name."""
    return known is None or (known != service and is_database(known) and is_database(service))


def _run_sources(run: WorkspaceRun, report: WorkspaceReport, requests_before: int) -> None:
    sources = run.due()
    if not sources:
        _note(run, report, f"{run.workspace.event_service} has nothing of what is to be collected: it counts events.")
        return
    # The request for the zone went to the event service: its first source answers for it, or whichever is first.
    answerable = next((source for source in sources if source in MIXPANEL_SOURCES), sources[0])
    for place, source in enumerate(sources):
        missing = _missing_keys(run, source)
        if missing is not None:
            report.records.append(_not_run(run, source, missing))
            continue
        run.progress.begin(run.name, source)
        before = (requests_before, report.notes) if source == answerable else (0, ())
        run.time.begin_source(len(sources) - place)
        outcome = run_source(run, source, *before)
        run.progress.end(outcome.record)
        report.records.append(outcome.record)
        report.budget_spent |= outcome.budget_spent
        if outcome.stopped is not None:
            raise outcome.stopped
    if has_route_numbers(run.warehouse.data_dir) and not run.order.light:
        run.progress.begin(run.name, "route")
        report.records.append(run_source(run, "route").record)
        run.progress.end(report.records[-1])


def _refuse(run: WorkspaceRun, report: WorkspaceReport, failure: ClockOff) -> None:
    """Says of every source that the clock is wrong, at the time that it is by the services' clock."""
    run.clock.correct(failure.ahead)
    report.clock_off = failure
    _record_rest(run, report, str(failure), {CLOCK_AHEAD: -failure.ahead.total_seconds()})


def _record_rest(
    run: WorkspaceRun, report: WorkspaceReport, reason: str, details: Mapping[str, Any] | None = None
) -> None:
    """Records the sources that have no record yet."""
    recorded = {record.source for record in report.records}
    for source in run.due():
        if source not in recorded:
            report.records.append(_not_run(run, source, _missing_keys(run, source) or reason, details))


def _missing_keys(run: WorkspaceRun, source: Source) -> str | None:
    service = "events" if source in MIXPANEL_SOURCES else "customerio"
    client = run.events if service == "events" else run.customerio
    return None if client is not None else _KEYS[service]


def _not_run(
    run: WorkspaceRun, source: Source, reason: str, details: Mapping[str, Any] | None = None
) -> CollectionRecord:
    record = source_not_run(run, source, reason, details)
    run.progress.end(record)
    return record


def _note(run: WorkspaceRun, report: WorkspaceReport, text: str) -> None:
    report.notes.append(text)
    run.progress.note(text)
