"""The cast of the backtest: the command on standard input or in a shell, and a made-up pair."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result

from campaign_health.cli.backtest import command

HEADER = "pair_id,date,events,sends\n"
START = date(2026, 1, 5)
RUN = [sys.executable, "-c", "from campaign_health.cli.backtest import command; command()"]


def backtest(text: str | bytes, *options: str) -> Result:
    """The command with this table on standard input."""
    data = text.encode() if isinstance(text, str) else text
    return CliRunner().invoke(command, ["--pairs", "-", "--out", "-", *options], input=data)


def in_shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell script, run in the folder, that may call the command by `RUN`."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def rows_of(done: Result) -> list[dict[str, str]]:
    """The rows that it wrote."""
    assert done.exit_code == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def pair(name: str, days: int = 80, stop: int = 70, seed: int = 1) -> list[str]:
    """Rows of a pair whose sends stop on the day `stop`."""
    random = np.random.default_rng(seed)
    events = random.poisson(80, days)
    sends = random.binomial(events, 0.7)
    sends[stop:] = 0
    return [f"{name},{START + timedelta(days=d)},{events[d]},{sends[d]}\n" for d in range(days)]
