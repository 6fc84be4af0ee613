"""Runs one source and records how it went, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.event_source_of import budget_project
from campaign_health.pipeline.order import MIXPANEL_SOURCES
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.customerio_campaigns import collect_customerio_campaigns
from campaign_health.pipeline.sources.customerio_journeys import collect_customerio_journeys
from campaign_health.pipeline.sources.customerio_messages import collect_customerio_messages
from campaign_health.pipeline.sources.customerio_metrics import collect_customerio_metrics
from campaign_health.pipeline.sources.customerio_newsletters import collect_customerio_newsletters
from campaign_health.pipeline.sources.customerio_segments import collect_customerio_segments
from campaign_health.pipeline.sources.customerio_triggered import (
    collect_customerio_broadcasts,
    collect_customerio_transactional,
)
from campaign_health.pipeline.sources.mixpanel_events import collect_mixpanel_events
from campaign_health.pipeline.sources.mixpanel_lexicon import collect_mixpanel_lexicon
from campaign_health.pipeline.sources.mixpanel_properties import collect_mixpanel_properties
from campaign_health.pipeline.sources.route_numbers import collect_route_numbers
from campaign_health.process.stopping import Stopped
from collectors.errors import AuthenticationFailed, BudgetSpent, CollectorError
from storage.records import CollectionRecord, Source
from storage.save import save_collection, save_requests

COLLECT: dict[Source, Callable[[WorkspaceRun, Tally], None]] = {
    "customerio_campaigns": collect_customerio_campaigns,
    "mixpanel_events": collect_mixpanel_events,
    "mixpanel_properties": collect_mixpanel_properties,
    "mixpanel_lexicon": collect_mixpanel_lexicon,
    "customerio_segments": collect_customerio_segments,
    "customerio_metrics": collect_customerio_metrics,
    "customerio_journeys": collect_customerio_journeys,
    "customerio_messages": collect_customerio_messages,
    "customerio_broadcasts": collect_customerio_broadcasts,
    "customerio_transactional": collect_customerio_transactional,
    "customerio_newsletters": collect_customerio_newsletters,
    "route": collect_route_numbers,
}


@dataclass(frozen=True)
class SourceRun:
    """How one source went: its record, whether the hourly budget ended it, and the stop that ended it, if one did."""

    record: CollectionRecord
    budget_spent: bool = False
    stopped: Stopped | None = None


def run_source(
    run: WorkspaceRun, source: Source, requests_before: int = 0, warnings_before: Sequence[str] = ()
) -> SourceRun:
    """Runs the source and saves its record. Where the clock was found to be wrong, nothing is saved.

    Args:
        requests_before: requests already sent on its behalf, such as the one for the time zone.
        warnings_before: what these brought to light.

    Raises:
        ClockOff: the clock was found to be wrong.
        StorageError: the warehouse cannot be written.
    """
    tally = Tally(source, run.clock.instant(), warnings=list(warnings_before))
    begun = _requests_sent(run, source)
    budget_spent = False
    stopped: Stopped | None = None
    try:
        COLLECT[source](run, tally)
    except CollectorError as failure:
        run.clock_check.refuse()
        tally.shortfalls.append(str(failure))
        budget_spent = isinstance(failure, BudgetSpent)
        if isinstance(failure, AuthenticationFailed):
            run.refused_services.add(failure.source)
    except Stopped as signal:
        tally.shortfalls.append("The run was stopped; the next run asks for the rest.")
        stopped = signal
    record = _record(run, tally, requests_before + _requests_sent(run, source) - begun)
    try:
        with run.saving() as connection:
            save_collection(connection, record)
            if run.budget is not None and run.workspace.events is not None:
                save_requests(connection, budget_project(run.workspace), run.budget.take_unsaved(), run.now)
    except Stopped as signal:
        # The save is whole: a stop waits for its end.
        stopped = signal
    return SourceRun(record, budget_spent, stopped)


def source_not_run(
    run: WorkspaceRun, source: Source, reason: str, details: Mapping[str, Any] | None = None
) -> CollectionRecord:
    """Saves and returns the record of a source that was due and could not be begun."""
    tally = Tally(source, run.clock.instant(), shortfalls=[reason])
    record = replace(_record(run, tally, 0), details=details or {})
    with run.recording() as connection:
        save_collection(connection, record)
    return record


def _record(run: WorkspaceRun, tally: Tally, requests: int) -> CollectionRecord:
    return CollectionRecord(
        run_id=run.run_id,
        workspace=run.name,
        source=tally.source,
        started_at=tally.started_at,
        ended_at=run.clock.instant(),
        outcome=tally.outcome(),
        first_day=tally.first_day,
        last_day=tally.last_day,
        requests=requests,
        rows=tally.rows,
        error=tally.error(),
        details={"notes": tally.notes} if tally.notes else {},
    )


def _requests_sent(run: WorkspaceRun, source: Source) -> int:
    client = run.events if source in MIXPANEL_SOURCES else run.customerio
    return 0 if client is None else client.requests_sent
