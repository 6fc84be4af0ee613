"""Counts of all events of whole days, window by window, from what names whatever happened: an export, or a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import count_states, days_between, unbroken
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.vanished import not_believed, refuse_vanished, vanished_events
from campaign_health.pipeline.windows import first_day_to_ask, reach_of
from collectors.event_source import CountedBatch
from storage.read.collected import (
    asked_from,
    campaign_events,
    event_source_in_use,
    first_stored_day,
    known_events,
    stored_days,
)
from storage.records import CountSource
from storage.save import mark_not_collected, restart_event_series, save_event_service, save_event_window


@dataclass
class _Plan:
    """The days to ask for, and since when a day without a trigger's events is a 0: what names whatever happened tells.

    `earliest` is the first day stored of these series. `switching`: the stored series come from elsewhere and begin
    anew; `moved`: from another service. `doubted`: events that this run's answers left out of past days: that later
    days do not have them either proves nothing.
    """

    source: CountSource
    first_day: date
    last_day: date
    earliest: date | None
    switching: bool
    moved: bool
    zero_since: dict[str, date]
    doubted: set[str] = field(default_factory=set)


Ask = Callable[[date, date], Iterator[CountedBatch]]
"""Counts of all events from the first to the last day; a day in no batch is not known."""


def collect_whole_counts(
    run: WorkspaceRun, tally: Tally, source: CountSource, last_day: date, ask: Ask, *, as_loaded: bool = False
) -> list[date]:
    """Counts all events of the days that are needed, one transaction for each window; the days left not collected.

    Args:
        source: where the counts come from.
        last_day: the last day that can be asked for.
        ask: asks for the days.
        as_loaded: the source has days as somebody loads them. Those before its first are none that could be had, today
            need not be there, and a refresh during the day says of none that it is missing.

    Raises:
        CollectorError: what ended it; the windows before it are saved, the days after it marked.
    """
    assert run.events is not None
    plan = _plan(run, source, last_day)
    tally.first_day, tally.last_day = plan.first_day, plan.last_day
    answered: set[date] = set()
    empty: list[CountedBatch] = []
    missing: list[date] = []
    try:
        for part in ask(plan.first_day, plan.last_day):
            tally.warnings += part.notes
            if not part.counts:
                empty.append(part)
                continue
            if _save(run, tally, plan, part):
                answered.update(days_between(part.first_day, part.last_day))
        answered.update(_save_empty(run, tally, plan, empty))
    finally:
        since = min([*answered, *([] if plan.earliest is None else [plan.earliest])], default=plan.first_day)
        if not as_loaded:
            missing = [day for day in days_between(plan.first_day, plan.last_day) if day not in answered]
        elif not run.order.light:
            begin = max(plan.first_day, since)
            missing = [day for day in days_between(begin, plan.last_day) if day not in answered and day < run.today]
        _mark_unanswered(run, missing)
    return missing


def _save_empty(run: WorkspaceRun, tally: Tally, plan: _Plan, empty: list[CountedBatch]) -> list[date]:
    """Saves windows without any event, and returns their days; none of them where one cannot be true."""
    days = [day for part in empty for day in days_between(part.first_day, part.last_day)]
    if days:
        with run.reading() as connection:
            refuse_vanished(connection, run.name, days, service=run.workspace.event_service)
    believed: list[date] = []
    for part in empty:
        if _save(run, tally, plan, part):
            believed += days_between(part.first_day, part.last_day)
    return believed


def _plan(run: WorkspaceRun, source: CountSource, last_day: date) -> _Plan:
    with run.reading() as connection:
        earliest = first_stored_day(connection, run.name, "mixpanel_events")
        reach = reach_of(run.window, earliest, asked_from(connection, run.name, "mixpanel_events"))
        moved = run.known_service not in (None, run.workspace.event_service)
        switching = moved or event_source_in_use(connection, run.name) not in (None, source)
        stored = {} if switching else stored_days(connection, run.name, "mixpanel_events")
        first_day = min(first_day_to_ask(run.window, reach, stored), last_day)
        since = first_day if switching or earliest is None else min(first_day, earliest)
        wanted = campaign_events(connection, run.name)
    return _Plan(
        source, first_day, last_day, None if switching else earliest, switching, moved, dict.fromkeys(wanted, since)
    )


def _save(run: WorkspaceRun, tally: Tally, plan: _Plan, part: CountedBatch) -> bool:
    """Saves a window, and says whether all of it was believed: what it takes back of past days stays as stored."""
    with run.saving(let_go=True) as connection:
        known = set() if plan.switching else {*known_events(connection, run.name), *(one.event for one in part.counts)}
        doubted = set(
            vanished_events(connection, run.name, part.first_day, part.last_day, part.counts, known, run.today)
        )
        doubted |= plan.doubted.difference(one.event for one in part.counts)
        plan.doubted |= doubted
        if plan.switching:
            restart_event_series(connection, run.name, None if plan.moved else plan.source)
            save_event_service(connection, run.name, run.workspace.event_service)
            plan.switching = False
        tally.rows += save_event_window(
            connection,
            [one for one in part.counts if one.event not in doubted],
            count_states(part.first_day, part.last_day, run.now, run.zone),
            run.collected(run.clock.instant()),
            count_source=plan.source,
            answered=known.difference(doubted) if doubted else None,
            zero_since={event: day for event, day in plan.zero_since.items() if event not in doubted},
        )
    tally.kept = True
    if doubted:
        tally.shortfalls.append(
            not_believed(part.first_day, part.last_day, sorted(doubted), run.workspace.event_service)
        )
    return not doubted


def _mark_unanswered(run: WorkspaceRun, missing: list[date]) -> None:
    """Marks the days that no window answered for; where a number is stored already, it stays."""
    if not missing:
        return
    with run.saving() as connection:
        for first_day, last_day in unbroken(missing):
            mark_not_collected(connection, "mixpanel_events", first_day, last_day, run.collected(run.clock.instant()))
