"""What a year unattended does to memory, descriptors, threads and files: it must all stay flat.

`python -m tests.benchmarks.year [days] [campaigns] [events]`, by default 365 days of 200 campaigns and 400 events. Each
morning is a whole round (collect, judge, publish, tell) with the schedule's own supervisor, whose process lives all
year, and processes of their own for the work; the services are the sandbox, in another process. One campaign breaks
each month and is mended after ten days. The collectors' own pace is switched off, so that a year fits into an hour.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from campaign_health.cli.run import WORKER
from campaign_health.process.stopping import StopSignals
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.slack.slack_service import running_slack
from campaign_health.sandbox.world.generated_world import generated_world
from campaign_health.schedule.one_round import run_once
from campaign_health.settings import load_settings

LAST = date(2026, 11, 30)
HISTORY = 60
PRINT_EVERY = 30
BROKEN_DAYS = 10


def serve(pipe: Connection, days: int, campaigns: int, events: int) -> None:
    """Serves the world until told to stop, on the day that it is told."""
    world = generated_world(campaigns, events, HISTORY + days, LAST)
    for number, first in enumerate(range(HISTORY + 20, HISTORY + days, 30)):
        campaign = world.campaigns[sorted(world.campaigns)[number % campaigns]]
        for name in ("sent", "delivered"):
            campaign.series[name][first : first + BROKEN_DAYS] = 0
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox, running_slack() as slack:
        pipe.send({**sandbox.environment, "SLACK_WEBHOOK_URL": slack.webhook_url})
        while (now := pipe.recv()) is not None:
            sandbox.set_now(now)
            sandbox.forget_requests()
            told = len(slack.messages)
            slack.messages.clear()
            pipe.send(told)


def main(days: int = 365, campaigns: int = 200, events: int = 400) -> None:
    """Lives through the year and prints a line for each month."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, days, campaigns, events))
    server.start()
    served = ours.recv()
    this = psutil.Process()
    print(f"{days} days of {campaigns:,} campaigns and {events:,} events")
    print(
        f"{'day':>4}{'s a day':>9}{'schedule MB':>13}{'threads':>9}{'files open':>12}{'work MB at most':>17}"
        f"{'warehouse MB':>14}{'published MB':>14}{'written MB a day':>18}{'messages':>10}{'failed':>8}"
    )
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "data"
        begun, written, failed, messages = time.monotonic(), _written(), 0, 0
        for number in range(1, days + 1):
            day = LAST - timedelta(days=days - number)
            now = datetime.combine(day, time_of_day(9, 30), ZoneInfo("UTC"))
            ours.send(now)
            messages += ours.recv()
            environment = {
                **served,
                "CAMPAIGN_HEALTH_NOW": now.isoformat(),
                "CAMPAIGN_HEALTH_DATA_DIR": str(data),
                "CAMPAIGN_HEALTH_BACKFILL_DAYS": str(HISTORY - 2),
                "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
                "MIXPANEL_QUERIES_PER_HOUR": "100000",
            }
            settings = load_settings(environment, Path(directory))
            with StopSignals() as signals:
                done = run_once(settings, WORKER, lambda _: None, signals, environment)
            failed += done.exit_code() != 0
            if number == 1 or number % PRINT_EVERY == 0 or number == days:
                span = 1 if number == 1 else min(PRINT_EVERY, number - 1)
                print(
                    f"{number:>4}{(time.monotonic() - begun) / span:>9.1f}{this.memory_info().rss / 1e6:>13.0f}"
                    f"{threading.active_count():>9}{this.num_fds():>12}"
                    f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3:>17.0f}"
                    f"{(data / 'warehouse.duckdb').stat().st_size / 1e6:>14.1f}"
                    f"{(data / 'campaign_health.duckdb').stat().st_size / 1e6:>14.1f}"
                    f"{(_written() - written) / span / 1e6:>18.1f}{messages:>10}{failed:>8}",
                    flush=True,
                )
                begun, written, messages, failed = time.monotonic(), _written(), 0, 0
    ours.send(None)
    server.join()


def _written() -> int:
    """Bytes that this process's ended children wrote to the disk."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock * 512


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
    os._exit(0)
