"""A real PostgreSQL as the team's own database: the queries of the guide, and what the server refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import NullPool, create_engine, text

from campaign_health.pipeline import order_from_names
from collectors.errors import AuthenticationFailed, CollectorError, Forbidden, OutOfTime, RequestRefused, Unreachable
from collectors.sql import SqlClient, SqlDatabase, SqlSource
from tests.collecting_cast import CAST, FIRST_DAY, INVITED, LAST_DAY, SIGNED_UP, UPGRADED, cast_world
from tests.postgres_server import PostgresServer, running_postgres
from tests.sql_cast import QUERY, fill, installed, rows_of, run

GUIDE = Path(__file__).parents[1] / "docs" / "warehouse.md"
TRIED = re.findall(r"```sql\n-- PostgreSQL: tried[^\n]*\n(.*?)```", GUIDE.read_text(), re.DOTALL)
COUNTS = order_from_names(["mixpanel_events"], None, None)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgres() as found:
        yield found


@pytest.fixture(scope="module")
def counted(server: PostgresServer) -> str:
    """A database with the world's counts by day, and with one row for each single event, at both ends of its day."""
    url = server.database()
    sqlalchemy_url = url.replace("postgresql://", "postgresql+psycopg://")
    fill(sqlalchemy_url, rows_of(cast_world(), LAST_DAY))
    run(
        sqlalchemy_url,
        "SET TIME ZONE 'Asia/Tokyo'; CREATE TABLE events (name text, happened_at timestamptz);"
        "INSERT INTO events SELECT name, (day + interval '1 second' + CASE WHEN i % 2 = 0 THEN interval '0' ELSE "
        "interval '23 hours 59 minutes 58 seconds' END) AT TIME ZONE 'Europe/Berlin' "
        "FROM counted, generate_series(1, events) AS i;"
        "CREATE VIEW counted_by_day AS SELECT name AS event, day, sum(events) AS events FROM counted GROUP BY 1, 2;"
        "CREATE FUNCTION forget() RETURNS int LANGUAGE sql AS 'DELETE FROM counted RETURNING 1';"
        "CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN; GRANT SELECT ON counted TO reader",
    )
    return url


def source_of(url: str, query: str = QUERY, seconds: float = 60.0) -> SqlSource:
    database = SqlDatabase("Warehouse", url, query, "Europe/Berlin", seconds)
    return SqlSource(SqlClient(database, sleep=lambda _: None))


def failure_of(url: str, query: str = QUERY, seconds: float = 60.0) -> CollectorError:
    with pytest.raises(CollectorError) as failure:
        source_of(url, query, seconds).counted_days(FIRST_DAY, LAST_DAY)
    return failure.value


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with create_engine(url.replace("://", "+psycopg://"), poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_the_guides_query_counts_single_events_by_the_days_of_their_zone(counted: str) -> None:
    source = source_of(counted, TRIED[0])
    expected: dict[date, dict[str, int]] = {}
    for ahead in range(20):
        day = FIRST_DAY + timedelta(days=ahead)
        expected[day] = {name: events + ahead % 7 for name, (events, _) in CAST.items()}
    assert source.counted_days(FIRST_DAY, LAST_DAY) == expected
    assert source.read_only
    only = source.counted_days(LAST_DAY, LAST_DAY)
    assert only == {LAST_DAY: expected[LAST_DAY]}


def test_the_guides_calendar_tells_a_day_without_events_from_one_that_is_not_there(counted: str) -> None:
    days = source_of(counted, TRIED[1]).counted_days(LAST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=2))
    assert [len(events) for _, events in sorted(days.items())] == [3, 3, 0, 0]


def test_a_whole_run_stores_what_the_database_counts(counted: str, tmp_path: Path) -> None:
    with installed(tmp_path / "data", counted, EVENTS_SQL_QUERY=TRIED[0]) as installation:
        report = installation.collect(COUNTS)
        assert report.exit_code() == 0
        totals = dict(installation.rows("SELECT event, sum(events) FROM event_day GROUP BY 1"))
        assert set(totals) == {SIGNED_UP, INVITED, UPGRADED}
        assert totals == {
            name: 20 * events + sum(ahead % 7 for ahead in range(20)) for name, (events, _) in CAST.items()
        }
        assert installation.rows("SELECT DISTINCT state FROM event_day") == [("observed",)]


@pytest.mark.parametrize(
    "writes",
    [
        f"WITH gone AS (DELETE FROM counted RETURNING name) {QUERY} AND name IN (SELECT name FROM gone)",
        f"{QUERY} AND forget() > 0",
    ],
)
def test_a_query_that_writes_is_refused_by_the_server(counted: str, writes: str) -> None:
    before = rows(counted, "SELECT count(*) FROM counted")
    failure = failure_of(counted, writes)
    assert isinstance(failure, Forbidden)
    assert "writes" in failure.message
    assert rows(counted, "SELECT count(*) FROM counted") == before


def test_who_may_not_read_or_is_not_known_is_told_so(counted: str) -> None:
    assert source_of(counted.replace("postgres@", "reader@")).counted_days(LAST_DAY, LAST_DAY)
    stranger = failure_of(counted.replace("postgres@", "stranger@"))
    assert isinstance(stranger, Forbidden)
    assert "SELECT" in stranger.cure
    nobody = failure_of(counted.replace("postgres@", "nobody_known:hidden-0123@"))
    assert isinstance(nobody, AuthenticationFailed)
    assert "hidden-0123" not in str(nobody)
    elsewhere = failure_of(counted.rsplit("/", 1)[0] + "/no_such_database")
    assert isinstance(elsewhere, Unreachable)
    assert "no_such_database" in elsewhere.message


def test_a_slow_query_is_given_up_and_ended_in_the_server(counted: str) -> None:
    begun = monotonic()
    failure = failure_of(counted, f"{QUERY} AND pg_sleep(60) IS NOT NULL", 0.7)
    assert isinstance(failure, OutOfTime)
    assert "EVENTS_SQL_SECONDS" in failure.cure
    assert monotonic() - begun < 20
    assert source_of(counted, f"{QUERY} AND current_setting('statement_timeout') = '7s'", 7).counted_days(
        LAST_DAY, LAST_DAY
    )
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%AND pg_sleep(6%'"
    while rows(counted, running) != [(1,)]:  # this question itself
        assert monotonic() - begun < 20


def test_what_stands_in_a_row_is_never_told(counted: str) -> None:
    failure = failure_of(counted, QUERY.replace("name AS event", "CAST(name AS integer) AS event"))
    assert isinstance(failure, RequestRefused)
    assert "invalid input syntax" in failure.message
    assert not [name for name in CAST if name in str(failure)]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (QUERY.replace(" day,", " day::timestamptz AS day,"), "an instant"),
        (QUERY.replace(" events ", " events / 7.0 AS events "), "type Decimal"),
        (QUERY.replace(" events ", " 'NaN'::float8 AS events "), "type float"),
        (QUERY.replace("counted", "nowhere"), 'relation "nowhere" does not exist'),
    ],
)
def test_values_that_are_no_counts_of_days_are_refused(counted: str, query: str, told: str) -> None:
    assert told in failure_of(counted, query).message


def test_a_database_that_stops_is_unreachable_and_comes_back(server: PostgresServer, counted: str) -> None:
    server.control("stop", "-m", "immediate")
    try:
        source = source_of(counted)
        with pytest.raises(Unreachable):
            source.counted_days(FIRST_DAY, LAST_DAY)
        assert source.requests_sent == 3
    finally:
        server.start()
    assert len(source.counted_days(FIRST_DAY, LAST_DAY)) == 20
