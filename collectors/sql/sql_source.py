"""A database of the team's own as a workspace's event source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from collectors.errors import UnexpectedShape
from collectors.event_source import CountedBatch, Definitions, EventNames, ProjectTold
from collectors.http.client import Progress
from collectors.sql.counted_rows import CountedDays, read_counted_rows
from collectors.sql.sql_client import SqlClient
from collectors.zone_days import days_from
from storage.records import EventCounts, PropertyProfile, Source


class SqlSource:
    """One database, as `EventSource` wants it. It tells counts only: no properties, and no definitions.

    Args:
        client: The database and its query.
    """

    lacks: frozenset[Source] = frozenset({"mixpanel_properties", "mixpanel_lexicon"})

    def __init__(self, client: SqlClient) -> None:
        self.client = client
        self.read_only = False
        self._asked: tuple[date, date] | None = None
        self._days: CountedDays = {}

    @property
    def service(self) -> str:
        """What the settings call the database."""
        return self.client.database.name

    @property
    def requests_sent(self) -> int:
        """Queries so far, those tried again included."""
        return self.client.requests_sent

    def close(self) -> None:
        """Ends the query that is running."""
        self.client.close()

    def ask_project(self) -> ProjectTold:
        """The zone that the settings name: no database tells it, and nothing is asked."""
        return ProjectTold(self.client.database.time_zone)

    def last_day_served(self, until: date, now: datetime, zone: ZoneInfo) -> date:
        """The last day to ask for, `until` at most: today in the zone."""
        return min(until, now.astimezone(zone).date())

    def counted_days(self, first_day: date, last_day: date) -> CountedDays:
        """The days that the database has, each with the events that happened; a day that is left out is not known.

        Raises:
            CollectorError: by what went wrong.
        """
        if self._asked != (first_day, last_day):
            answer = self.client.ask(first_day, last_day)
            self._days = read_counted_rows(answer.columns, answer.rows, first_day, last_day, source=self.service)
            self._asked, self.read_only = (first_day, last_day), answer.read_only
        return self._days

    def without_days(self, first_day: date, last_day: date) -> UnexpectedShape:
        """The failure where it has none of the days."""
        return UnexpectedShape(
            f"The answer of EVENTS_SQL_QUERY has no row from {first_day} to {last_day}: the database does not have "
            "these days yet, or the query looks elsewhere.",
            "On a day without any event let it return a row with the day, no event, and 0 events.",
            source=self.service,
            field="rows",
        )

    def event_names(self, first_day: date, last_day: date, today: date) -> EventNames:
        """Names of the events that happened on these days, and the first day that the database has."""
        days = self.counted_days(first_day, last_day)
        if not days:
            raise self.without_days(first_day, last_day)
        return EventNames(tuple(sorted({name for events in days.values() for name in events})), min(days))

    def event_counts(
        self, names: Sequence[str], first_day: date, last_day: date, today: date, progress: Progress | None = None
    ) -> Iterator[CountedBatch]:
        """Daily counts of the named events, up to the newest day that the database has, all at once."""
        days = self.counted_days(first_day, last_day)
        if not days:
            raise self.without_days(first_day, last_day)
        found = counted_batch(days, min(days), max(days))
        by_name = {one.event: one for one in found.counts}
        counts = tuple(by_name.get(name) or EventCounts(name, {}, "query") for name in dict.fromkeys(names))
        yield CountedBatch(counts, found.first_day, found.last_day)

    def property_profiles(
        self, events: Sequence[str], day: date, zone: ZoneInfo, now: datetime, tell: Callable[[str], None] | None = None
    ) -> list[PropertyProfile]:
        """None: the query counts events, and tells nothing of what they carry."""
        return []

    def definitions(self) -> Definitions:
        """None: a database declares no events."""
        return Definitions(None, f"{self.service} declares no events.")

    def is_declared(self, event: str) -> bool:
        """Whether it declares the event: never."""
        return False


def counted_batch(days: Mapping[date, Mapping[str, int]], first_day: date, last_day: date) -> CountedBatch:
    """The counts of every event that happened from the first to the last day."""
    counts: dict[str, dict[date, int]] = {}
    for day in days_from(first_day, last_day):
        for event, number in days.get(day, {}).items():
            if number:
                counts.setdefault(event, {})[day] = number
    return CountedBatch(
        tuple(EventCounts(event, by_day, "query") for event, by_day in sorted(counts.items())), first_day, last_day
    )
