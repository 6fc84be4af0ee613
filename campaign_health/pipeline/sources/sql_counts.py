"""Event counts from a database of the team's own: one query for all days that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import unbroken
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.whole_counts import collect_whole_counts
from campaign_health.pipeline.windows import RESTATED_DAYS
from campaign_health.words.numbers import plural
from collectors.event_source import CountedBatch
from collectors.sql import SqlSource, counted_batch

_CURE = (
    "A day counts only where the answer has a row of it: where nothing happened, let the query return the day without "
    "an event and with 0 events."
)


def collect_sql_counts(run: WorkspaceRun, source: SqlSource, tally: Tally) -> None:
    """Counts all events of the days that the database has; those that it lacks stay not collected.

    Raises:
        CollectorError: what ended it; nothing of this run is then saved.
    """

    def ask(first_day: date, last_day: date) -> Iterator[CountedBatch]:
        days = source.counted_days(first_day, last_day)
        if not days and run.order.light:
            # What is loaded once a day has neither yesterday nor today for a while.
            return
        if not days:
            raise source.without_days(first_day, last_day)
        if min(days) > first_day:
            tally.notes.append(f"{source.service} has no day before {min(days)}.")
        for begin, end in unbroken(sorted(days)):
            yield counted_batch(days, begin, end)

    last_day = source.last_day_served(run.window.last_day, run.now, run.zone)
    missing = collect_whole_counts(run, tally, "query", last_day, ask, as_loaded=True)
    if missing and not tally.shortfalls:
        told = tally.shortfalls if missing[-1] > last_day - timedelta(days=RESTATED_DAYS) else tally.notes
        told.append(f"{source.service} has no row of {_days(missing)}: not collected. {_CURE}")


def _days(missing: Sequence[date]) -> str:
    first, last = unbroken(missing)[-1]
    more = len(missing) - ((last - first).days + 1)
    newest = f"{first}" if first == last else f"{first} to {last}"
    return newest + (f" and {plural(more, 'earlier day')}" if more else "")
