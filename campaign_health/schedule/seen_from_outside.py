"""How the schedule is, told to whoever asks from outside: over HTTP, from another thread, and in a file."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.health.health_facts import Due, Running, ScheduleFacts
from campaign_health.health.health_reads import FactsReader
from campaign_health.health.health_state import Health, health_of
from campaign_health.health.metrics_file import MetricsFile
from campaign_health.process.clock import read_clock
from campaign_health.schedule.due_work import next_collection
from campaign_health.schedule.jobs import Job
from campaign_health.schedule.local_times import last_due
from campaign_health.settings import Settings, WorkspaceSettings


class SeenFromOutside:
    """The schedule writes here what it does; `health` may be asked from any thread.

    Args:
        settings: as read at the start; the metrics file is the one that they name.
        environment: where the clock is read from.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings, self._environment = settings, environment
        self._reader = FactsReader(due_times)
        self._reading = threading.Lock()
        file = settings.service.metrics_file
        self._file = None if file is None else MetricsFile(file)
        self._started_at = read_clock(environment)
        self._looked = time.monotonic()
        # Replaced as a whole, so that no other thread sees half of it: each piece, and when it began.
        self._work: tuple[tuple[str | None, str, float], ...] = ()

    def looked(self, settings: Settings) -> None:
        """The schedule has looked what is due, with these settings."""
        self._looked, self._settings = time.monotonic(), settings
        self._write()

    def works(self, work: Iterable[tuple[Job, float]], *, has_published: bool = False) -> None:
        """What the schedule does: each piece of work, and since how many seconds."""
        now = time.monotonic()
        self._work = tuple((_whose(job), job.kind, now - seconds) for job, seconds in work)
        if has_published:
            self._write()

    def health(self) -> Health:
        """How it is now."""
        now, ticks = read_clock(self._environment), time.monotonic()
        running = tuple(
            Running(whose, kind, now - timedelta(seconds=ticks - begun)) for whose, kind, begun in self._work
        )
        schedule = ScheduleFacts(self._started_at, timedelta(seconds=ticks - self._looked), running)
        with self._reading:
            return health_of(self._reader.facts(self._settings, now, schedule))

    def _write(self) -> None:
        if self._file is not None:
            self._file.write(self.health())


def health_after_a_round(settings: Settings, now: datetime) -> Health:
    """How it is where no schedule runs: seen from the end of a single round."""
    return health_of(FactsReader(due_times).facts(settings, now))


def due_times(workspace: WorkspaceSettings, zone: ZoneInfo, now: datetime) -> Due:
    """When the workspace's full round was last due, and when its next collection or refresh is."""
    schedule = workspace.schedule
    return Due(last_due(now, schedule.collect_at, zone), next_collection(now, schedule, zone))


def _whose(job: Job) -> str | None:
    return job.workspaces[0] if job.kind not in ("publish", "share") else None
