"""Daily counts of every event from Mixpanel's raw export."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from collectors.errors import ExportCutOff, RequestRefused, UnexpectedShape
from collectors.event_source import CountedBatch
from collectors.http.client import Progress
from collectors.mixpanel.export.export_counting import DistinctEvents
from collectors.mixpanel.export.export_events import LocalDay, read_event
from collectors.mixpanel.export.export_stream import Record, export_records
from collectors.mixpanel.export.export_windows import ExportWindow, export_windows
from collectors.mixpanel.project_apis import MixpanelClient, reader
from collectors.mixpanel.window import is_after_today
from collectors.unreadable import Unreadable
from storage.records import EventCounts

GZIP = {"Accept-Encoding": "gzip"}
MOST_SECOND_TRIES = 10

Counts = dict[date, dict[str, int]]


@dataclass(frozen=True)
class WindowFailed:
    """Days whose export was not whole; they stay not collected."""

    first_day: date
    last_day: date
    reason: str


def fetch_exported_counts(
    client: MixpanelClient,
    first_day: date,
    last_day: date,
    zone: ZoneInfo,
    now: datetime,
    progress: Progress | None = None,
) -> Iterator[CountedBatch | WindowFailed]:
    """Daily counts of all events of the project, window by window, duplicates left out.

    A window that is cut off is read a second time, and then given up; nothing of it is yielded. So is an empty
    one, and then believed.

    Args:
        client: The project; its `time_storage` says how its events carry their time.
        first_day: First local day.
        last_day: Last local day; today is counted as far as it has come.
        zone: The workspace's zone, whose days are counted.
        now: The present.
        progress: Told how many days are read, of how many.

    Yields:
        CountedBatch: all events of its days; an event that is not in it had none.
        WindowFailed: days that could not be read.

    Raises:
        CollectorError: what ends the source, such as a wrong key or an hourly quota used up.
    """
    windows = export_windows(first_day, last_day, zone, client.time_storage, now)
    total = (last_day - first_day).days + 1
    second_tries = MOST_SECOND_TRIES
    held: Counts = {}
    broken: dict[date, str] = {}
    notes: list[str] = []
    for window in windows:
        counts, failure, note = _count_window(client, window, zone)
        # An empty answer means that nothing happened, but is also what a broken connection can look like.
        if (isinstance(failure, ExportCutOff) or (not counts and failure is None)) and second_tries:
            second_tries -= 1
            counts, failure, note = _count_window(client, window, zone)
        if failure is not None:
            broken.update(dict.fromkeys(window.touches, failure.message))
        for day, of_day in counts.items():
            so_far = held.setdefault(day, {})
            for name, count in of_day.items():
                so_far[name] = so_far.get(name, 0) + count
        if progress is not None and window.completes:
            progress((window.completes[-1] - first_day).days + 1, total, "days of the export")
        notes += [note] if note else []
        for part in _finished(window.completes, held, broken):
            if isinstance(part, CountedBatch) and notes:
                part, notes = replace(part, notes=tuple(notes)), []
            yield part


def _count_window(
    client: MixpanelClient, window: ExportWindow, zone: ZoneInfo
) -> tuple[Counts, ExportCutOff | UnexpectedShape | RequestRefused | None, str | None]:
    """Counts of a whole window, or nothing and why; and what is told of records left out."""
    read = reader(client.export, "")
    local_day = LocalDay(zone, client.time_storage, read)
    distinct = DistinctEvents()
    parameters: dict[str, str | int] = {
        "project_id": client.project_id,
        "from_date": window.from_date.isoformat(),
        "to_date": window.to_date.isoformat(),
    }
    unreadable = Unreadable("Mixpanel")
    try:
        for record in read_export(client, parameters, unreadable):
            try:
                event = read_event(record, read)
                day = None if event is None else local_day(event.time)
            except UnexpectedShape as error:
                unreadable.record(error.message)
                continue
            if event is not None and day is not None:
                distinct.add(event.name, day, event.identity)
        note = unreadable.told(f"{window.from_date} to {window.to_date}")
    except (ExportCutOff, UnexpectedShape) as error:
        return {}, error, None
    except RequestRefused as error:
        if not is_after_today(error):
            raise
        return {}, error, None
    counts: Counts = {}
    for name, day, count in distinct.counts():
        counts.setdefault(day, {})[name] = count
    return counts, None, note


def read_export(
    client: MixpanelClient, parameters: dict[str, str | int], unreadable: Unreadable
) -> Generator[Record, None, None]:
    """The records of one export request; closes the connection when left early.

    Raises:
        OutOfTime: the time of all that is asked was over before its end.
        CollectorError: by what went wrong.
    """
    with closing(client.export.open_stream("", parameters, GZIP)) as response:
        try:
            yield from export_records(response, unreadable)
        except ExportCutOff:
            client.export.refuse_late()
            raise


def _finished(days: tuple[date, ...], held: Counts, broken: dict[date, str]) -> Iterator[CountedBatch | WindowFailed]:
    """Batches of neighbouring days that are whole, and of those that are not."""
    start = 0
    for end in range(1, len(days) + 1):
        if end < len(days) and (days[end] in broken) == (days[start] in broken):
            continue
        run = days[start:end]
        start = end
        if run[0] in broken:
            yield WindowFailed(run[0], run[-1], broken[run[0]])
        else:
            yield CountedBatch(_by_event(run, held), run[0], run[-1])
    for day in days:
        held.pop(day, None)


def _by_event(days: tuple[date, ...], held: Counts) -> tuple[EventCounts, ...]:
    series: dict[str, dict[date, int]] = {}
    for day in days:
        for name, count in held.get(day, {}).items():
            series.setdefault(name, {})[day] = count
    return tuple(EventCounts(name, counts, "export") for name, counts in sorted(series.items()))
