"""What would have been announced over past days, judged on a copy: nothing is changed, nothing is sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.errors import CouldNotStart
from campaign_health.judge.judging import judge_workspace
from campaign_health.judge.summary import Progress
from campaign_health.settings import WorkspaceSettings
from storage.file.database import PUBLISHED_NAME, WAREHOUSE_NAME, Warehouse, open_published, transaction
from storage.file.zones import stored_zone
from storage.read.judge_input import collected_range
from storage.read.judged import announced_changes
from storage.save.judgement import forget_judgements

_MORNING = time(9)


@dataclass(frozen=True)
class Announcement:
    """One line that the digest of a morning would have had. `day` is the day whose data made it."""

    workspace: str
    announced_on: date
    day: date
    kind: str
    incident_id: str
    campaign_id: int
    campaign: str
    status: str
    cause: str
    opened_on: date
    summary: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class ReplayedDay:
    """What one morning would have brought: its announcements, and how many incidents were open."""

    workspace: str
    day: date
    announcements: Sequence[Announcement]
    open_incidents: int


def replay(
    data_dir: Path, workspace: WorkspaceSettings, first_day: date, last_day: date, progress: Progress | None = None
) -> Iterator[ReplayedDay]:
    """Judge each day from `first_day` to `last_day` as it would have been judged on the morning after.

    Numbers are taken as they are stored now (restated ones included), from a copy of the published file. What had
    broken before `first_day` is not announced again.

    Raises:
        CouldNotStart: nothing is published, or nothing of those days is stored.
    """
    with open_published(data_dir) as connection:
        days, zone = collected_range(connection, workspace.name), stored_zone(connection, workspace.name)
    if days is None or zone is None:
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    if first_day > days[1] or last_day < days[0]:
        raise CouldNotStart(f"Only {days[0]} to {days[1]} is stored.", "Choose days within.")
    first_day, last_day = max(first_day, days[0]), min(last_day, days[1])
    with tempfile.TemporaryDirectory(prefix="campaign-health-replay-") as place:
        shutil.copyfile(data_dir / PUBLISHED_NAME, Path(place) / WAREHOUSE_NAME)
        copy = Warehouse(Path(place))
        with copy.open() as connection, transaction(connection):
            forget_judgements(connection)
        if first_day > days[0]:
            judge_workspace(
                copy, workspace, _morning_after(first_day - timedelta(days=1), zone), first_day - timedelta(days=1)
            )
        count = (last_day - first_day).days + 1
        for number in range(count):
            day = first_day + timedelta(days=number)
            if progress is not None:
                progress(f"Judging {day.isoformat()}", number, count)
            now = _morning_after(day, zone)
            summary = judge_workspace(copy, workspace, now, day)
            yield ReplayedDay(workspace.name, day, _announced(copy, workspace.name, now, zone), summary.open_incidents)


def _morning_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), _MORNING, zone).astimezone(UTC)


def _announced(copy: Warehouse, workspace: str, now: datetime, zone: ZoneInfo) -> list[Announcement]:
    with copy.read() as connection:
        changes = announced_changes(connection, workspace, now)
    announced_on = now.astimezone(zone).date()
    return [Announcement(workspace=workspace, announced_on=announced_on, **row) for row in changes]
