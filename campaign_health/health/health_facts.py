"""What the health of the schedule is made of: facts, each as it was read. Instants in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.state.source_health import SourceState
from storage.read.announced import ChannelNews


@dataclass(frozen=True)
class Due:
    """When a workspace's full round was last due and when anything of it is due next; None where that is not known."""

    last_round: datetime | None
    next_run: datetime | None


@dataclass(frozen=True)
class WorkspaceFacts:
    """One workspace that has keys, as last published.

    `full_run_at` is when its newest full collection began, `judged_at` and `judged_day` are when it was judged last
    and up to which day (in `zone`); None before the first. `channels` are those that its settings name, of which
    something is known. `clock_ahead` is how far this machine's clock was ahead of the services' when they were asked
    last, negative where it was behind; None where it was near enough.
    """

    name: str
    zone: ZoneInfo
    due: Due
    sources: tuple[SourceState, ...] = ()
    full_run_at: datetime | None = None
    judged_day: date | None = None
    judged_at: datetime | None = None
    channels: tuple[ChannelNews, ...] = ()
    clock_ahead: timedelta | None = None


@dataclass(frozen=True)
class Running:
    """A piece of work that is being done: `task` is collect, refresh, tell or publish; None: of all workspaces."""

    workspace: str | None
    task: str
    since: datetime


@dataclass(frozen=True)
class ScheduleFacts:
    """The schedule that asks; `looked_ago` is how long ago it last looked what is due, by a clock that never jumps."""

    started_at: datetime
    looked_ago: timedelta
    running: tuple[Running, ...] = ()


@dataclass(frozen=True)
class DiskFacts:
    """Room on the disk of the data directory, and how much publishing needs; in bytes."""

    free: int
    needed: int


@dataclass(frozen=True)
class Facts:
    """Everything that is known at the instant `now`.

    Attributes:
        schedule: None where no schedule runs in this process: a single round tells of itself.
        run_may_take: how long the collection of one workspace may take.
        published_at: when the published file was made; None before the first.
        unreadable: why the published file cannot be read, None where it can or is not there yet.
        disk: None where the data directory cannot be looked at.
    """

    now: datetime
    version: str
    run_may_take: timedelta
    workspaces: tuple[WorkspaceFacts, ...] = ()
    schedule: ScheduleFacts | None = None
    published_at: datetime | None = None
    unreadable: str | None = None
    disk: DiskFacts | None = None
