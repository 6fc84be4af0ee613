"""Daily counts of events from Amplitude's event segmentation: one event a query."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from collectors.amplitude.amplitude_client import AmplitudeClient
from collectors.amplitude.cost_budget import MOST_DAYS
from collectors.errors import CollectorError, NotFound, RequestRefused, UnexpectedShape
from collectors.event_source import CountedBatch, EventRefused
from collectors.http.client import Progress
from collectors.http.shape import Reader
from collectors.zone_days import days_from
from storage.records import EventCounts

PATH = "/events/segmentation"
# Where so many events are refused and none was answered, it is not about the events.
MOST_REFUSALS = 10


def fetch_segmented_counts(
    client: AmplitudeClient,
    names: Sequence[str],
    first_day: date,
    last_day: date,
    progress: Progress | None = None,
) -> Iterator[CountedBatch]:
    """Daily totals of the named events, one batch for each, one query at a time.

    An event that Amplitude refuses by its name, or whose series is missing from the answer, is not known: it is never
    taken for one that did not happen.

    Args:
        client: The project.
        names: Event types, each once.
        first_day: First day, in the project's zone.
        last_day: Last day.
        progress: Told how many events are done, of how many.

    Raises:
        CollectorError: by what went wrong; the batches yielded before it are whole.
    """
    wanted = list(dict.fromkeys(names))
    in_vain = 0
    is_answered = False
    for place, name in enumerate(wanted):
        counts: tuple[EventCounts, ...] = ()
        refused: tuple[EventRefused, ...] = ()
        try:
            counts = (EventCounts(name, _days_of(client, name, first_day, last_day), "query"),)
            is_answered = True
        except (UnexpectedShape, RequestRefused) as error:
            in_vain += 1
            if not _is_about_the_event(error) or (in_vain >= MOST_REFUSALS and not is_answered):
                raise
            refused = (EventRefused(name, error.message),)
        if progress is not None:
            progress(place + 1, len(wanted), "events")
        yield CountedBatch(counts, first_day, last_day, refused)


def _is_about_the_event(error: CollectorError) -> bool:
    if isinstance(error, UnexpectedShape):
        # What is no JSON at all comes from a proxy or a broken service.
        return error.field != "body"
    return isinstance(error, RequestRefused) and not isinstance(error, NotFound) and error.status in (200, 400)


def _days_of(client: AmplitudeClient, name: str, first_day: date, last_day: date) -> dict[date, int]:
    counts: dict[date, int] = {}
    while first_day <= last_day:
        end = min(last_day, first_day + timedelta(days=MOST_DAYS - 1))
        parameters = {
            "e": json.dumps({"event_type": name}, separators=(",", ":")),
            "m": "totals",
            "i": "1",
            "start": f"{first_day:%Y%m%d}",
            "end": f"{end:%Y%m%d}",
        }
        body = client.ask(PATH, parameters, days=(end - first_day).days + 1)
        counts.update(parse_totals(body, first_day, end, client.reader(PATH)))
        first_day = end + timedelta(days=1)
    return counts


def parse_totals(body: Any, first_day: date, last_day: date, read: Reader) -> dict[date, int]:
    """The days with any event, from an answer about one event without segments.

    Each day asked for must be among `xValues`, for only then was it answered, and the one series must hold a number
    for each of them.
    """
    data = read.mapping(read.mapping(body, "body").get("data"), "data")
    days = [_day(value, f"data.xValues[{i}]", read) for i, value in enumerate(_list(data, "xValues", read))]
    series = _list(data, "series", read)
    if len(series) != 1:
        read.fail("data.series", f"holds {len(series)} series, where one was asked for")
    numbers = read.sequence(series[0], "data.series[0]")
    if len(numbers) != len(days):
        read.fail("data.series[0]", f"holds {len(numbers)} numbers for {len(days)} days")
    counts = {day: read.count(n, f"data.series[0][{i}]") for i, (day, n) in enumerate(zip(days, numbers, strict=True))}
    unanswered = [day for day in days_from(first_day, last_day) if day not in counts]
    if unanswered:
        read.fail("data.xValues", f"does not hold {unanswered[0]}, which was asked for")
    return {day: count for day, count in counts.items() if first_day <= day <= last_day and count}


def _list(data: dict[str, Any], name: str, read: Reader) -> list[Any]:
    return read.sequence(data.get(name), f"data.{name}")


def _day(value: Any, field: str, read: Reader) -> date:
    text = read.text(value, field)
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        read.fail(field, f"is {text[:40]!r}, which begins with no date")
