"""What a run costs: requests against the least possible, wall time, our own time, peak memory.

`python -m tests.benchmarks.collect_cost [CAMPAIGNS] [EVENTS] [MESSAGES] [SEGMENTS]`, by default 1,000 campaigns and
2,000 events over 120 days, each campaign with one message, and no segments. The sandbox runs without limits in a
process of its own; the collectors' own pace of 8 requests a second is switched off, so that the time is ours and not
the services'.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

import duckdb
from rich.console import Console
from rich.table import Table

from campaign_health.pipeline import Order, collect_once
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.generated_world import generated_world
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from tests.collecting_cast import Notes

DAYS = 120
MESSAGES_PER_PAGE = 10
NAMES_PER_LIST = 5000
# The longest address that web servers commonly take; Mixpanel documents none.
LONGEST_ADDRESS = 8192
PACE = 8.0
# As the setting has it where nobody sets it.
MESSAGES_PER_RUN = 400
PROFILED_DAYS = {"first run": 4, "daily run": 1}


def serve(pipe: Connection, campaigns: int, events: int, messages_each: int, segments: int) -> None:
    """Serves the world until told to stop; answers each message with the requests since the last one."""
    world = generated_world(campaigns, events, DAYS + 30, messages=messages_each, segments=segments)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        messages = sum(-(-max(len(one.messages), 1) // MESSAGES_PER_PAGE) for one in world.campaigns.values())
        length = sum(len(urlencode({"": json.dumps(name)})) + 2 for name in world.events)
        mapped = {one.event_name for one in world.campaigns.values() if one.event_name}
        mapped_length = sum(len(urlencode({"": json.dumps(name)})) + 2 for name in mapped)
        pipe.send((sandbox.environment, messages, length, mapped_length))
        while pipe.recv() != "stop":
            pipe.send(Counter(request.endpoint for request in sandbox.requests))
            sandbox.forget_requests()


class TimeStoring:
    """Adds up the time in which the warehouse is open or being published."""

    def __init__(self) -> None:
        self.seconds = 0.0
        opened, published = Warehouse.open, Warehouse.publish

        @contextmanager
        def timed_open(warehouse: Warehouse, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
            begun = time.monotonic()
            try:
                with opened(warehouse, wait_seconds) as connection:
                    yield connection
            finally:
                self.seconds += time.monotonic() - begun

        def timed_publish(warehouse: Warehouse, wait_seconds: float = 30.0) -> None:
            begun = time.monotonic()
            published(warehouse, wait_seconds)
            self.seconds += time.monotonic() - begun

        Warehouse.open, Warehouse.publish = timed_open, timed_publish  # type: ignore[method-assign]


def least(
    run: str, campaigns: int, messages: int, length: int, mapped_length: int, single: int, segments: int
) -> dict[str, int]:
    """The fewest requests that can fetch what a run needs, by what the services document.

    Of `single` messages a run asks for as many as the setting allows; both runs are made on one day, on which each
    segment is counted once.
    """
    counted = segments if run == "first run" else 0
    exports = PROFILED_DAYS[run] * -(-mapped_length // LONGEST_ADDRESS)
    return {
        "customerio.campaigns": 1,
        "customerio.actions": messages if run == "first run" else 0,
        "customerio.metrics": campaigns,
        "customerio.action_metrics": single,
        "customerio.customer_count": counted,
        "customerio.segments": bool(counted),
        "customerio.journey_metrics": campaigns,
        "mixpanel.app.me": 1,
        "mixpanel.app.schemas": 1,
        "mixpanel.query.names": 1,
        "mixpanel.query.events": -(-length // LONGEST_ADDRESS),
        "mixpanel.export": exports,
    }


def main(campaigns: int = 1000, events: int = 2000, messages_each: int = 1, segments: int = 0) -> None:
    """Measures a first and a daily run and prints what they cost."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, campaigns, events, messages_each, segments))
    server.start()
    environment, messages, length, mapped_length = ours.recv()
    storing = TimeStoring()
    console = Console(width=110)
    requests = Table("Run", "Request", title=f"Requests: {campaigns:,} campaigns, {events:,} events, {DAYS} days")
    for column in ("Sent", "Least", "Over"):
        requests.add_column(column, justify="right")
    costs = Table("Run", title="Time and memory, sandbox without limits")
    for column in (
        "Wall s",
        "Own CPU s",
        "Saving, publishing s",
        "Saved rows",
        "Published MB",
        "Peak MB",
        "At 8 requests/s, s",
    ):
        costs.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(
            {**environment, "CAMPAIGN_HEALTH_DATA_DIR": directory, "MIXPANEL_QUERIES_PER_HOUR": "1000"}, Path(directory)
        )
        for run in PROFILED_DAYS:
            storing.seconds = 0.0
            begun, cpu = time.monotonic(), time.process_time()
            report = collect_once(settings, Order(), read_clock(environment), Notes(), sleep=lambda _: None)
            wall, cpu = time.monotonic() - begun, time.process_time() - cpu
            assert report.exit_code() == 0, report.as_json()
            ours.send("count")
            sent = ours.recv()
            single = min(MESSAGES_PER_RUN, campaigns * messages_each) if messages_each > 1 else 0
            fewest = least(run, campaigns, messages, length, mapped_length, single, segments)
            for endpoint in sorted({*sent, *fewest}):
                requests.add_row(run, endpoint, f"{sent[endpoint]:,}", f"{fewest.get(endpoint, 0):,}", "")
            total, floor = sum(sent.values()), sum(fewest.values())
            requests.add_row(run, "all", f"{total:,}", f"{floor:,}", f"{total / floor - 1:.1%}", end_section=True)
            costs.add_row(
                run,
                f"{wall:.1f}",
                f"{cpu:.1f}",
                f"{storing.seconds:.1f}",
                f"{sum(record.rows for record in report.records()):,}",
                f"{(Path(directory) / 'campaign_health.duckdb').stat().st_size / 1e6:.0f}",
                f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
                f"{sum(n for endpoint, n in sent.items() if endpoint.startswith('customerio')) / PACE:.0f}",
            )
    ours.send("stop")
    server.join()
    console.print(requests)
    console.print(costs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
