"""Runs `collect` again and again, kills it at seeded instants, and looks at the published file after each.

A program of its own (`python -m tests.killed_runs DIRECTORY KILLS SEED`, the settings in the environment): it has no
threads and has imported everything once, so that each run is a fork and costs no start. It prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import duckdb

from campaign_health.pipeline import Order, collect_once
from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings
from tests.collecting_cast import Notes

SOURCES = frozenset({"customerio_campaigns", "mixpanel_events", "customerio_metrics"})
FRESH_EVERY = 10


def collect(directory: Path) -> int:
    settings = load_settings({**os.environ, "CAMPAIGN_HEALTH_DATA_DIR": str(directory)}, directory)
    report = collect_once(settings, Order(sources=SOURCES), read_clock(os.environ), Notes(), sleep=lambda _: None)
    return report.exit_code()


def look(directory: Path) -> int:
    """0 whole, 3 nothing published, 4 a run that is not whole; an exception where it does not open."""
    path = directory / "campaign_health.duckdb"
    if not path.exists():
        return 3
    with duckdb.connect(path, read_only=True) as connection:
        newest = connection.execute(
            "SELECT count(*) FROM collection WHERE run_id = (SELECT arg_max(run_id, ended_at) FROM collection)"
        ).fetchone()
        missing = connection.execute(
            "SELECT count(*) FROM event_vs_campaign WHERE day >= DATE '2026-11-01' AND (events IS NULL OR sent IS NULL)"
        ).fetchone()
        counted = connection.execute("SELECT count(*) FROM event_vs_campaign").fetchone()
    assert newest is not None
    assert missing is not None
    assert counted is not None
    return 4 if newest[0] != len(SOURCES) or missing[0] or not counted[0] else 0


def forked(work: Callable[[], int], kill_after: float | None = None) -> tuple[int, bool]:
    """The exit code of `work` in a forked process, and whether it was killed."""
    child = os.fork()
    if child == 0:
        code = 9
        try:
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    descriptor = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([descriptor], [], [], kill_after)
        if not ended:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    return (0 if not ended else os.waitstatus_to_exitcode(status)), not ended


def main(directory: Path, kills: int, seed: int) -> None:
    """Kills so many runs and prints what came of each."""
    draw = random.Random(seed)
    begun = time.monotonic()
    assert forked(lambda: collect(directory)) == (0, False)
    first = time.monotonic() - begun
    begun = time.monotonic()
    assert forked(lambda: collect(directory)) == (0, False)
    later = time.monotonic() - begun
    seen: list[dict[str, object]] = []
    for number in range(kills):
        fresh = number % FRESH_EVERY == 0
        place = directory / f"fresh{number}" if fresh else directory
        if fresh:
            place.mkdir()
        after = draw.uniform(0.0, first if fresh else later)
        code, killed = forked(lambda place=place: collect(place), kill_after=after)
        found, _ = forked(lambda place=place: look(place))
        outcome = {"fresh": fresh, "after": round(after, 3), "killed": killed, "code": code, "found": found}
        if fresh:
            outcome["next"], _ = forked(lambda place=place: collect(place))
            outcome["then"], _ = forked(lambda place=place: look(place))
            shutil.rmtree(place)
        seen.append(outcome)
    last, _ = forked(lambda: collect(directory))
    whole, _ = forked(lambda: look(directory))
    leftovers = sorted(path.name for path in directory.iterdir())
    print(json.dumps({"seen": seen, "last": last, "whole": whole, "leftovers": leftovers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
