"""What is due now: decided anew each time from the clock on the wall and from what was last done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from campaign_health.schedule.local_times import EVERY_DAY, WORKING_DAYS, last_due, next_due
from campaign_health.settings.model import DigestSettings, ScheduleSettings

# What was done this little ahead of now was done just before the clock was put right.
CLOCK_STEP = timedelta(minutes=5)
DIGEST_DAYS = {"weekdays": WORKING_DAYS, "all": EVERY_DAY}


@dataclass(frozen=True)
class Task:
    """A piece of work for one workspace: `collect` (a full run), `refresh` (a light one) or `tell` (its digest)."""

    workspace: str
    kind: Literal["collect", "refresh", "tell"]


@dataclass(frozen=True)
class Facts:
    """When a workspace's work is to be done, and when it was begun: instants in UTC, in any order.

    `collected` are full runs, `refreshed` runs of either kind; at `looked` its digest was looked at. `noted` is when
    the route left numbers last: an early sign is told between two mornings.
    """

    workspace: str
    zone: ZoneInfo
    schedule: ScheduleSettings
    digest: DigestSettings
    collected: Sequence[datetime] = ()
    refreshed: Sequence[datetime] = ()
    looked: Sequence[datetime] = ()
    noted: datetime | None = None


def due_tasks(now: datetime, facts: Iterable[Facts]) -> list[Task]:
    """The work that is due at `now`: whatever was missed is due once.

    What lies in the future was done while the clock was wrong, and does not count as done.
    """
    tasks: list[Task] = []
    for one in facts:
        if _is_due(now, one.collected, last_due(now, one.schedule.collect_at, one.zone)):
            tasks.append(Task(one.workspace, "collect"))
        elif any(_is_due(now, one.refreshed, last_due(now, at, one.zone)) for at in refresh_times(one.schedule)):
            tasks.append(Task(one.workspace, "refresh"))
        morning = last_due(now, one.digest.at, one.zone, DIGEST_DAYS[one.digest.days])
        has_news = one.noted is not None and one.noted <= now and _is_due(now, one.looked, one.noted)
        if _is_due(now, one.looked, morning) or has_news:
            tasks.append(Task(one.workspace, "tell"))
    return tasks


def next_instant(now: datetime, facts: Iterable[Facts]) -> datetime | None:
    """The first instant (UTC) after `now` at which anything is due; None where nothing is planned at all."""
    instants = []
    for one in facts:
        instants.append(next_collection(now, one.schedule, one.zone))
        instants.append(next_due(now, one.digest.at, one.zone, DIGEST_DAYS[one.digest.days]))
    return min((instant for instant in instants if instant is not None), default=None)


def next_collection(now: datetime, schedule: ScheduleSettings, zone: ZoneInfo) -> datetime | None:
    """The first instant (UTC) after `now` at which a collection of either kind is due."""
    times = (schedule.collect_at, *refresh_times(schedule))
    return min((instant for at in times if (instant := next_due(now, at, zone)) is not None), default=None)


def refresh_times(schedule: ScheduleSettings) -> list[time]:
    """The times of a day at which it is refreshed, after the morning's run and before midnight."""
    hours = range(schedule.collect_at.hour + schedule.refresh_every_hours, 24, schedule.refresh_every_hours or 24)
    return [schedule.collect_at.replace(hour=hour) for hour in hours] if schedule.refresh_every_hours else []


def _is_due(now: datetime, done: Sequence[datetime], due: datetime | None) -> bool:
    newest = max((instant for instant in done if instant <= now + CLOCK_STEP), default=None)
    return newest is None or (due is not None and newest < due)
