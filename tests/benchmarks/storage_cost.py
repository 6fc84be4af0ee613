"""What storing costs: `python -m tests.benchmarks.storage_cost [--days 120] [--campaigns 1000]`.

Saves a first run of many campaigns and twice as many events, publishes it, adds daily runs, and reads the views.
Prints a table of wall times, the process's peak memory and the size of the file.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from storage.file.database import Warehouse, open_published, transaction
from storage.records import CampaignMetrics, CampaignRecord, Collected, EventCounts, JourneyMetrics, MessageRecord
from storage.save import (
    save_campaign_metrics,
    save_campaigns,
    save_event_window,
    save_journey_metrics,
    save_source_days,
    save_workspace_zone,
)
from storage.save.campaign_numbers import JOURNEY_SERIES, METRIC_SERIES
from tests.storage_cast import charted

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
LAST_DAY = date(2026, 11, 23)
WORKSPACE = "default"


def event_counts(events: int, days: list[date]) -> Iterator[EventCounts]:
    for event in range(events):
        yield EventCounts(f"event {event}", {day: (event * day.day) % 500 for day in days}, "query")


def campaign_records(campaigns: int) -> list[CampaignRecord]:
    messages = [MessageRecord(i, f"Message {i}", "email", "automatic", ["event.plan"], [], None, NOW) for i in range(4)]
    return [
        CampaignRecord(
            i,
            f"Campaign {i}",
            "running",
            True,
            "event",
            f"event {i}",
            ["a"],
            NOW,
            NOW,
            NOW,
            {"filters": None},
            messages,
        )
        for i in range(campaigns)
    ]


def metrics(campaigns: int, days: list[date]) -> Iterator[CampaignMetrics]:
    for campaign in range(campaigns):
        series = {name: [(campaign + day.day) % 97 for day in days] for name in (*METRIC_SERIES, "human_opened")}
        yield CampaignMetrics(campaign, days, series)


def journeys(campaigns: int, days: list[date]) -> Iterator[JourneyMetrics]:
    for campaign in range(campaigns):
        series = {name: [(campaign + day.day) % 97 for day in days] for name in JOURNEY_SERIES}
        yield JourneyMetrics(campaign, days, series)


def save_run(warehouse: Warehouse, campaigns: int, days: list[date], run_id: str) -> None:
    """Everything of one run, one transaction per source."""
    states = dict.fromkeys(days, "observed")

    def state(_campaign_id: int, _day: date) -> str:
        return "observed"

    with warehouse.open() as connection:
        with transaction(connection):
            save_workspace_zone(connection, WORKSPACE, "Europe/Berlin", NOW)
            counts = event_counts(2 * campaigns, days)
            save_event_window(connection, counts, states, Collected(WORKSPACE, run_id, NOW))
        with transaction(connection):
            save_campaigns(connection, WORKSPACE, campaign_records(campaigns), NOW)
        with transaction(connection):
            save_campaign_metrics(connection, WORKSPACE, metrics(campaigns, days), state, state, NOW)
            save_source_days(connection, "customerio_metrics", states, Collected(WORKSPACE, run_id, NOW))
        with transaction(connection):
            save_journey_metrics(connection, WORKSPACE, journeys(campaigns, days), state, NOW)
            save_source_days(connection, "customerio_journeys", states, Collected(WORKSPACE, run_id, NOW))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


def read_all(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SELECT count(events), sum(sent), max(status) FROM event_vs_campaign").fetchall()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--campaigns", type=int, default=1000)
    options.add_argument("--days", type=int, default=120)
    options.add_argument("--daily-runs", type=int, default=10)
    chosen = options.parse_args()
    campaigns: int = chosen.campaigns
    days = [LAST_DAY - timedelta(days=back) for back in reversed(range(chosen.days))]
    title = f"{campaigns:,} campaigns and {2 * campaigns:,} events over {chosen.days} days"
    table = Table("Step", "Seconds", "Peak memory, MB", "File, MB", title=title)
    with tempfile.TemporaryDirectory() as directory:
        warehouse = Warehouse(Path(directory))

        def row(step: str, took: float) -> None:
            table.add_row(step, f"{took:.3f}", f"{peak_megabytes():.0f}", f"{megabytes(warehouse.path):.0f}")

        saving = seconds(lambda: save_run(warehouse, campaigns, days, "first"))
        row("first run: save", saving)
        publishing = seconds(warehouse.publish)
        row("first run: publish", publishing)
        row("first run: both", saving + publishing)
        daily = []
        for ahead in range(1, chosen.daily_runs + 1):
            window = [day + timedelta(days=ahead) for day in days[-8:]]
            daily.append(seconds(lambda window=window: save_run(warehouse, campaigns, window, "daily")))  # type: ignore[misc]
            daily.append(seconds(warehouse.publish))
        row(
            f"daily run of 8 days: save and publish, mean of {chosen.daily_runs}",
            sum(daily) / max(chosen.daily_runs, 1),
        )
        with open_published(warehouse.data_dir) as connection:
            charted(connection, 1)
            one = [seconds(lambda n=n: charted(connection, n)) for n in range(20)]  # type: ignore[misc]
            row("read event_vs_campaign for one campaign, median of 20", sorted(one)[10])
            row("read event_vs_campaign for all campaigns", seconds(lambda: read_all(connection)))
            row("read campaign_health", seconds(lambda: connection.execute("SELECT * FROM campaign_health").df()))
    Console().print(table)


if __name__ == "__main__":
    main()
