"""A whole run: every workspace in turn, then publish."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from campaign_health.errors import CouldNotStart
from campaign_health.pipeline.context import RunClock
from campaign_health.pipeline.one_workspace import RunTools, collect_workspace
from campaign_health.pipeline.order import CUSTOMERIO_SOURCES, MIXPANEL_SOURCES, Order
from campaign_health.pipeline.progress_sink import ProgressSink
from campaign_health.pipeline.run_report import RunReport, WorkspaceReport
from campaign_health.process.collect_lock import collecting
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import Sleep
from storage.errors import ExpectedFailure, StorageError
from storage.file.database import Warehouse
from storage.read.collected import newest_instant


def collect_once(
    settings: Settings,
    order: Order,
    now: datetime,
    progress: ProgressSink,
    *,
    only: Sequence[str] = (),
    signals: StopSignals | None = None,
    sleep: Sleep | None = None,
    publish: bool = True,
) -> RunReport:
    """Collects once and publishes. What cannot be collected is in the report, never an error.

    Args:
        now: decides which day today is, for the whole run.
        only: names of workspaces; empty for all.
        signals: stop signals to heed (entered already); None to install them for the run.
        sleep: waits between retries; tests need not wait.
        publish: False where the caller judges what was collected and then publishes both, so that nobody sees new
            counts beside old verdicts.

    Raises:
        CouldNotStart: no keys, another run in progress, days that cannot be had.
        SettingsError: a setting cannot be used, or the only workspace's time zone is not known.
        StorageError: the data directory cannot be used.
    """
    workspaces = chosen_workspaces(settings, only)
    _refuse_without_keys(workspaces, order)
    warehouse = Warehouse(settings.data_dir)
    report = RunReport(run_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")
    with collecting(settings.data_dir, [workspace.name for workspace in workspaces]):
        with warehouse.open() as connection:
            clock = RunClock(now, newest_instant(connection))
        with StopSignals() if signals is None else nullcontext(signals) as heeded:
            tools = RunTools(warehouse, settings.http, clock, report.run_id, heeded, progress, sleep)
            _collect(workspaces, order, tools, report)
            if publish:
                _publish(tools, report)
    return report


def chosen_workspaces(settings: Settings, only: Sequence[str]) -> list[WorkspaceSettings]:
    """The workspaces named, or all.

    Raises:
        CouldNotStart: one of the names is not a workspace.
    """
    names = [workspace.name for workspace in settings.workspaces]
    for name in only:
        if name not in names:
            raise CouldNotStart(f"There is no workspace {name!r}.", f"The workspaces are {', '.join(names)}.")
    return [workspace for workspace in settings.workspaces if not only or workspace.name in only]


def _refuse_without_keys(workspaces: list[WorkspaceSettings], order: Order) -> None:
    wants_mixpanel = any(source in MIXPANEL_SOURCES for source in order.sources)
    wants_customerio = any(source in CUSTOMERIO_SOURCES for source in order.sources)
    for workspace in workspaces:
        if (wants_mixpanel and workspace.events) or (wants_customerio and workspace.customerio):
            return
    wanted = [
        name
        for name, wants in (("Mixpanel, Amplitude or a database", wants_mixpanel), ("Customer.io", wants_customerio))
        if wants
    ]
    raise CouldNotStart(
        f"There are no keys for {' or '.join(wanted)}.",
        "Set MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT and MIXPANEL_SERVICE_SECRET (or AMPLITUDE_API_KEY and "
        "AMPLITUDE_SECRET_KEY, or EVENTS_SQL_URL and EVENTS_SQL_QUERY), and CUSTOMERIO_APP_API_KEY; "
        "`campaign-health demo` needs none.",
    )


def _collect(workspaces: list[WorkspaceSettings], order: Order, tools: RunTools, report: RunReport) -> None:
    try:
        for workspace in workspaces:
            part = WorkspaceReport(workspace.name)
            report.workspaces.append(part)
            try:
                collect_workspace(workspace, order, tools, part)
            except StorageError as failure:
                tools.signals.insist()
                report.problem = str(failure)
                break
            except ExpectedFailure as failure:
                # One workspace's settings do not stop the others; alone, they are why nothing could start.
                if len(workspaces) == 1:
                    raise
                part.notes.append(str(failure))
                tools.progress.note(f"{workspace.name}: {failure}")
    except Stopped as stopped:
        report.stopped = stopped


def _publish(tools: RunTools, report: RunReport) -> None:
    try:
        with tools.signals.held():
            tools.warehouse.publish()
            report.published = True
    except StorageError as failure:
        report.problem = report.problem or str(failure)
    except Stopped as stopped:
        report.stopped = stopped
