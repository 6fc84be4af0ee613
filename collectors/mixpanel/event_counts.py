"""Daily counts of events from Mixpanel's Query API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from collectors.errors import CollectorError, NotFound, RequestRefused
from collectors.event_source import CountedBatch, EventRefused
from collectors.http.client import Progress
from collectors.http.shape import Reader
from collectors.mixpanel.batches import Batches, name_list
from collectors.mixpanel.project_apis import MixpanelClient, reader
from collectors.mixpanel.window import Window
from collectors.zone_days import days_from
from storage.records import EventCounts

PATH = "/events"
TOO_MUCH = (400, 413, 414)


def fetch_event_counts(
    client: MixpanelClient,
    names: Sequence[str],
    first_day: date,
    last_day: date,
    today: date,
    progress: Progress | None = None,
) -> Iterator[CountedBatch]:
    """Daily counts of the named events, batch by batch and one request at a time.

    A batch that is refused as too long is halved, and so are those after it. The days of a batch are fewer than
    asked where Mixpanel says that it serves fewer.

    Args:
        client: The project.
        names: Event names, each once.
        first_day: First day, in the project's zone.
        last_day: Last day, at most today.
        today: Today in the project's zone.
        progress: Told how many events are done, of how many.

    Raises:
        CollectorError: by what went wrong; the batches yielded before it are whole.
    """
    wanted = list(dict.fromkeys(names))
    window = Window(first_day, last_day, today)
    fixed: dict[str, str | int] = {"project_id": client.project_id, "type": "general", "unit": "day"}
    fixed_length = len(client.query.address(PATH)) + len(urlencode({**fixed, **window.dates})) + 2
    batches = Batches(wanted, fixed_length)
    in_a_row = 0
    while len(batches):
        batch = batches.peek()
        refused: tuple[EventRefused, ...] = ()
        counts: tuple[EventCounts, ...] = ()
        try:
            body = client.query.get_json(PATH, {**fixed, **window.dates, "event": name_list(batch)})
        except CollectorError as error:
            if window.shrink(error) or (_too_much(error) and batches.halve(batch)):
                continue
            in_a_row += 1
            if not _too_much(error) or len(wanted) == 1 or in_a_row >= batches.most_refusals:
                raise
            batches.refuse(batch)
            refused = (EventRefused(batch[0], error.message),)
        else:
            counts = parse_counts(body, batch, window.first_day, window.last_day, reader(client.query, PATH))
            batches.done(batch)
            in_a_row = 0
        if progress is not None:
            progress(len(wanted) - len(batches), len(wanted), "events")
        yield CountedBatch(counts, window.first_day, window.last_day, refused)


def _too_much(error: CollectorError) -> bool:
    if not isinstance(error, RequestRefused) or isinstance(error, NotFound) or error.status not in TOO_MUCH:
        return False
    # A 400 about the dates or the project is the same for half as many names.
    return not any(word in error.message.lower() for word in ("_date", "project_id", "later than today"))


def parse_counts(
    body: Any, names: Sequence[str], first_day: date, last_day: date, read: Reader
) -> tuple[EventCounts, ...]:
    """Counts of each of `names` from an `/events` answer.

    An event that is absent had none on each day of `series`, and so had a day that is absent from an event's
    map. Keys may carry a time after the date. Days outside the window are dropped; each day of the window must
    be in `series`, for only then was it answered.
    """
    data = read.mapping(read.mapping(body, "body").get("data"), "data")
    served = {parse_day(key, "data.series", read) for key in read.sequence(data.get("series"), "data.series")}
    unanswered = [day for day in days_from(first_day, last_day) if day not in served]
    if unanswered:
        read.fail("data.series", f"does not hold {unanswered[0]}, which was asked for")
    values = read.mapping(data.get("values"), "data.values")
    counts = []
    for name in names:
        field = f"data.values[{name!r}]"
        days = _daily(read.mapping(values.get(name, {}), field), field, read)
        inside = {day: count for day, count in days.items() if first_day <= day <= last_day and count}
        counts.append(EventCounts(name, inside, "query"))
    return tuple(counts)


def _daily(days: Mapping[str, Any], field: str, read: Reader) -> dict[date, int]:
    counts: dict[date, int] = {}
    for key, value in days.items():
        day = parse_day(key, field, read)
        counts[day] = read.count(counts.get(day, 0) + read.count(value, f"{field}[{key!r}]"), field)
    return counts


def parse_day(key: Any, field: str, read: Reader) -> date:
    """The day that begins a key such as `2026-11-20` or `2026-11-20 00:00:00`."""
    text = read.text(key, field)
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        read.fail(field, f"holds {text[:40]!r}, which begins with no date")
