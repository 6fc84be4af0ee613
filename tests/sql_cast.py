"""A database of the team's own for tests: the sandbox's world, in a table of a day's counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.world import World
from tests.collecting_cast import Installation, cast_world

QUERY = "SELECT name AS event, day, events FROM counted WHERE day >= :first_day AND day <= :last_day"
WITHOUT_MIXPANEL = dict.fromkeys(("MIXPANEL_PROJECT_ID", "MIXPANEL_SERVICE_ACCOUNT", "MIXPANEL_SERVICE_SECRET"), "")

Row = tuple[str | None, date | str | None, float | str | None]


def run(url: str, *statements: str) -> None:
    """Runs statements in the database."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def fill(url: str, rows: Iterable[Row], *, types: str = "name text, day date, events bigint") -> None:
    """The table of counts anew, with these rows."""
    run(url, "DROP TABLE IF EXISTS counted", f"CREATE TABLE counted ({types})")
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        values = [{"name": name, "day": day, "events": events} for name, day, events in rows]
        if values:
            connection.execute(text("INSERT INTO counted VALUES (:name, :day, :events)"), values)


def rows_of(world: World, until: date) -> list[Row]:
    """Every event's counts in the world up to a day; a day on which it did not happen is left out."""
    days = [day for day in (world.first_day + timedelta(days=i) for i in range(world.days)) if day <= until]
    return [
        (name, day.isoformat(), int(event.daily[world.index(day)]))
        for name, event in world.events.items()
        for day in days
        if event.daily[world.index(day)]
    ]


@contextmanager
def installed(directory: Path, url: str, **extra: str) -> Iterator[Installation]:
    """A workspace whose events are counted in the database, its campaigns by the sandbox's Customer.io."""
    directory.mkdir()
    with running_sandbox(cast_world(), limits=Limits.unlimited()) as sandbox:
        settings = {"EVENTS_SQL_URL": url, "EVENTS_SQL_QUERY": QUERY, "EVENTS_SQL_TIMEZONE": "Europe/Berlin"}
        yield Installation(sandbox, directory, {**WITHOUT_MIXPANEL, **settings, **extra})
