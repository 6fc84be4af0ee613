"""A whole morning in steps: collect, judge, publish, tell, share. Each is done in a process of its own.

Each imports for itself what only it needs: half of a process's work on a small workspace is to begin.
"""

from __future__ import annotations

from datetime import datetime

from campaign_health.alerts.channels.dead_man import Signal, ping
from campaign_health.errors import CouldNotStart
from campaign_health.pipeline.order import Order, light_order, with_keys
from campaign_health.pipeline.progress_sink import ProgressSink
from campaign_health.process.stopping import StopSignals
from campaign_health.schedule.jobs import Job, JobResult
from campaign_health.settings import WorkspaceSettings
from campaign_health.settings.clients import Sleep
from storage.connection import Connection
from storage.errors import ExpectedFailure, LocklessDriveError, UnwritableDirectoryError, VanishedError
from storage.file.database import Warehouse


def do(
    job: Job, now: datetime, progress: ProgressSink, signals: StopSignals, *, sleep: Sleep | None = None
) -> JobResult:
    """Does the piece of work at `now`. What fails is in the result.

    Raises:
        Stopped: a signal ended it; what was complete is stored.
    """
    if job.kind == "publish":
        with signals.held():
            return judge_and_publish(job, now)
    if job.kind == "tell":
        with signals.held():  # what was sent is also settled
            return tell(job, now)
    if job.kind == "share":
        return share(job, now)
    return collect(job, now, progress, signals, sleep=sleep)


def collect(
    job: Job, now: datetime, progress: ProgressSink, signals: StopSignals, *, sleep: Sleep | None = None
) -> JobResult:
    """Collects one workspace. It judges nothing and publishes nothing: nobody sees new counts beside old verdicts."""
    from campaign_health.pipeline import collect_once

    workspace = job.workspace
    if unheard := ping(workspace, job.settings.http, Signal.START):
        progress.note(unheard)
    order = with_keys(light_order() if job.kind == "refresh" else Order(), workspace)
    try:
        report = collect_once(
            job.settings, order, now, progress, only=[workspace.name], signals=signals, sleep=sleep, publish=False
        )
    except (CouldNotStart, VanishedError, UnwritableDirectoryError, LocklessDriveError) as failure:
        return JobResult(exit_code=2, refused=str(failure))
    except ExpectedFailure as failure:
        return JobResult(exit_code=1, problems={workspace.name: [str(failure)]})
    if report.stopped is not None:
        raise report.stopped
    if report.problem is not None:
        progress.note(report.problem)
    clock_off = report.clock_off()
    return JobResult(
        exit_code=report.exit_code(),
        budget_spent=any(part.budget_spent for part in report.workspaces),
        time_zone=next((part.time_zone for part in report.workspaces), None),
        clock_off=None if clock_off is None else str(clock_off),
    )


def judge_and_publish(job: Job, now: datetime) -> JobResult:
    """Judges what is stored of the workspaces named, and publishes all.

    Each is judged in its own turn at the warehouse, and once more in the turn that publishes, which is quick where
    nothing is new: a run that goes on beside it may have saved more, and no count is published beside an older verdict.
    What was collected is published also where it could not be judged.
    """
    warehouse = Warehouse(job.settings.data_dir)
    chosen = [one for one in job.settings.workspaces if one.name in job.workspaces]
    problems: dict[str, list[str]] = {}
    try:
        for workspace in chosen:
            with warehouse.open() as connection:
                _judge(connection, workspace, now, problems)
        with warehouse.open_and_publish() as connection:
            for workspace in chosen:
                if workspace.name not in problems:
                    _judge(connection, workspace, now, problems)
    except ExpectedFailure as failure:
        return JobResult(exit_code=1, problems={**problems, "": [f"Publishing: {failure}"]})
    return JobResult(exit_code=1 if problems else 0, problems=problems, published=True)


def tell(job: Job, now: datetime) -> JobResult:
    """Sends what is due on each channel of the workspace; where that ends a round, the outside watcher hears of it.

    It hears that a round is done where it was judged and told, whatever of the collection failed: that is in the
    digest, and an alarm that rings each day for one campaign is turned off.
    """
    from campaign_health.alerts.telling import has_announced, tell_due

    workspace, problems, announced = job.workspace, list[str](), False
    try:
        warehouse = Warehouse(job.settings.data_dir)
        deliveries = [] if job.is_silent else tell_due(warehouse, job.settings, workspace, now, publish=False)
        announced = has_announced(deliveries)
        problems += [
            f"The digest of {workspace.name} to {delivery.channel}: {delivery.reason}"
            for delivery in deliveries
            if delivery.outcome == "failed"
        ]
    except ExpectedFailure as failure:
        problems.append(f"The digest of {workspace.name}: {failure}")
    except Exception as failure:
        # Telling comes last: what was collected and judged must not be lost on it. The text may hold a key.
        problems.append(f"The digest of {workspace.name} failed in an unforeseen way ({type(failure).__name__}).")
    if job.ends_round:
        signal = Signal.FAIL if problems or job.failed else Signal.DONE
        if unheard := ping(workspace, job.settings.http, signal):
            problems.append(unheard)
    return JobResult(
        exit_code=1 if problems else 0,
        problems={workspace.name: problems} if problems else {},
        announced=announced,
    )


def share(job: Job, now: datetime) -> JobResult:
    """Shares what is published to every address of the settings. What is cut off in the middle is seen by nobody."""
    from campaign_health.schedule.share_published import share_published

    problems: dict[str, list[str]] = {}
    is_news = False
    try:
        report = share_published(job.settings, now)
        is_news = report.is_news
        for one in report.places:
            for name, failure in one.result.troubles.items():
                problems.setdefault(name, []).append(str(failure))
    except ExpectedFailure as failure:
        problems[""] = [str(failure)]
    return JobResult(exit_code=1 if problems else 0, problems=problems, announced=is_news)


def _judge(connection: Connection, workspace: WorkspaceSettings, now: datetime, problems: dict[str, list[str]]) -> None:
    from campaign_health.judge.judging import judge_on

    try:
        judge_on(connection, workspace, now)
    except ExpectedFailure as failure:
        problems[workspace.name] = [f"Judging {workspace.name}: {failure}"]
    except Exception as failure:
        # One workspace that cannot be judged must not keep the others' morning from being published.
        problems[workspace.name] = [f"Judging {workspace.name} failed in an unforeseen way: {failure!r}"]
