"""What tests of rounds share: an installation of several workspaces, each with services of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign_health.cli.run import WORKER as WORKER
from campaign_health.judge.nothing_new import judged_input
from campaign_health.process.clock import read_clock
from campaign_health.process.stopping import StopSignals
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.schedule.daily_run import collect, judge_and_publish, tell
from campaign_health.schedule.jobs import Job, JobResult
from campaign_health.settings import Settings, load_settings
from storage.file.database import open_published
from storage.read.judged import input_judged
from tests.collecting_cast import Notes, cast_world

ROOT = Path(__file__).parents[1]
PROGRAM = (sys.executable, "-m", "campaign_health")


@dataclass
class Company:
    """A folder with `campaign-health.toml`, and the services of each workspace in it."""

    folder: Path
    sandboxes: dict[str, Sandbox]
    environment: dict[str, str]

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def settings(self) -> Settings:
        return load_settings(self.environment, self.folder)

    def write(self, changes: dict[str, dict[str, object]] | None = None) -> None:
        """Writes the settings; `changes` are a workspace's own."""
        lines: list[str] = []
        for name, sandbox in self.sandboxes.items():
            lines.append(f"[workspace.{json.dumps(name)}]")
            own = {key: value for key, value in sandbox.environment.items() if not key.startswith("CAMPAIGN_HEALTH")}
            values = {**own, "MIXPANEL_QUERIES_PER_HOUR": 1000, **(changes or {}).get(name, {})}
            lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        (self.folder / "campaign-health.toml").write_text("\n".join(lines) + "\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The program in this folder, its output kept."""
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same, until it ends."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the published file."""
        with open_published(self.data_dir) as connection:
            return connection.execute(statement, list(values)).fetchall()

    def rows_or_nothing(self) -> list[tuple[Any, ...]]:
        """The collections that are published; none where nothing is."""
        published = self.data_dir / "campaign_health.duckdb"
        return self.rows("SELECT * FROM collection") if published.exists() else []

    def wait_for(self, statement: str, value: object) -> None:
        """Waits until the published file gives the value."""
        published = self.data_dir / "campaign_health.duckdb"
        wait_until(lambda: published.exists() and self.rows(statement) == [(value,)])


@contextmanager
def running_company(folder: Path, names: Sequence[str], **extra: str) -> Iterator[Company]:
    """A company whose workspaces have the same cast; ten days are collected."""
    with ExitStack() as running:
        sandboxes = {
            name: running.enter_context(running_sandbox(cast_world(), limits=Limits.unlimited())) for name in names
        }
        clock = next(iter(sandboxes.values())).environment["CAMPAIGN_HEALTH_NOW"]
        environment = {
            "CAMPAIGN_HEALTH_NOW": clock,
            "CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"),
            "CAMPAIGN_HEALTH_BACKFILL_DAYS": "10",
            **extra,
        }
        company = Company(folder, sandboxes, environment)
        company.write()
        yield company


def verdicts_rest_on_their_counts(company: Company) -> dict[str, bool]:
    """Of each workspace in the published file, whether its verdicts, if any, rest on what stands beside them."""
    now = read_clock(company.environment)
    with open_published(company.data_dir) as connection:
        judged = {name for (name,) in connection.execute("SELECT DISTINCT workspace FROM verdict").fetchall()}
        return {
            one.name: one.name not in judged or judged_input(connection, one, now) == input_judged(connection, one.name)
            for one in company.settings().workspaces
        }


def whole_round(settings: Settings, now: datetime, workspace: str = "default") -> dict[str, JobResult]:
    """One workspace's round in this process, without waiting between tries: what came of each step."""
    done: dict[str, JobResult] = {}
    with StopSignals() as signals:
        job = Job("collect", settings, (workspace,))
        done["collect"] = collect(job, now, Notes(), signals, sleep=lambda _: None)
    done["publish"] = judge_and_publish(Job("publish", settings, (workspace,)), now)
    failed = any(result.problems for result in done.values())
    done["tell"] = tell(Job("tell", settings, (workspace,), ends_round=True, failed=failed), now)
    if done["tell"].announced:
        judge_and_publish(Job("publish", settings, ()), now)
    return done


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for what other processes do."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)
