"""What the schedule does each time: collect, judge, publish, tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from campaign_health.alerts.channels.dead_man import Signal, ping
from campaign_health.alerts.sending import send_due_digest
from campaign_health.judge.judging import judge_workspace
from campaign_health.pipeline import Order, RunReport, collect_once
from campaign_health.pipeline.context import ProgressSink
from campaign_health.process.stopping import StopSignals
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import Sleep
from storage.errors import ExpectedFailure
from storage.file.database import Warehouse

Tell = Callable[[str], None]


@dataclass
class DailyRun:
    """What came of it: the collection's report, and what went wrong afterwards."""

    report: RunReport
    problems: list[str] = field(default_factory=list)


def collect_judge_and_tell(
    settings: Settings,
    workspace: WorkspaceSettings,
    order: Order,
    now: datetime,
    progress: ProgressSink,
    signals: StopSignals,
    *,
    sleep: Sleep | None = None,
) -> DailyRun:
    """Collects one workspace, judges what is there, publishes, sends the digest if it is due, and pings the watcher.

    The watcher is told that a round is done where it was judged and told, whatever of the collection failed: that is in
    the digest, and an alarm that rings each day for one campaign is turned off.

    What fails after the collection is told in `problems`; nothing of it stops what comes after.

    Raises:
        CouldNotStart: another run is in progress.
        Stopped: a signal ended it; what was complete is stored and published.
    """
    started = ping(workspace, settings.http, Signal.START)
    report = collect_once(
        settings, order, now, progress, only=[workspace.name], signals=signals, sleep=sleep, publish=False
    )
    if report.stopped is not None:
        raise report.stopped
    run = DailyRun(report)
    with signals.held():  # a judgement is saved whole or not at all
        report.published = judge_and_publish(settings, workspace, now, run.problems.append)
    tell(settings, workspace, now, run.problems.append)
    signal = Signal.FAIL if run.problems else Signal.DONE
    if failure := ping(workspace, settings.http, signal) or started:
        run.problems.append(failure)
    return run


def judge_and_publish(settings: Settings, workspace: WorkspaceSettings, now: datetime, problem: Tell) -> bool:
    """Judges what is stored of the workspace and publishes; a failure is told to `problem`.

    What was collected is published also where it could not be judged. Returns whether it was.
    """
    warehouse = Warehouse(settings.data_dir)
    try:
        judge_workspace(warehouse, workspace, now)
    except ExpectedFailure as failure:
        problem(f"Judging {workspace.name}: {failure}")
    try:
        warehouse.publish()
    except ExpectedFailure as failure:
        problem(f"Publishing {workspace.name}: {failure}")
        return False
    return True


def tell(settings: Settings, workspace: WorkspaceSettings, now: datetime, problem: Tell) -> None:
    """Sends what is due on each channel of the workspace; a failure is told to `problem`."""
    try:
        deliveries = send_due_digest(Warehouse(settings.data_dir), settings, workspace, now)
    except ExpectedFailure as failure:
        problem(f"The digest of {workspace.name}: {failure}")
        return
    except Exception as failure:
        # Telling comes last: what was collected and judged must not be lost on it. The text may hold a key.
        problem(f"The digest of {workspace.name} failed in an unforeseen way ({type(failure).__name__}).")
        return
    for delivery in deliveries:
        if delivery.outcome == "failed":
            problem(f"The digest of {workspace.name} to {delivery.channel}: {delivery.reason}")
