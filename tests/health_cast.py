"""Facts of a small installation that is well, for tests to make worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.health.health_facts import (
    DiskFacts,
    Due,
    Facts,
    Running,
    ScheduleFacts,
    WorkspaceFacts,
)
from campaign_health.state.source_health import SourceState
from storage.read.announced import ChannelNews

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
DUE = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, 0, 123457, tzinfo=UTC)
ROUND = DUE + timedelta(seconds=4)


def source(name: str = "mixpanel_events", **changes: Any) -> SourceState:
    """A source whose newest collection is complete."""
    ended = ROUND + timedelta(minutes=3, microseconds=250_001)
    whole = SourceState("acme", name, "complete", ended, ended, ended, date(2026, 11, 23), None, None, None, None)
    return replace(whole, **changes)


def failed_source(name: str = "customerio_metrics") -> SourceState:
    """A source that fails since the day before."""
    return source(name, outcome="failed", error="Customer.io refused the key.", failing_since=ROUND - 24 * HOUR)


def channel(name: str = "slack", failing_for: timedelta | None = None) -> ChannelNews:
    """A channel that was told this morning, or that nothing has reached for so long."""
    sent_at = NOW - 2 * HOUR
    if failing_for is None:
        return ChannelNews(name, "sent", sent_at, None)
    return ChannelNews(name, "failed", sent_at - 24 * HOUR, NOW - failing_for)


def workspace(name: str = "acme", **changes: Any) -> WorkspaceFacts:
    """A workspace whose round of this morning is done and told."""
    well = WorkspaceFacts(
        name, BERLIN, Due(DUE, NOW + HOUR), (source(),), ROUND, date(2026, 11, 23), ROUND, (channel(),)
    )
    return replace(well, **changes)


def facts(*workspaces: WorkspaceFacts, **changes: Any) -> Facts:
    """An installation that is well, with these workspaces."""
    well = Facts(
        now=NOW,
        version="0.1.0",
        run_may_take=timedelta(hours=2),
        workspaces=workspaces or (workspace(),),
        schedule=ScheduleFacts(
            DUE - timedelta(days=3),
            timedelta(seconds=41.5),
            (Running("acme", "refresh", NOW - timedelta(seconds=9)), Running(None, "publish", NOW)),
        ),
        published_at=ROUND + timedelta(minutes=5),
        disk=DiskFacts(free=5_000_000_000, needed=104_857_600),
    )
    return replace(well, **changes)
