"""What the rows of a query say of events and days. Nothing is guessed: what is not as agreed is refused by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import NoReturn

from collectors.errors import UnexpectedShape
from collectors.http.shape import storable

COLUMNS = ("event", "day", "events")
# So many names come of a query that takes something else for the event, such as a person or an address of a page.
MOST_EVENTS = 10_000
LONGEST_TOLD = 40
MOST_OF_A_COUNT = 2**63

CountedDays = dict[date, dict[str, int]]


def read_counted_rows(
    columns: Sequence[str], rows: Iterable[Sequence[object]], first_day: date, last_day: date, *, source: str
) -> CountedDays:
    """The days that the answer has, each with its events that happened.

    A day is known where any row names it. A row without an event, and with 0 or no events, says only that: such is
    what a LEFT JOIN from a calendar gives on a day without any event.

    Args:
        columns: the answer's columns, in any order and case; others than the three are passed over.
        rows: one for each event and day.
        first_day: first day asked for.
        last_day: last day asked for.
        source: what the database is called.

    Raises:
        UnexpectedShape: a column is missing, or a row cannot be what was asked for.
    """
    reading = _Reading(first_day, last_day, source)
    places = [reading.place(column, columns) for column in COLUMNS]
    days: CountedDays = defaultdict(dict)
    names: set[str] = set()
    for number, row in enumerate(rows, start=1):
        event, day_given, events = (row[place] for place in places)
        day = reading.day(day_given, number)
        found = days[day]
        if event is None and (events is None or events == 0):
            continue
        name = reading.event(event, number)
        if name in found:
            # What is long, or an address, is no name of an event but a cell that may be of a person.
            is_name = len(name) <= LONGEST_TOLD and name.isprintable() and "@" not in name
            reading.fail(
                "event",
                f"has {f'the event {name!r}' if is_name else 'an event'} twice on {day}",
                "Let it return one row for each event and day: GROUP BY these two alone.",
            )
        found[name] = reading.count(events, number)
        names.add(name)
        if len(names) > MOST_EVENTS:
            reading.fail(
                "event",
                f"has more than {MOST_EVENTS:,} names of events",
                "Let `event` be the name of what happened, and not who did it or where.",
            )
    return dict(days)


class _Reading:
    """Reads the cells of one answer."""

    def __init__(self, first_day: date, last_day: date, source: str) -> None:
        self._first_day, self._last_day, self._source = first_day, last_day, source

    def fail(self, field: str, seen: str, cure: str) -> NoReturn:
        """Raises for a column: what was seen, and how the query is mended."""
        raise UnexpectedShape(f"The answer of EVENTS_SQL_QUERY {seen}.", cure, source=self._source, field=field)

    def place(self, column: str, columns: Sequence[str]) -> int:
        """Where the column stands."""
        known = [name.lower() for name in columns]
        if known.count(column) != 1:
            times = "no column" if column not in known else "more than one column"
            given = ", ".join(f"`{name[:80]}`" for name in columns[:20]) or "none"
            self.fail(
                column, f"has {times} `{column}`; its columns are {given}", "Name them event, day and events: AS."
            )
        return known.index(column)

    def day(self, value: object, number: int) -> date:
        """The cell as a day of the window."""
        day = _as_day(value)
        if day is None:
            self.fail(
                "day",
                f"has as `day` in row {number:,} {_kind(value)}, which is no date",
                "Cast it to a date in the time zone of the days (CAST(… AS DATE)), and leave out rows without one.",
            )
        if not self._first_day <= day <= self._last_day:
            self.fail(
                "day",
                f"has the day {day}, and asked for were {self._first_day} to {self._last_day}",
                "Let its WHERE hold day >= :first_day AND day <= :last_day.",
            )
        return day

    def event(self, value: object, number: int) -> str:
        """The cell as an event's name."""
        if not isinstance(value, str) or not value.strip():
            self.fail(
                "event",
                f"has as `event` in row {number:,} {_kind(value)}, which is no name",
                "Leave out rows without a name (WHERE event IS NOT NULL AND event <> ''), and cast codes to text.",
            )
        return storable(value)

    def count(self, value: object, number: int) -> int:
        """The cell as a number of events."""
        whole = _as_whole(value)
        if whole is None:
            self.fail(
                "events",
                f"has as `events` in row {number:,} {_kind(value)}, which is no whole number",
                "Let it be count(*), or a sum cast to a whole number.",
            )
        if not 0 <= whole < MOST_OF_A_COUNT:
            self.fail("events", f"has as `events` in row {number:,} {whole}", "A count is 0 or more.")
        return whole


def _as_day(value: object) -> date | None:
    """None for what is no day, and for an instant: of which day it is depends on a zone that it does not say."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.date() if value.tzinfo is None and value.time() == time.min else None
    return value if isinstance(value, date) else None


def _as_whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # Sums come as such; one that is infinite, or no number at all, is within no bounds.
    if isinstance(value, float | Decimal) and isfinite(value) and value == int(value):
        return int(value)
    return None


def _kind(value: object) -> str:
    """What is told of a cell: never what stands in it, which may be of a person."""
    if value is None:
        return "NULL"
    if value == "":
        return "an empty text"
    if isinstance(value, datetime):
        return "an instant"
    return f"a value of the type {type(value).__name__}"
