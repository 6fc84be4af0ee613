"""What every source of one workspace's run works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import get_ident
from time import monotonic
from zoneinfo import ZoneInfo

from campaign_health.pipeline.clock_check import ClockCheck
from campaign_health.pipeline.order import Order
from campaign_health.pipeline.progress_sink import ProgressSink
from campaign_health.pipeline.run_time import RunTime
from campaign_health.pipeline.windows import Window
from campaign_health.process.clock import local_day
from campaign_health.process.stopping import StopSignals
from campaign_health.settings import WorkspaceSettings
from collectors.customerio import CustomerioClient
from collectors.event_source import Budget, EventSource
from collectors.mixpanel import MixpanelClient
from storage.connection import Connection
from storage.file.database import transaction
from storage.file.held_warehouse import HeldWarehouse
from storage.records import CampaignRecord, Collected, Source


class RunClock:
    """One run's time: `now` decides all days and never moves; `instant()` runs on, for what is timed.

    Args:
        now: the run's instant.
        not_before: instants that are stored already; those of this run come after them, also where a clock that is
            set by hand stands still. What was collected before a change and what after must stay tellable apart.
    """

    def __init__(self, now: datetime, not_before: datetime | None = None) -> None:
        self.now = now
        self._not_before = not_before
        self._ahead = timedelta(0)
        self._begun = monotonic()

    def present(self) -> datetime:
        """`now` plus the time since the run began."""
        return self.now + timedelta(seconds=monotonic() - self._begun)

    def instant(self) -> datetime:
        """The present, as it is written beside what is stored."""
        passed = timedelta(seconds=monotonic() - self._begun)
        begun = self.now + self._ahead
        return (begun if self._not_before is None else max(begun, self._not_before)) + passed

    def correct(self, ahead: timedelta) -> None:
        """From now on instants are those of a clock that is so far `ahead` of ours; the days stay as they are."""
        self._ahead = ahead


@dataclass
class WorkspaceRun:
    """One workspace's run. A client is None where its keys are not set; `mixpanel` is the one behind `events`."""

    warehouse: HeldWarehouse
    workspace: WorkspaceSettings
    zone: ZoneInfo
    window: Window
    order: Order
    clock: RunClock
    run_id: str
    signals: StopSignals
    progress: ProgressSink
    events: EventSource | None
    mixpanel: MixpanelClient | None
    customerio: CustomerioClient | None
    budget: Budget | None
    time: RunTime
    clock_check: ClockCheck
    listed: dict[int, CampaignRecord] = field(default_factory=dict)
    campaigns_listed: bool = False
    mixpanel_view: int | None = None
    known_service: str | None = None
    messages_read: set[int] = field(default_factory=set)
    refused_services: set[str] = field(default_factory=set)
    thread: int = field(default_factory=get_ident)

    @property
    def name(self) -> str:
        """The workspace's name."""
        return self.workspace.name

    @property
    def now(self) -> datetime:
        """The instant that decides all days."""
        return self.clock.now

    def due(self) -> tuple[Source, ...]:
        """The sources that are to be run, in turn, without those that what counts the events cannot answer for."""
        lacks = frozenset() if self.events is None else self.events.lacks
        return tuple(source for source in self.order.in_turn() if source not in lacks)

    def collected(self, at: datetime) -> Collected:
        """What is saved of this run that was answered at the instant."""
        return Collected(self.name, self.run_id, at)

    @property
    def today(self) -> date:
        """The workspace's calendar day at that instant."""
        return local_day(self.now, self.zone)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The warehouse, for a short read. It stays open for what follows at once; who asks a service lets go of it."""
        with self.signals.held(), self.warehouse.open() as connection:
            yield connection

    @contextmanager
    def saving(self, *, let_go: bool = False) -> Iterator[Connection]:
        """The warehouse in one transaction, which a stop signal does not cut. It stays open as for `reading`; with
        `let_go` it does not, as where answers are still coming.

        Raises:
            ClockOff: the clock was found to be wrong, and nothing of this run may be stored.
        """
        self.clock_check.refuse()
        with self.recording(let_go=let_go) as connection:
            yield connection

    def let_go(self) -> None:
        """Closes the warehouse where nobody uses it. The run's own thread is not stopped in the middle of it."""
        with self.signals.held() if get_ident() == self.thread else nullcontext():
            self.warehouse.let_go()

    @contextmanager
    def recording(self, *, let_go: bool = False) -> Iterator[Connection]:
        """The warehouse in one transaction, for saying how a run went; otherwise as `saving`."""
        with self.signals.held(), self.warehouse.open(let_go=let_go) as connection, transaction(connection):
            yield connection
