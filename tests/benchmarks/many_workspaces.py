"""What one round of many workspaces costs: minutes, bytes written and sizes, in one installation and in shards of it.

`python -m tests.benchmarks.many_workspaces [workspaces ...]`, by default 25 50 100 200; each with 20 campaigns, 40
events and a year of history. The year is collected once, for real, and copied under each name; what is timed is the
next morning's whole round as a schedule runs it (collect, judge, publish, tell; a process a piece of work) against the
sandbox in another process. The largest is run a second time as 4 installations beside each other that have a quarter
each. The collectors' own pace is switched off: the services' limits are per workspace and bind no other one.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from campaign_health.cli.run import WORKER
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.generated_world import generated_world
from storage.file.database import PUBLISHED_NAME, WAREHOUSE_NAME, Warehouse
from tests.benchmarks.year import _written

LAST = date(2026, 11, 30)
CAMPAIGNS, EVENTS, DAYS = 20, 40, 365
SHARDS = 4
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """What a round cost: seconds, bytes written by all its processes, sizes of its files, and its exit codes."""

    seconds: float
    written: int
    warehouse: int
    published: int
    codes: Sequence[int]


class EveryProject(int):
    """Takes any number for its own: one sandbox serves the projects of all workspaces."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


def serve(pipe: Connection) -> None:
    """Serves the world until told to stop, on the day that it is told."""
    world = generated_world(CAMPAIGNS, EVENTS, DAYS + 5, LAST)
    world.project_id = EveryProject(world.project_id)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        pipe.send(sandbox.environment)
        while (now := pipe.recv()) is not None:
            sandbox.set_now(now)
            pipe.send(None)


def morning(day: int) -> datetime:
    """The instant of a round on a day of November 2026."""
    return datetime.combine(date(2026, 11, day), time_of_day(9, 30), ZoneInfo("UTC"))


def installation(folder: Path, names: Sequence[str], served: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Writes the settings of an installation; the environment of its commands."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {key: value for key, value in served.items() if not key.startswith("CAMPAIGN_HEALTH")}
    lines = []
    for number, name in enumerate(names):
        # Each is a project of its own, with its own hourly budget.
        values = own | {"MIXPANEL_PROJECT_ID": str(1_000_000 + number), "CAMPAIGN_HEALTH_TIMEZONE": "UTC"}
        lines += [f"[workspace.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    (folder / "campaign-health.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {
        "CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"), "CAMPAIGN_HEALTH_NOW": now.isoformat(),
        "CAMPAIGN_HEALTH_BACKFILL_DAYS": str(DAYS),
    }  # fmt: skip


def copied(first: Path, folder: Path, names: Sequence[str]) -> None:
    """The warehouse of one workspace, `first`, with its rows under each of these names."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(first / "data" / WAREHOUSE_NAME, data / WAREHOUSE_NAME)
    with duckdb.connect(data / WAREHOUSE_NAME) as connection:
        connection.execute("CREATE TEMP TABLE named (copied_to VARCHAR)")
        connection.execute(f"INSERT INTO named VALUES {', '.join(['(?)'] * len(names))}", list(names))
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.columns JOIN information_schema.tables "
            "USING (table_schema, table_name) WHERE column_name = 'workspace' AND table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            connection.execute(f'CREATE TEMP TABLE kept AS SELECT * FROM "{schema}"."{table}"')
            connection.execute(f'DELETE FROM "{schema}"."{table}"')
            connection.execute(
                f'INSERT INTO "{schema}"."{table}" SELECT kept.* REPLACE (copied_to AS workspace) FROM named, kept '
                "ORDER BY copied_to, kept.rowid"  # as if each had collected its own
            )
            connection.execute("DROP TABLE kept")
    Warehouse(data).publish()


def one_round(folder: Path, environment: Mapping[str, str]) -> int:
    """A whole round, in a process of its own; its exit code."""
    script = (
        "import os, sys; from pathlib import Path; from campaign_health.process.stopping import StopSignals;"
        "from campaign_health.schedule.one_round import run_once; from campaign_health.settings import load_settings;"
        "settings = load_settings(os.environ, Path.cwd());\n"
        f"with StopSignals() as signals: done = run_once(settings, {WORKER!r}, print, signals, os.environ)\n"
        "sys.exit(done.exit_code())"
    )
    known = {name: value for name, value in os.environ.items() if not name.startswith(("MIXPANEL", "CUSTOMERIO"))}
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=known | dict(environment) | {"PYTHONPATH": root},
        stdout=subprocess.DEVNULL, check=False,
    ).returncode  # fmt: skip


def cost(folders: Mapping[Path, Mapping[str, str]]) -> Cost:
    """What a round of each of these installations costs, beside each other."""
    written, begun = _written(), time.monotonic()
    with ThreadPoolExecutor(len(folders)) as pool:
        codes = list(pool.map(one_round, folders.keys(), folders.values()))
    seconds = time.monotonic() - begun
    sizes = [
        sum((folder / "data" / name).stat().st_size for folder in folders) for name in (WAREHOUSE_NAME, PUBLISHED_NAME)
    ]
    return Cost(seconds, _written() - written, sizes[0], sizes[1], codes)


def told(workspaces: int, installations: int, found: Cost) -> None:
    """One line."""
    print(
        f"{workspaces:>10}{installations:>15}{found.seconds / 60:>10.1f}{found.seconds / workspaces:>14.2f}"
        f"{found.written / MEGABYTE:>14.0f}{found.written / MEGABYTE / workspaces:>16.2f}"
        f"{found.warehouse / MEGABYTE:>14.0f}{found.published / MEGABYTE:>14.0f}"
        f"{'  failed' if any(found.codes) else ''}",
        flush=True,
    )


def main(*numbers: int) -> None:
    """Prints a line for each number of workspaces, and one for the largest in shards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    served = ours.recv()
    print(f"{CAMPAIGNS} campaigns and {EVENTS} events a workspace, {DAYS} days; one round, {os.cpu_count()} cores")
    print(
        f"{'workspaces':>10}{'installations':>15}{'minutes':>10}{'s a workspace':>14}{'MB written':>14}"
        f"{'MB a workspace':>16}{'warehouse MB':>14}{'published MB':>14}"
    )
    with tempfile.TemporaryDirectory() as directory:
        first = Path(directory) / "first"
        ours.send(morning(29))
        ours.recv()
        code = one_round(first, installation(first, ["first"], served, morning(29)))
        assert code == 0, "the first collection failed"
        ours.send(morning(30))
        ours.recv()
        for workspaces in numbers or (25, 50, 100, 200):
            names = [f"w{number:04d}" for number in range(workspaces)]
            for shards in (1, SHARDS) if workspaces == max(numbers or (200,)) else (1,):
                folders = {}
                for shard in range(shards):
                    folder = Path(directory) / f"{workspaces}-{shards}-{shard}"
                    own = names[shard::shards]
                    copied(first, folder, own)
                    folders[folder] = installation(folder, own, served, morning(30))
                told(workspaces, shards, cost(folders))
                for folder in folders:
                    shutil.rmtree(folder)
    ours.send(None)
    server.join()


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
    os._exit(0)
