"""Event counts asked for by name: list the names, count those known and those listed, save once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import count_states, days_between
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.vanished import not_believed, refuse_vanished, vanished_events
from campaign_health.pipeline.windows import first_day_to_ask, reach_of
from collectors.errors import CollectorError, PlanForbids
from storage.read.collected import (
    asked_from,
    campaign_events,
    event_source_in_use,
    events_and_gaps,
    first_stored_day,
    series_begins,
    stored_days,
)
from storage.records import EventCounts
from storage.save import (
    mark_not_collected,
    restart_event_series,
    save_event_service,
    save_event_window,
    save_source_days,
)

# Share of the hour's requests that a refresh during the day may use.
LIGHT_SHARE = 0.5
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Known = Mapping[str, tuple[date | None, datetime | None]]


@dataclass(frozen=True)
class _Plan:
    """What is asked. `known`: each known event with the first day it lacks and when it was last counted.

    `switching`: the stored series come from elsewhere and begin anew; `moved`: from another service, whose numbers
    prove nothing of this one's.
    """

    first_day: date
    last_day: date
    reach: date
    known: Known
    campaign_events: frozenset[str]
    switching: bool
    moved: bool


@dataclass
class _Answer:
    """What came back.

    Attributes:
        counts: by the first and last day that they cover.
        refused: events that are not taken by their names.
        complete: every event was answered for or refused by itself: the source as a whole has answered.
    """

    first_day: date
    counts: dict[tuple[date, date], list[EventCounts]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    complete: bool = False


def collect_queried_counts(run: WorkspaceRun, tally: Tally, *, may_fall_back: bool) -> None:
    """Counts every event that is known or listed.

    A request that fails ends it; the events counted by then are saved, all others keep what they have.

    Args:
        may_fall_back: on a 402 nothing is saved or marked: the export takes over.

    Raises:
        CollectorError: what ended it.
    """
    plan = _plan(run)
    tally.first_day, tally.last_day = plan.first_day, plan.last_day
    answer = _Answer(plan.first_day)
    keep = True
    try:
        _fetch(run, tally, plan, answer)
    except PlanForbids:
        keep = not may_fall_back
        raise
    finally:
        if keep:
            _save(run, tally, plan, answer)


def _plan(run: WorkspaceRun) -> _Plan:
    assert run.events is not None
    last_day = run.events.last_day_served(run.window.last_day, run.now, run.zone)
    moved = run.known_service not in (None, run.events.service)
    with run.reading() as connection:
        earliest = first_stored_day(connection, run.name, "mixpanel_events")
        reach = reach_of(run.window, earliest, asked_from(connection, run.name, "mixpanel_events"))
        switching = moved or event_source_in_use(connection, run.name) == "export"
        stored = {} if switching else stored_days(connection, run.name, "mixpanel_events")
        first_day = min(first_day_to_ask(run.window, reach, stored), last_day)
        known = events_and_gaps(connection, run.name, reach, last_day)
        wanted = frozenset(campaign_events(connection, run.name))
        begins = series_begins(connection, run.name)
    for event in wanted.intersection(known):
        # It was in use before it was asked for by its name: the days before its first event are not known to be 0.
        if begins.get(event, last_day) > reach:
            known[event] = (reach, known[event][1])
    return _Plan(first_day, last_day, reach, known, wanted, switching, moved)


def _fetch(run: WorkspaceRun, tally: Tally, plan: _Plan, answer: _Answer) -> None:
    assert run.events is not None
    listed = run.events.event_names(plan.first_day, plan.last_day, run.today)
    tally.notes += listed.notes
    answer.first_day = max(plan.first_day, listed.first_day)
    # A trigger that nobody sends is in no list: asked for by its name, its 0 is a fact.
    names = {*plan.known, *listed.names, *plan.campaign_events}
    allowed = _allowance(run, (plan.last_day - plan.first_day).days + 1)
    # Query answers for any number of days at once: only the events that lack older days are asked for them.
    for first_day, some in _stretches(plan, names):
        ordered = in_order_of_need(some, plan.known, plan.campaign_events)
        for batch in run.events.event_counts(ordered, first_day, plan.last_day, run.today, run.progress.advance):
            answer.counts.setdefault((batch.first_day, batch.last_day), []).extend(batch.counts)
            answer.refused += [one.event for one in batch.refused]
            tally.shortfalls += [
                f"{run.events.service} refused the event {one.event!r}: {one.reason}" for one in batch.refused
            ]
            allowed = None if allowed is None else allowed - 1
            if allowed == 0:
                break
        if allowed == 0:
            break
    counted = {record.event for records in answer.counts.values() for record in records}
    answer.complete = names <= counted | set(answer.refused)
    if allowed == 0 and not answer.complete:
        tally.notes.append(f"{len(names - counted)} events without a campaign were left for the next full run.")


def _drop_vanished(run: WorkspaceRun, tally: Tally, answer: _Answer) -> None:
    """Drops an answer without a single event where stored numbers say that it cannot be true."""
    assert run.events is not None
    records = [record for records in answer.counts.values() for record in records]
    if not records or any(record.counts for record in records):
        return
    days = {day for window in answer.counts for day in days_between(*window)}
    try:
        with run.reading() as connection:
            refuse_vanished(
                connection, run.name, days, {record.event for record in records}, service=run.events.service
            )
    except CollectorError as failure:
        tally.shortfalls.append(str(failure))
        answer.counts.clear()
        answer.complete = False


def _drop_left_out(run: WorkspaceRun, tally: Tally, answer: _Answer) -> bool:
    """Drops the counts of single events that take back what is stored of past days; whether there were any."""
    assert run.events is not None
    dropped = False
    for (first_day, last_day), records in answer.counts.items():
        with run.reading() as connection:
            doubted = vanished_events(
                connection, run.name, first_day, last_day, records, {record.event for record in records}, run.today
            )
        if doubted:
            answer.counts[first_day, last_day] = [record for record in records if record.event not in doubted]
            answer.refused += doubted
            tally.shortfalls.append(not_believed(first_day, last_day, doubted, run.events.service))
            dropped = True
    return dropped


def _allowance(run: WorkspaceRun, days: int) -> int | None:
    if not run.order.light or run.budget is None:
        return None
    return max(int(run.budget.left(days) * LIGHT_SHARE), 1)


def _stretches(plan: _Plan, names: Collection[str]) -> list[tuple[date, list[str]]]:
    """Events by the first day to ask them for: those of the newest days, then new ones and those that lack older days.

    What fails for an event that was never answered for must not cost the others their newest days. Where events of
    campaigns lack older days, all of campaigns' are asked for first: an hour's share may be too small for the others.
    """
    longer: list[str] = []
    usual: list[str] = []
    since = plan.first_day
    for name in names:
        lacking = plan.known[name][0] if name in plan.known else plan.reach
        if lacking is not None and lacking < plan.first_day:
            longer.append(name)
            since = min(since, lacking)
        else:
            usual.append(name)
    both = ((plan.first_day, usual), (since, longer))
    if plan.campaign_events.isdisjoint(longer):
        return [stretch for stretch in both if stretch[1]]
    return [
        (first_day, some)
        for of_campaigns in (True, False)
        for first_day, names_of in both
        if (some := [name for name in names_of if (name in plan.campaign_events) is of_campaigns])
    ]


def in_order_of_need(names: Iterable[str], known: Known, campaign_events: Collection[str]) -> list[str]:
    """Events that campaigns hang on first, then those never counted or longest not counted.

    The order decides who is left when the hour's requests are used up: never the same ones twice.
    """

    def need(name: str) -> tuple[bool, datetime, str]:
        newest = known[name][1] if name in known else None
        return name not in campaign_events, newest or LONG_AGO, name

    return sorted(names, key=need)


def _save(run: WorkspaceRun, tally: Tally, plan: _Plan, answer: _Answer) -> None:
    """Saves what came, all in one transaction; what did not come is marked so where there is no number yet."""
    assert run.events is not None
    if not plan.moved:
        _drop_vanished(run, tally, answer)
    if not plan.moved and _drop_left_out(run, tally, answer) and plan.switching:
        # The other source's series would be given up for one that is not whole.
        answer.counts.clear()
        answer.complete = False
    now = run.clock.instant()
    whole = answer.complete and len(answer.counts) <= 1 and not answer.refused
    windows = answer.counts or ({(answer.first_day, plan.last_day): []} if answer.complete else {})
    with run.saving() as connection:
        if plan.switching and windows:
            restart_event_series(connection, run.name, None if plan.moved else "query")
            save_event_service(connection, run.name, run.events.service)
        for (first_day, last_day), counts in windows.items():
            tally.rows += save_event_window(
                connection,
                counts,
                count_states(first_day, last_day, run.now, run.zone),
                run.collected(now),
                count_source="query",
                answered=None if whole else [record.event for record in counts],
                zero_since=dict.fromkeys(plan.campaign_events, first_day),
            )
            tally.kept = True
        if answer.complete:
            last_day = min(last for _, last in windows)
            states = count_states(answer.first_day, last_day, run.now, run.zone)
            save_source_days(connection, "mixpanel_events", states, run.collected(now))
        elif not windows:
            mark_not_collected(connection, "mixpanel_events", plan.first_day, plan.last_day, run.collected(now))
