"""How long judging takes: all from the beginning, and one more day.

`python -m tests.benchmarks.judge_speed [campaigns] [events] [days]`, by default 1,000, 2,000 and 730. Healthy campaigns
with made-up numbers, three of which break in the last days; reading and writing included. With `linear` in place of the
numbers it runs smaller worlds as well: half the campaigns and events, and half the days, should take half as long.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from campaign_health.judge.judging import judge_workspace
from campaign_health.judge.summary import JudgeSummary
from campaign_health.sandbox.world.generated_world import generated_world
from campaign_health.sandbox.world.world import World
from campaign_health.settings import load_settings
from storage.file.database import Warehouse, transaction

PARTS = 14
LAST = date(2026, 11, 30)
SIZES = ((250, 500, 730), (500, 1000, 730), (1000, 2000, 182), (1000, 2000, 365), (1000, 2000, 730))


def main() -> None:
    if sys.argv[1:] == ["linear"]:
        for campaigns, events, days in SIZES:
            measure(campaigns, events, days)
    else:
        measure(*(int(text) for text in (*sys.argv[1:], *("1000", "2000", "730")[len(sys.argv) - 1 :])))


def measure(campaigns: int, events: int, days: int) -> None:
    """Judges one generated world, all of it and then one more day, and prints what it took."""
    world = generated_world(campaigns=campaigns, events=events, days=days, last_day=LAST)
    for number in (3, 5, 7):
        for name in ("sent", "delivered"):
            world.campaigns[number].series[name][days - 3 :] = 0
    print(f"{campaigns:,} campaigns x {days} days, {events:,} events")
    with tempfile.TemporaryDirectory() as place:
        warehouse, settings = Warehouse(Path(place)), load_settings({}, Path(place)).workspaces[0]
        with warehouse.open() as connection, transaction(connection):
            _fill(connection, world, 0, days - 1)
        _timed("from the beginning", lambda: judge_workspace(warehouse, settings, _morning(LAST)))
        with warehouse.open() as connection, transaction(connection):
            _fill(connection, world, max(0, days - 7), days)
        newest = LAST + timedelta(days=1)
        _timed("one more day", lambda: judge_workspace(warehouse, settings, _morning(newest)))
        _timed("nothing new", lambda: judge_workspace(warehouse, settings, _morning(newest)))
        began = time.perf_counter()
        warehouse.publish()
        size = warehouse.published_path.stat().st_size
        print(f"publishing: {time.perf_counter() - began:.2f} s, {size / 1e6:.0f} MB")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")


def _timed(what: str, judge: Callable[[], JudgeSummary]) -> None:
    began, used = time.perf_counter(), time.process_time()
    summary = judge()
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    print(
        f"{what}: {seconds:.2f} s ({processor:.2f} s of processor), {summary.verdicts_written:,} verdicts written, "
        f"{summary.open_incidents} incidents open, resumed from {summary.resumed_from}"
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=7)


def _fill(connection: duckdb.DuckDBPyConnection, world: World, first: int, last: int) -> None:
    """Store the days from column `first` to `last` of the generated world, straight into the tables."""
    columns = np.arange(first, last + 1)
    days = (np.datetime64(world.first_day, "D") + columns).astype("datetime64[D]")
    now = datetime(2026, 12, 1)
    connection.execute(
        "INSERT OR REPLACE INTO workspace (workspace, time_zone, time_zone_since) VALUES ('default', 'UTC', ?)", [now]
    )
    events = list(world.events.values())
    names = pa.table({"event": [event.name for event in events]})
    connection.register("names", names)
    connection.execute(
        "INSERT OR REPLACE INTO event SELECT 'default', event, ?, ?, ? FROM names",
        [now, world.first_day, world.last_day],
    )
    counts = pa.table(
        {
            "event": np.repeat([event.name for event in events], len(columns)),
            "day": pa.array(np.tile(days, len(events)), type=pa.date32()),
            "events": np.concatenate([event.daily[columns] for event in events]),
        }
    )
    connection.register("counts", counts)
    connection.execute(
        "INSERT OR REPLACE INTO event_day SELECT 'default', event, day, events, 'observed', 'query', ? FROM counts",
        [now],
    )
    truth = list(world.campaigns.values())
    listed = pa.table({"id": [item.id for item in truth], "event": [item.event_name for item in truth]})
    connection.register("listed", listed)
    connection.execute(
        "INSERT OR REPLACE INTO campaign SELECT 'default', id, 'Campaign ' || id, 'running', true, 'event', event, [], "
        "$1, $1, $1, '{}', $2, NULL FROM listed",
        [datetime(2024, 1, 1), now],
    )
    numbers = {
        name: np.concatenate([item.series[name][columns] for item in truth])
        for name in ("sent", "delivered", "created")
    } | {name: np.concatenate([item.journeys[name][columns] for item in truth]) for name in ("started", "activated")}
    table = pa.table(
        {
            "id": np.repeat([item.id for item in truth], len(columns)),
            "day": pa.array(np.tile(days, len(truth)), type=pa.date32()),
            **numbers,
        }
    )
    connection.register("numbers", table)
    connection.execute(
        "INSERT OR REPLACE INTO campaign_day (workspace, campaign_id, day, sent, delivered, created, state, "
        "engagement_state, collected_at) "
        "SELECT 'default', id, day, sent, delivered, created, 'observed', 'observed', ? FROM numbers",
        [now],
    )
    connection.execute(
        "INSERT OR REPLACE INTO journey_day (workspace, campaign_id, day, started, activated, state, collected_at) "
        "SELECT 'default', id, day, started, activated, 'observed', ? FROM numbers",
        [now],
    )
    _fill_parts(connection, days[0].item(), days[-1].item(), now)
    dated = pa.table({"day": pa.array(days, type=pa.date32())})
    connection.register("dated", dated)
    for source in ("mixpanel_events", "customerio_metrics", "customerio_journeys"):
        connection.execute(
            "INSERT OR REPLACE INTO source_day SELECT 'default', ?, day, 'observed', ?, 'run' FROM dated", [source, now]
        )
    for name in ("names", "counts", "listed", "numbers", "dated"):
        connection.unregister(name)


def _fill_parts(connection: duckdb.DuckDBPyConnection, first: date, last: date, now: datetime) -> None:
    """Every trigger event from fourteen platforms and versions, every campaign with five messages, 120 days of them."""
    values = {"first": max(first, last - timedelta(days=120)), "last": last, "now": now, "parts": PARTS}
    connection.execute(
        """
        INSERT OR REPLACE INTO event_part_day
        SELECT 'default', d.event, d.day, 'library', 'system ' || (n % 4), 'version ' || n, d.events // $parts + 1,
            1 / $parts, d.events + $parts, false, $now
        FROM event_day d JOIN campaign c USING (workspace, event), range($parts) parts(n)
        WHERE d.day BETWEEN $first AND $last AND d.events > 0
        """,
        values,
    )
    del values["parts"]
    connection.execute(
        """
        INSERT OR REPLACE INTO message_day (workspace, campaign_id, message_id, day, channel, sent, created, state,
            collected_at)
        SELECT 'default', campaign_id, campaign_id || '0' || n, day, 'email', sent // 5, sent // 5, 'observed', $now
        FROM campaign_day, range(5) messages(n) WHERE day BETWEEN $first AND $last AND sent IS NOT NULL
        """,
        values,
    )


if __name__ == "__main__":
    main()
