"""Event counts: dense from each event's first day on, so that a vanished event reads as zero."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import islice
from typing import Any

from storage.connection import Connection
from storage.file.conversion import stored_instant, stored_text
from storage.read.collected import event_source_in_use, known_events
from storage.records import Collected, CountSource, EventCounts
from storage.save.answered_days import mark_not_collected, save_source_days
from storage.save.bulk import DAY, TEXT, WHOLE, count_of, incoming
from storage.save.restatements import keep_restated_events

_EVENTS_AT_ONCE = 200

# Where each event's series begins: its first day with an event, counting what was stored and what just came.
_SERIES_BEGIN = """
    CREATE OR REPLACE TEMP TABLE series_begin AS
    SELECT n.event, n.source, least(n.first_day, stored.first_day) AS first_day, stored.first_day AS stored_first_day
    FROM (
        SELECT i.event, any_value(i.source) AS source, least(min(c.day), any_value(i.zero_since)) AS first_day
        FROM incoming_events i LEFT JOIN gathered_counts c ON c.event = i.event AND c.events > 0
        GROUP BY i.event
    ) n
    LEFT JOIN (
        SELECT event, min(day) AS first_day FROM event_day WHERE workspace = ? GROUP BY event
    ) stored ON stored.event = n.event
    WHERE least(n.first_day, stored.first_day) IS NOT NULL
"""

_SAVE_WINDOW = """
    INSERT OR REPLACE INTO event_day BY NAME
    SELECT $workspace AS workspace, b.event, d.day, coalesce(c.events, 0) AS events, d.state, b.source,
        $collected_at AS collected_at
    FROM series_begin b
    JOIN incoming_days d ON d.day >= b.first_day
    LEFT JOIN gathered_counts c ON c.event = b.event AND c.day = d.day
    ORDER BY b.event, d.day
"""

# An event first seen (or first seen earlier) now has no rows on the collected days outside this window.
_FILL_GAPS = """
    INSERT INTO event_day BY NAME
    SELECT $workspace AS workspace, b.event, s.day,
        CASE WHEN s.state = 'not_collected' THEN NULL ELSE 0 END AS events, s.state, b.source, s.collected_at
    FROM series_begin b
    JOIN source_day s ON s.workspace = $workspace AND s.source = 'mixpanel_events' AND s.day >= b.first_day
    WHERE b.stored_first_day IS DISTINCT FROM b.first_day
    ON CONFLICT DO NOTHING
"""

_SEEN = """
    UPDATE event SET first_seen = seen.first_seen, last_seen = seen.last_seen
    FROM (
        SELECT e.event, min(d.day) AS first_seen, max(d.day) AS last_seen
        FROM event e LEFT JOIN event_day d ON d.workspace = e.workspace AND d.event = e.event AND d.events > 0
        WHERE e.workspace = $workspace GROUP BY e.event
    ) seen
    WHERE event.workspace = $workspace AND event.event = seen.event
        AND (event.first_seen IS DISTINCT FROM seen.first_seen OR event.last_seen IS DISTINCT FROM seen.last_seen)
"""


def save_event_window(
    connection: Connection,
    counts: Iterable[EventCounts],
    states: Mapping[date, str],
    collected: Collected,
    *,
    count_source: CountSource | None = None,
    answered: Collection[str] | None = None,
    zero_since: Mapping[str, date] | None = None,
) -> int:
    """Save the counts of a window of days and return the number of rows of `event_day` written.

    Every event gets a row for each day of the window from its own first day (the first with a count above 0)
    on, 0 where it had none; days outside the window that were collected before are filled likewise. Known
    events that the answer does not have get zeros too.

    Args:
        counts: a day of the window that is not in an event's `counts` had none (0). One source for all.
        states: 'observed' or 'provisional' for each day of the window; counts of other days are ignored.
        count_source: where `counts` may be empty, the source that answered (default: the source in use).
        answered: None where the whole source answered. Else the names that were answered for: all other known
            events are marked not collected where they have no number yet, and so is the source.
        zero_since: events answered for by their names, each with the day since which a day without any is a 0, also
            before its first event.

    Raises ValueError for an event given twice, and for counts from another source than the stored series'.
    """
    days, workspace = sorted(states), collected.workspace
    names, answering = _gather(connection, counts, days)
    stored = event_source_in_use(connection, workspace)
    source = count_source or answering or stored or "query"
    if stored not in (None, source):
        raise ValueError(f"Counts from {source} cannot be added to series from {stored}: restart_event_series first")
    since = {stored_text(event): day for event, day in (zero_since or {}).items()}
    asked = _asked(connection, workspace, names, answered, since)
    instant = stored_instant(collected.at)
    day_columns: dict[str, list[Any]] = {"day": days, "state": [states[day] for day in days]}
    event_columns: dict[str, list[Any]] = {
        "event": asked,
        "source": [source] * len(asked),
        "zero_since": [since.get(event) for event in asked],
    }
    with (
        incoming(connection, "incoming_days", {"day": DAY, "state": TEXT}, day_columns),
        incoming(connection, "incoming_events", {"event": TEXT, "source": TEXT, "zero_since": DAY}, event_columns),
    ):
        connection.execute(
            "INSERT INTO event BY NAME SELECT ? AS workspace, event, ? AS listed_at FROM incoming_events "
            "ON CONFLICT DO NOTHING",
            [workspace, instant],
        )
        connection.execute(_SERIES_BEGIN, [workspace])
        values = {"workspace": workspace, "collected_at": instant}
        keep_restated_events(connection, workspace, instant)
        rows = count_of(connection.execute(_SAVE_WINDOW, values))
    if answered is None:
        save_source_days(connection, "mixpanel_events", {day: states[day] for day in days}, collected)
    rows += count_of(connection.execute(_FILL_GAPS, {"workspace": workspace}))
    connection.execute("DROP TABLE series_begin; DROP TABLE gathered_counts")
    connection.execute(_SEEN, {"workspace": workspace})
    if answered is not None and days:
        mark_not_collected(connection, "mixpanel_events", days[0], days[-1], collected, but_events=asked)
    return rows


def restart_event_series(connection: Connection, workspace: str, source: CountSource | None) -> int:
    """Begin every series anew for counts from `source`: rows of the other source go, names stay. None: all rows go.

    Returns the number of rows removed (0 where nothing was stored from the other source). Call it in the same
    transaction as the save of the new source's history, so that nothing is lost if that fails.
    """
    removed = count_of(
        connection.execute(
            "DELETE FROM event_day WHERE workspace = ? AND source IS DISTINCT FROM ?", [workspace, source]
        )
    )
    if removed:
        connection.execute("DELETE FROM source_day WHERE workspace = ? AND source = 'mixpanel_events'", [workspace])
        connection.execute(_SEEN, {"workspace": workspace})
    return removed


def _gather(
    connection: Connection, counts: Iterable[EventCounts], days: list[date]
) -> tuple[set[str], CountSource | None]:
    """Bring the counts above 0 into the table `gathered_counts`, some events at a time; names and source."""
    connection.execute("CREATE OR REPLACE TEMP TABLE gathered_counts (event VARCHAR, day DATE, events BIGINT)")
    names: set[str] = set()
    sources: set[CountSource] = set()
    remaining = iter(counts)
    while some := list(islice(remaining, _EVENTS_AT_ONCE)):
        sources.update(record.source for record in some)
        by_name = {stored_text(record.event): record.counts for record in some}
        twice = names & by_name.keys()
        if twice or len(by_name) < len(some) or len(sources) > 1:
            raise ValueError(f"One window has one count of each event, from one source; not so: {sorted(twice)[:3]}")
        names |= by_name.keys()
        cells = [(event, day, by_day[day]) for event, by_day in by_name.items() for day in days if by_day.get(day)]
        columns: dict[str, list[Any]] = {
            "event": [c[0] for c in cells],
            "day": [c[1] for c in cells],
            "events": [c[2] for c in cells],
        }
        with incoming(connection, "incoming_counts", {"event": TEXT, "day": DAY, "events": WHOLE}, columns):
            connection.execute("INSERT INTO gathered_counts SELECT * FROM incoming_counts")
    return names, next(iter(sources), None)


def _asked(
    connection: Connection, workspace: str, names: set[str], answered: Collection[str] | None, named: Collection[str]
) -> list[str]:
    if answered is not None:
        return sorted({*names, *(stored_text(name) for name in answered)})
    return sorted({*names, *known_events(connection, workspace), *named})
