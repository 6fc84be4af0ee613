"""How fast the pages are: `python -m tests.benchmarks.dashboard_speed [--campaigns 1000] [--days 730]`.

With `--campaigns 10000` the overview has a second (`OVERVIEW_MS`).

Makes a published file of many campaigns and twice as many events, and prints: the server time of the overview and of
a campaign page with nothing cached, the time until a browser shows the first useful picture, and the memory that a
session adds to an idle server.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil
import streamlit as st
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest

from storage.file.database import Warehouse
from tests.browser import APP, new_window, running_browser, running_dashboard, settled

WORLD = Path(__file__).with_name("dashboard_world.sql")
NOW = "2026-11-24T08:00:00+00:00"
CAMPAIGN = "campaign_health/dashboard/pages/campaign_page.py"
ROUNDS = 7
# The most that the server may take for the overview, by the number of campaigns.
OVERVIEW_MS = {1_000: 300, 10_000: 1_000}


def build(data_dir: Path, campaigns: int, days: int) -> Warehouse:
    """Fills a new data directory with SQL and publishes it."""
    warehouse = Warehouse(data_dir)
    text = WORLD.read_text().replace("$campaigns", str(campaigns)).replace("$days", str(days))
    with warehouse.open_and_publish() as connection:
        for statement in text.split(";\n"):
            if statement.strip():
                connection.execute(statement)
    return warehouse


def server_milliseconds(page: str | None, **query: str) -> tuple[float, float]:
    """The median time that the server needs to draw a page when nothing is cached, on the clock and of processors."""
    times, worked = [], []
    for _ in range(ROUNDS):
        app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in query.items():
            app.query_params[name] = value
        if page is not None:
            app.run()
            app.switch_page(page)
        st.cache_data.clear()
        began, busy = time.perf_counter(), time.process_time()
        app.run()
        times.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        assert not app.exception, app.exception
    return statistics.median(times), statistics.median(worked)


def in_the_browser(folder: Path) -> tuple[float, float, float]:
    """Seconds to the first useful picture, the first time and again, and the megabytes that a session adds."""
    with running_dashboard(folder, CAMPAIGN_HEALTH_NOW=NOW) as dashboard, running_browser() as browser:
        server = psutil.Process(dashboard.process.pid)
        # Python loads the pages' libraries once, at the first visit of all: that is no session's.
        seconds = []
        for _ in range(2):
            page = new_window(browser).new_page()
            began = time.perf_counter()
            page.goto(dashboard.url)
            page.wait_for_selector("h2:has-text('Campaign number')")
            seconds.append(time.perf_counter() - began)
            settled(page)
            page.context.close()
        time.sleep(3)
        idle = server.memory_info().rss
        pages = [new_window(browser).new_page() for _ in range(3)]
        for page in pages:
            page.goto(dashboard.url)
            settled(page)
            page.goto(f"{dashboard.url}/campaign?campaign=60")
            settled(page)
        used = (server.memory_info().rss - idle) / len(pages) / 1e6
    return seconds[0], seconds[1], used


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--campaigns", type=int, default=1000)
    options.add_argument("--days", type=int, default=730)
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder / "data", chosen.campaigns, chosen.days)
        os.environ.update(CAMPAIGN_HEALTH_NOW=NOW, CAMPAIGN_HEALTH_DATA_DIR=str(folder / "data"))
        here = Path.cwd()
        os.chdir(folder)
        overview, campaign = server_milliseconds(None), server_milliseconds(CAMPAIGN, campaign="60")
        os.chdir(here)
        first, again, memory = in_the_browser(folder)
    table = Table(title=f"{chosen.campaigns:,} campaigns, {2 * chosen.campaigns:,} events, {chosen.days} days")
    table.add_column("What")
    table.add_column("Measured", justify="right")
    table.add_column("Limit", justify="right")
    limit = f"{OVERVIEW_MS[chosen.campaigns]:,} ms" if chosen.campaigns in OVERVIEW_MS else ""
    table.add_row("Overview, server, nothing cached", f"{overview[0]:.0f} ms ({overview[1]:.0f} of processors)", limit)
    table.add_row(
        "Campaign page, server, nothing cached", f"{campaign[0]:.0f} ms ({campaign[1]:.0f} of processors)", "300 ms"
    )
    table.add_row("First useful picture of a server just started", f"{first:.2f} s", "")
    table.add_row("First useful picture in the browser", f"{again:.2f} s", "2 s")
    table.add_row("Memory of a session above the idle server", f"{memory:.1f} MB", "50 MB")
    table.add_row("Load of the machine meanwhile", f"{os.getloadavg()[0]:.1f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
