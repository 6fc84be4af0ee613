"""Reads the facts: from the published file, as everybody else does, and from the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.alerts.channels.configured import channels_of
from campaign_health.errors import SettingsError
from campaign_health.health.disk_room import disk_room
from campaign_health.health.health_facts import DiskFacts, Due, Facts, ScheduleFacts, WorkspaceFacts
from campaign_health.process.version import own_version
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.state.freshness import CLOCKS_DIFFER_BY
from campaign_health.state.source_health import read_sources
from storage.connection import Connection
from storage.errors import NoPublishedFileError, StorageError, UnknownZoneError
from storage.file.database import Warehouse, open_published
from storage.file.zones import stored_zone
from storage.read.announced import channel_news, published_at
from storage.read.collected import newest_full_run
from storage.read.source_runs import clock_found_ahead
from storage.read.verdicts_now import judged_until

DueTimes = Callable[[WorkspaceSettings, ZoneInfo, datetime], Due]
"""When a workspace's rounds are due, seen from an instant."""

_NOT_DUE = Due(None, None)
_Stamp = tuple[int, int, int] | None
_Key = tuple[_Stamp, tuple[WorkspaceSettings, ...], datetime]


class FactsReader:
    """Reads the facts as often as it is asked, and the published file only where that is another than before.

    Args:
        due: when rounds are due: the schedule's own rule.
    """

    def __init__(self, due: DueTimes) -> None:
        self._due = due
        self._read: tuple[_Key, Facts] | None = None

    def facts(self, settings: Settings, now: datetime, schedule: ScheduleFacts | None = None) -> Facts:
        """Everything that is known at `now` of the workspaces with keys, in the order of the settings."""
        workspaces = tuple(one for one in settings.workspaces if one.events or one.customerio)
        published = self._published(settings, workspaces, now)
        told = tuple(
            replace(facts, due=self._due(one, facts.zone, now))
            for one, facts in zip(workspaces, published.workspaces, strict=True)
        )
        return replace(published, now=now, workspaces=told, schedule=schedule, disk=_disk(settings.data_dir))

    def _published(self, settings: Settings, workspaces: tuple[WorkspaceSettings, ...], now: datetime) -> Facts:
        # What lies in the future by a clock that was ahead is in the past one day: hence the hour.
        hour = now.replace(minute=0, second=0, microsecond=0)
        key = (_stamp(Warehouse(settings.data_dir).published_path), workspaces, hour)
        if self._read is not None and self._read[0] == key and self._read[1].unreadable is None:
            return self._read[1]
        facts = _read_published(settings, workspaces, now)
        self._read = (key, facts)
        return facts


def _read_published(settings: Settings, workspaces: tuple[WorkspaceSettings, ...], now: datetime) -> Facts:
    nothing = Facts(
        now=now,
        version=own_version(),
        run_may_take=timedelta(minutes=settings.http.run_minutes),
        workspaces=tuple(WorkspaceFacts(one.name, one.time_zone or ZoneInfo("UTC"), _NOT_DUE) for one in workspaces),
    )
    try:
        with open_published(settings.data_dir) as connection:
            return replace(
                nothing,
                published_at=published_at(connection),
                workspaces=tuple(_workspace(connection, settings, one, now) for one in workspaces),
            )
    except NoPublishedFileError:
        return nothing
    except StorageError as failure:
        return replace(nothing, unreadable=failure.message)


def _workspace(
    connection: Connection, settings: Settings, workspace: WorkspaceSettings, now: datetime
) -> WorkspaceFacts:
    name = workspace.name
    judged_day, judged_at = judged_until(connection, name)
    try:
        used = {channel.name for channel, _ in channels_of(workspace, settings, now)}
    except SettingsError:  # no digest can be sent; the round says so
        used = set()
    return WorkspaceFacts(
        name=name,
        zone=workspace.time_zone or _stored_zone(connection, name),
        due=_NOT_DUE,
        sources=read_sources(connection, name),
        full_run_at=newest_full_run(connection, name, now + CLOCKS_DIFFER_BY),
        judged_day=judged_day,
        judged_at=judged_at,
        channels=tuple(one for one in channel_news(connection, name) if one.channel in used),
        clock_ahead=clock_found_ahead(connection, name),
    )


def _stored_zone(connection: Connection, name: str) -> ZoneInfo:
    try:
        return stored_zone(connection, name) or ZoneInfo("UTC")
    except UnknownZoneError:  # as the schedule takes its times; that no round of it is judged shows by itself
        return ZoneInfo("UTC")


def _disk(data_dir: Path) -> DiskFacts | None:
    try:
        return disk_room(data_dir)
    except OSError:
        return None


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
