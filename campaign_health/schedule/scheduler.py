"""The schedule: collects each workspace in the morning, refreshes it during the day, sends its digest, for ever.

APScheduler says when; the work itself is done one after another in the main thread, because only there can a
signal end it cleanly, and because two runs must never overlap.
"""

from __future__ import annotations

import os
import queue
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from campaign_health.errors import CouldNotStart
from campaign_health.pipeline import Order
from campaign_health.pipeline.context import ProgressSink
from campaign_health.pipeline.order import CUSTOMERIO_SOURCES, MIXPANEL_SOURCES, light_order
from campaign_health.pipeline.report import RunReport
from campaign_health.process.clock import local_day, read_clock
from campaign_health.process.stopping import StopSignals
from campaign_health.schedule.daily_run import collect_judge_and_tell, tell
from campaign_health.settings import Settings, WorkspaceSettings
from storage.errors import UnwritableDirectoryError, VanishedError
from storage.file.database import Warehouse
from storage.file.zones import stored_zone
from storage.read.collected import newest_full_run

# After a run that Mixpanel's hourly share ended, the rest is fetched when the hour is over.
BUDGET_FREE_AFTER = timedelta(minutes=61)
BUSY_RETRY_AFTER = timedelta(minutes=10)
DIGEST_DAYS = {"weekdays": "mon-fri", "all": "*"}


@dataclass(frozen=True)
class Task:
    """A piece of work for one workspace: `collect` (a full run), `refresh` (a light one) or `digest`."""

    workspace: str
    kind: str


class Schedule:
    """Keeps the jobs of all workspaces and does their work until a signal ends it.

    Args:
        settings: read once, at the start.
        progress: shows what each run does.
        note: gets one line for each thing that happens.
        environment: where the clock is read from at the beginning of each task.
    """

    def __init__(
        self,
        settings: Settings,
        progress: ProgressSink,
        note: Callable[[str], None],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings = settings
        self._workspaces = {workspace.name: workspace for workspace in settings.workspaces if _has_keys(workspace)}
        if not self._workspaces:
            raise CouldNotStart(
                "There are no keys.", "Set Mixpanel's and Customer.io's; `campaign-health demo` needs none."
            )
        self._warehouse = Warehouse(settings.data_dir)
        self._progress = progress
        self._note = note
        self._environment = environment
        self._waiting: queue.Queue[Task] = queue.Queue()
        self._incomplete: set[str] = set()
        self._zones: dict[str, ZoneInfo] = {}
        self._timer = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def run_for_ever(self, signals: StopSignals) -> None:
        """Catches up what was missed, then works until a stop signal.

        Raises:
            Stopped: a signal ended it.
        """
        self._timer.start()
        try:
            for workspace in self._workspaces.values():
                self._plan(workspace)
                for task in self.missed(workspace):
                    self._enqueue(task)
            while True:
                self._warehouse.never_begin_anew()
                self.do(self._waiting.get(), signals)
                signals.insist()
        finally:
            self._timer.shutdown(wait=False)

    def missed(self, workspace: WorkspaceSettings) -> list[Task]:
        """What should have been done while nobody ran: the morning's run, once, and the digest if it is due."""
        zone = self._zone(workspace)
        with self._warehouse.read() as connection:
            newest = newest_full_run(connection, workspace.name)
        if is_due(newest, workspace.schedule.collect_at, zone, read_clock(self._environment)):
            return [Task(workspace.name, "collect")]
        return [Task(workspace.name, "digest")]

    def do(self, task: Task, signals: StopSignals) -> None:
        """Does one task; whatever fails is noted and the next one comes.

        Where the warehouse has vanished since this process saw it, nothing is done but to try again later.
        """
        workspace = self._workspaces[task.workspace]
        now = read_clock(self._environment)
        try:
            self._warehouse.refuse_vanished()
            if task.kind == "digest":
                tell(self._settings, workspace, now, self._note)
                return
            light = task.kind == "refresh" and task.workspace not in self._incomplete
            self._note(f"{_where(workspace)}{'refresh' if light else 'collection'} begins.")
            order = with_keys(light_order() if light else Order(), workspace)
            run = collect_judge_and_tell(self._settings, workspace, order, now, self._progress, signals)
            for problem in run.problems:
                self._note(problem)
            self._after(workspace, run.report, light=light)
        except (CouldNotStart, VanishedError, UnwritableDirectoryError) as failure:
            self._note(str(failure))
            self._later(task, BUSY_RETRY_AFTER)
        except Exception as failure:
            # The one place where everything is caught: a job's failure must not end the schedule.
            signals.insist()
            self._note(f"{_where(workspace)}{task.kind} failed: {failure}")
            self._note(traceback.format_exc())
            self._incomplete.add(workspace.name)

    def _after(self, workspace: WorkspaceSettings, report: RunReport, *, light: bool) -> None:
        if report.exit_code() == 0 and not light:
            self._incomplete.discard(workspace.name)
        elif report.exit_code() != 0:
            self._incomplete.add(workspace.name)
        if any(part.budget_spent for part in report.workspaces):
            self._later(Task(workspace.name, "collect"), BUDGET_FREE_AFTER)
        for part in report.workspaces:
            if part.time_zone is not None and ZoneInfo(part.time_zone) != self._zones.get(workspace.name):
                self._plan(workspace)

    def _plan(self, workspace: WorkspaceSettings) -> None:
        """(Re)places the workspace's jobs at its local times."""
        zone = self._zone(workspace)
        self._zones[workspace.name] = zone
        schedule, digest = workspace.schedule, workspace.digest
        self._add(
            Task(workspace.name, "collect"),
            CronTrigger(hour=schedule.collect_at.hour, minute=schedule.collect_at.minute, timezone=zone),
        )
        hours = refresh_hours(schedule.collect_at, schedule.refresh_every_hours)
        if hours:
            listed = ",".join(map(str, hours))
            self._add(
                Task(workspace.name, "refresh"),
                CronTrigger(hour=listed, minute=schedule.collect_at.minute, timezone=zone),
            )
        self._add(
            Task(workspace.name, "digest"),
            CronTrigger(
                day_of_week=DIGEST_DAYS[digest.days], hour=digest.at.hour, minute=digest.at.minute, timezone=zone
            ),
        )
        refreshes = ", ".join(f"{hour:02}:{schedule.collect_at.minute:02}" for hour in hours) or "never"
        self._note(
            f"{_where(workspace)}collects at {schedule.collect_at:%H:%M}, refreshes at {refreshes}, "
            f"digest at {digest.at:%H:%M} ({zone.key})."
        )

    def _add(self, task: Task, trigger: CronTrigger) -> None:
        self._timer.add_job(
            self._enqueue, trigger, args=[task], id=f"{task.kind} {task.workspace}", replace_existing=True
        )

    def _later(self, task: Task, wait: timedelta) -> None:
        at = datetime.now(UTC) + wait
        self._note(f"{task.kind} of {task.workspace} again at {at:%H:%M} UTC.")
        self._timer.add_job(
            self._enqueue, DateTrigger(at), args=[task], id=f"later {task.kind} {task.workspace}", replace_existing=True
        )

    def _enqueue(self, task: Task) -> None:
        # What is waiting already need not wait twice: missed runs are caught up once.
        if task not in self._waiting.queue:
            self._waiting.put(task)

    def _zone(self, workspace: WorkspaceSettings) -> ZoneInfo:
        if workspace.time_zone is not None:
            return workspace.time_zone
        with self._warehouse.read() as connection:
            return stored_zone(connection, workspace.name) or ZoneInfo("UTC")


def is_due(newest_run: datetime | None, collect_at: time, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the newest full run began before the last time at which one was due."""
    if newest_run is None:
        return True
    today = local_day(now, zone)
    due = datetime.combine(today, collect_at, zone)
    if due > now:
        due = datetime.combine(today - timedelta(days=1), collect_at, zone)
    return newest_run < due


def refresh_hours(collect_at: time, every_hours: int) -> list[int]:
    """The hours of a day at which it is refreshed, after the morning's run and before midnight."""
    return list(range(collect_at.hour + every_hours, 24, every_hours)) if every_hours else []


def with_keys(order: Order, workspace: WorkspaceSettings) -> Order:
    """The order without the sources of a service whose keys are not set: a schedule need not say so every time."""
    possible = {
        *(MIXPANEL_SOURCES if workspace.mixpanel is not None else ()),
        *(CUSTOMERIO_SOURCES if workspace.customerio is not None else ()),
    }
    return replace(order, sources=order.sources & possible)


def _has_keys(workspace: WorkspaceSettings) -> bool:
    return workspace.mixpanel is not None or workspace.customerio is not None


def _where(workspace: WorkspaceSettings) -> str:
    return "" if workspace.name == "default" else f"{workspace.name}: "
