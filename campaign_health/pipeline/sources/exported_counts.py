"""Event counts from Mixpanel's raw export, window by window."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import count_states, days_between, unbroken
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.vanished import not_believed, refuse_vanished, vanished_events
from campaign_health.pipeline.windows import first_day_to_ask, reach_of
from collectors.mixpanel import CountedBatch, WindowFailed, fetch_exported_counts, last_day_served
from storage.read.collected import (
    asked_from,
    campaign_events,
    event_source_in_use,
    first_stored_day,
    known_events,
    stored_days,
)
from storage.save import mark_not_collected, restart_event_series, save_event_service, save_event_window


@dataclass
class _Plan:
    """The days to ask for, and since when a day without a trigger's events is a 0: an export names whatever happened.

    `switching`: the stored series come from Query and must begin anew. `doubted`: events that this run's export has
    left out of past days: that later days do not have them either proves nothing.
    """

    first_day: date
    last_day: date
    switching: bool
    zero_since: dict[str, date]
    doubted: set[str] = field(default_factory=set)


def collect_exported_counts(run: WorkspaceRun, tally: Tally) -> None:
    """Counts all events of the days that are needed, one transaction for each window of the export.

    Raises:
        CollectorError: what ended it; the windows before it are saved, the days after it marked.
    """
    assert run.mixpanel is not None
    plan = _plan(run)
    tally.first_day, tally.last_day = plan.first_day, plan.last_day
    answered: set[date] = set()
    empty: list[CountedBatch] = []
    try:
        for part in fetch_exported_counts(
            run.mixpanel, plan.first_day, plan.last_day, run.zone, run.now, run.progress.advance
        ):
            if isinstance(part, WindowFailed):
                tally.shortfalls.append(part.reason)
                continue
            tally.warnings += part.notes
            if not part.counts:
                empty.append(part)
                continue
            if _save(run, tally, plan, part):
                answered.update(days_between(part.first_day, part.last_day))
        answered.update(_save_empty(run, tally, plan, empty))
    finally:
        _mark_unanswered(run, plan, answered)


def _save_empty(run: WorkspaceRun, tally: Tally, plan: _Plan, empty: list[CountedBatch]) -> list[date]:
    """Saves windows without any event, and returns their days; none of them where one cannot be true."""
    days = [day for part in empty for day in days_between(part.first_day, part.last_day)]
    if days:
        with run.reading() as connection:
            refuse_vanished(connection, run.name, days)
    believed: list[date] = []
    for part in empty:
        if _save(run, tally, plan, part):
            believed += days_between(part.first_day, part.last_day)
    return believed


def _plan(run: WorkspaceRun) -> _Plan:
    last_day = last_day_served(run.window.last_day, run.now, run.zone)
    with run.reading() as connection:
        earliest = first_stored_day(connection, run.name, "mixpanel_events")
        reach = reach_of(run.window, earliest, asked_from(connection, run.name, "mixpanel_events"))
        moved = run.known_service not in (None, "Mixpanel")
        switching = moved or event_source_in_use(connection, run.name) == "query"
        stored = {} if switching else stored_days(connection, run.name, "mixpanel_events")
        first_day = min(first_day_to_ask(run.window, reach, stored), last_day)
        since = first_day if switching or earliest is None else min(first_day, earliest)
        wanted = campaign_events(connection, run.name)
    return _Plan(first_day, last_day, switching, dict.fromkeys(wanted, since))


def _save(run: WorkspaceRun, tally: Tally, plan: _Plan, part: CountedBatch) -> bool:
    """Saves a window, and says whether all of it was believed: what it takes back of past days stays as stored."""
    with run.saving() as connection:
        known = set() if plan.switching else {*known_events(connection, run.name), *(one.event for one in part.counts)}
        doubted = set(
            vanished_events(connection, run.name, part.first_day, part.last_day, part.counts, known, run.today)
        )
        doubted |= plan.doubted.difference(one.event for one in part.counts)
        plan.doubted |= doubted
        if plan.switching:
            restart_event_series(connection, run.name, "export")
            save_event_service(connection, run.name, "Mixpanel")
            plan.switching = False
        tally.rows += save_event_window(
            connection,
            [one for one in part.counts if one.event not in doubted],
            count_states(part.first_day, part.last_day, run.now, run.zone),
            run.collected(run.clock.instant()),
            count_source="export",
            answered=known.difference(doubted) if doubted else None,
            zero_since={event: day for event, day in plan.zero_since.items() if event not in doubted},
        )
    tally.kept = True
    if doubted:
        tally.shortfalls.append(not_believed(part.first_day, part.last_day, sorted(doubted)))
    return not doubted


def _mark_unanswered(run: WorkspaceRun, plan: _Plan, answered: set[date]) -> None:
    """Marks the days that no window answered for; where a number is stored already, it stays."""
    missing = [day for day in days_between(plan.first_day, plan.last_day) if day not in answered]
    if not missing:
        return
    with run.saving() as connection:
        for first_day, last_day in unbroken(missing):
            mark_not_collected(connection, "mixpanel_events", first_day, last_day, run.collected(run.clock.instant()))
