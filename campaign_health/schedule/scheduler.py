"""The schedule: collects each workspace in the morning, refreshes it during the day, sends its digest, for ever.

Each minute, and whenever anything ended, it is decided anew from the clock on the wall what is due. APScheduler wakes
it at the second at which the next thing is; that alarm too is set anew each minute, because one that was set while the
clock was wrong would ring on a wrong day.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from campaign_health.pipeline.order import Order, with_keys
from campaign_health.process.clock import NOW_SETTING, read_clock
from campaign_health.process.stopping import StopSignals
from campaign_health.schedule.due_work import CLOCK_STEP, Facts, Task, due_tasks, next_instant, refresh_times
from campaign_health.schedule.jobs import Ended
from campaign_health.schedule.round_words import Line, trouble
from campaign_health.schedule.seen_from_outside import SeenFromOutside
from campaign_health.schedule.settings_watch import SettingsWatch
from campaign_health.schedule.supervisor import Supervisor
from campaign_health.settings import Settings, WorkspaceSettings
from collectors.route import FILE_NAME
from storage.connection import Connection
from storage.errors import ExpectedFailure, UnknownZoneError, VanishedError
from storage.file.database import Warehouse
from storage.file.zones import stored_zone
from storage.read.collected import newest_full_run, newest_run, outcomes_of_newest_full_run

LOOK_EVERY_SECONDS = 60.0
# After a run that Mixpanel's hourly share ended, the rest is fetched when the hour is over.
BUDGET_FREE_AFTER = timedelta(minutes=61)
BUSY_RETRY_AFTER = timedelta(minutes=10)
# More than one, for some of them may have been done while the clock was wrong.
REMEMBERED = 8


@dataclass
class _Workspace:
    """What the schedule knows of one workspace. `again` are tasks that come once more, by `time.monotonic`."""

    zone: ZoneInfo
    collected: deque[datetime] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    refreshed: deque[datetime] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    looked: deque[datetime] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    incomplete: bool = False
    again: dict[Task, float] = field(default_factory=dict)


class Schedule:
    """Keeps the times of all workspaces and has their work done until a signal ends it.

    Args:
        read_settings: reads the settings; asked again each minute.
        worker: the command line of the program that does a piece of work.
        note: gets one line for each thing that happens.
        environment: where the clock is read from; the pieces of work get it too.
        only: names of workspaces; empty for all.
        outside: is kept told how the schedule is.

    Raises:
        SettingsError, CouldNotStart: there is nothing to work on.
    """

    def __init__(
        self,
        read_settings: Callable[[], Settings],
        worker: Sequence[str],
        note: Callable[[str], None],
        environment: Mapping[str, str] = os.environ,
        only: Sequence[str] = (),
        outside: SeenFromOutside | None = None,
    ) -> None:
        self._watch = SettingsWatch(read_settings, only, note)
        self._note = note
        self._environment = environment
        self._outside = outside or SeenFromOutside(self._watch.settings, environment)
        self._warehouse = Warehouse(self._watch.settings.data_dir)
        self._supervisor = Supervisor(
            self._watch.settings, worker, environment, note, warehouse_seen=self._warehouse.exists
        )
        self._workspaces: dict[str, _Workspace] = {}
        self._vanished = False
        self._has_rung = True
        self._told: dict[str, str] = {}
        self.next_instant: datetime | None = None
        self._timer = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})

    def run_for_ever(self, signals: StopSignals) -> None:
        """Catches up what was missed, then works until a stop signal.

        Raises:
            Stopped: a signal ended it; what was complete is stored and published.
        """
        self._say_where_the_clock_is_set()
        self._timer.start()
        try:
            if self._warehouse.exists():
                self._supervisor.judge_anew([one.name for one in self._watch.settings.workspaces])
            looked_at = float("-inf")
            while True:
                # Each by itself: what runs is watched, and ended, also where it cannot be decided what is due.
                if self._has_rung or time.monotonic() - looked_at >= LOOK_EVERY_SECONDS:
                    looked_at, self._has_rung = time.monotonic(), False
                    self._try(self._look_and_show, signals)
                if not self._try(self._work, signals):
                    time.sleep(LOOK_EVERY_SECONDS)
        finally:
            self._timer.shutdown(wait=False)
            self._supervisor.stop()

    def _try(self, act: Callable[[StopSignals], None], signals: StopSignals) -> bool:
        """Whether it did not fail. The one place where everything is caught: no failure ends the schedule."""
        try:
            act(signals)
        except Exception as failure:
            signals.insist()
            self._tell_failure(act.__name__, failure)
            return False
        self._told.pop(act.__name__, None)
        return True

    def _look_and_show(self, signals: StopSignals) -> None:
        with signals.held():
            self.look()
            self._outside.looked(self._watch.settings)

    def _work(self, signals: StopSignals) -> None:
        self._outside.works(self._supervisor.at_work)
        ended = self._supervisor.step(LOOK_EVERY_SECONDS, signals)
        if ended is not None:
            self.after(ended)
            with signals.held():
                self._outside.works(self._supervisor.at_work, has_published=ended.result.published)

    def look(self) -> None:
        """Decides what is due now and submits it. While the warehouse is gone that this process saw, nothing is."""
        if self._watch.look():
            self._supervisor.use(self._watch.settings)
            kept = {one.name for one in self._watch.settings.workspaces}
            self._workspaces = {name: known for name, known in self._workspaces.items() if name in kept}
        now = read_clock(self._environment)
        if self._has_vanished():
            return
        self._warehouse.never_begin_anew()
        facts = [self._facts(one) for one in self._watch.settings.workspaces]
        again = [task for one in self._workspaces.values() for task in _come_again(one)]
        for task in dict.fromkeys([*due_tasks(now, facts), *again]):
            self._submit(task, now)
        self._set_alarm(next_instant(now, facts))

    def _submit(self, task: Task, now: datetime) -> None:
        known = self._workspaces[task.workspace]
        if task.kind == "tell":
            known.looked.append(now)
        else:
            known.refreshed.append(now)
            if task.kind == "refresh" and known.incomplete:
                task = Task(task.workspace, "collect")
            if task.kind == "collect":
                known.collected.append(now)
        self._supervisor.submit(task)

    def after(self, ended: Ended) -> None:
        """Plans what follows from a piece of work that ended."""
        job, result = ended.job, ended.result
        if job.kind not in ("collect", "refresh") or job.workspaces[0] not in self._workspaces:
            return
        name, known = job.workspaces[0], self._workspaces[job.workspaces[0]]
        if result.refused is not None:
            self._note(trouble(result.refused, name))
            self._later(Task(name, job.kind), BUSY_RETRY_AFTER)
            return
        if result.exit_code != 0:
            known.incomplete = True
        elif job.kind == "collect":
            known.incomplete = False
        if result.budget_spent:
            self._later(Task(name, "collect"), BUDGET_FREE_AFTER)
        if result.time_zone is not None and ZoneInfo(result.time_zone) != known.zone:
            known.zone = ZoneInfo(result.time_zone)
            self._say_times(name, known.zone)

    def _facts(self, workspace: WorkspaceSettings) -> Facts:
        known = self._workspaces.get(workspace.name)
        if known is None:
            known = self._workspaces[workspace.name] = self._remembered(workspace)
            self._say_times(workspace.name, known.zone)
        return Facts(
            workspace.name, known.zone, workspace.schedule, workspace.digest,
            tuple(known.collected), tuple(known.refreshed), tuple(known.looked), self._noted(),
        )  # fmt: skip

    def _noted(self) -> datetime | None:
        """When the route left numbers last; None where it never did."""
        try:
            return datetime.fromtimestamp((self._warehouse.data_dir / FILE_NAME).stat().st_mtime, UTC)
        except OSError:
            return None

    def _remembered(self, workspace: WorkspaceSettings) -> _Workspace:
        """What the warehouse says of the workspace's last runs."""
        if not self._warehouse.exists():
            return _Workspace(workspace.time_zone or ZoneInfo("UTC"))
        now = read_clock(self._environment) + CLOCK_STEP
        with self._warehouse.read() as connection:
            known = _Workspace(workspace.time_zone or self._stored_zone(connection, workspace.name))
            outcomes = outcomes_of_newest_full_run(connection, workspace.name, now)
            if was_done(outcomes, with_keys(Order(), workspace).in_turn()):
                known.collected += [
                    run for run in [newest_full_run(connection, workspace.name, now)] if run is not None
                ]
            known.incomplete = "partial" in outcomes.values()
            known.refreshed += [run for run in [newest_run(connection, workspace.name, now)] if run is not None]
        return known

    def _tell_failure(self, of: str, failure: Exception) -> None:
        is_expected = isinstance(failure, ExpectedFailure)
        told = str(failure) if is_expected else f"it failed in an unforeseen way ({type(failure).__name__})."
        if told != self._told.get(of):
            self._note(trouble(f"This is tried again each minute: {told}", failure=None if is_expected else failure))
        self._told[of] = told

    def _stored_zone(self, connection: Connection, name: str) -> ZoneInfo:
        try:
            return stored_zone(connection, name) or ZoneInfo("UTC")
        except UnknownZoneError as failure:
            # One workspace's zone must not hold the others' mornings.
            self._note(trouble(f"its times are taken as UTC's. {failure}", name))
            return ZoneInfo("UTC")

    def _has_vanished(self) -> bool:
        """Whether the warehouse that this process saw is gone; that is told once."""
        try:
            self._warehouse.refuse_vanished()
        except VanishedError as failure:
            if not self._vanished:
                self._note(trouble(str(failure)))
            self._vanished = True
            return True
        if self._vanished:
            self._note("The warehouse is there again.")
        self._vanished = False
        return False

    def _set_alarm(self, instant: datetime | None) -> None:
        """Has this process woken at the next instant at which anything is due."""
        self.next_instant = instant
        # Where another instant stands in for the clock, what is to come may be long over: that would ring for ever.
        if instant is not None and instant > datetime.now(UTC):
            self._timer.add_job(self._ring, DateTrigger(instant), id="next", replace_existing=True)

    def _ring(self) -> None:
        self._has_rung = True
        self._supervisor.wake()

    def _later(self, task: Task, wait: timedelta) -> None:
        # By a clock that nobody puts right.
        self._workspaces[task.workspace].again[task] = time.monotonic() + wait.total_seconds()
        self._note(Line(f"{task.kind} again in {wait.total_seconds() / 60:.0f} minutes.", task.workspace))

    def _say_times(self, name: str, zone: ZoneInfo) -> None:
        workspace = next(one for one in self._watch.settings.workspaces if one.name == name)
        refreshes = ", ".join(f"{at:%H:%M}" for at in refresh_times(workspace.schedule)) or "never"
        self._note(
            Line(
                f"collects at {workspace.schedule.collect_at:%H:%M}, refreshes at {refreshes}, "
                f"digest at {workspace.digest.at:%H:%M} ({zone.key}).",
                name,
            )
        )

    def _say_where_the_clock_is_set(self) -> None:
        if self._environment.get(NOW_SETTING, "").strip():
            always = read_clock(self._environment).isoformat(timespec="seconds")
            told = f"{NOW_SETTING} is set: it is always {always}, so nothing becomes due any more."
            self._note(trouble(f"{told} Remove it to use the real clock."))


def was_done(outcomes: Mapping[str, str], sources: Iterable[str]) -> bool:
    """Whether a run did all that it was to do, by each source's outcome: one that was killed or stopped did not."""
    return all(outcomes.get(source, "failed") != "failed" for source in sources)


def _come_again(known: _Workspace) -> Iterable[Task]:
    now = time.monotonic()
    due = [task for task, instant in known.again.items() if instant <= now]
    for task in due:
        del known.again[task]
    return due
