"""How long `backtest` takes and what memory it needs.

`python -m tests.benchmarks.detector_speed [pairs] [days]`, by default 10,000 and 730. With `linear` in their place it
runs smaller tables as well and prints the time for each million pair-days: the same throughout if it is linear in both.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

SIZES = ((2_500, 730), (5_000, 730), (10_000, 182), (10_000, 365), (10_000, 730))  # pairs, days


def write_pairs(path: Path, pairs: int, days: int) -> None:
    """A table of healthy pairs of all sizes, from a handful to thousands of sends a day."""
    random = np.random.default_rng(1)
    level = random.lognormal(3.0, 1.5, (pairs, 1))
    weekend = np.where(np.arange(days) % 7 >= 5, 0.5, 1.0)
    events = random.poisson(level * weekend * random.gamma(20, 1 / 20, (pairs, days)))
    sends = random.binomial(events, random.uniform(0.2, 0.95, (pairs, 1)))
    names = pa.array([f"campaign {index}" for index in range(pairs)])
    start = np.datetime64("2024-01-01") + np.arange(days)
    table = pa.table(
        {
            "pair_id": names.take(pa.array(np.repeat(np.arange(pairs), days))),
            "date": pa.array(np.tile(start, pairs)),
            "events": events.ravel(),
            "sends": sends.ravel(),
        }
    )
    pyarrow.csv.write_csv(table, path, pyarrow.csv.WriteOptions(quoting_style="none"))


def main() -> None:
    if sys.argv[1:] == ["linear"]:
        for pairs, days in SIZES:
            measure(pairs, days)
    else:
        pairs, days = (int(text) for text in (*sys.argv[1:], *("10000", "730")[len(sys.argv) - 1 :]))
        measure(pairs, days)


def measure(pairs: int, days: int) -> None:
    """Runs the command on one table in a process of its own and prints what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "pairs.csv", Path(folder) / "verdicts.csv"
        write_pairs(table, pairs, days)
        run = "from campaign_health.cli.backtest import command; command()"
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", run, "--pairs", str(table), "--out", str(out)], check=True)
        took = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"backtest of {pairs:,} pairs x {days} days ({table.stat().st_size / 1e6:.0f} MB in, "
            f"{out.stat().st_size / 1e6:.0f} MB out): {took:.1f} s, "
            f"{used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime:.1f} s of processor time, "
            f"{took / (pairs * days / 1e6):.1f} s for each million pair-days, "
            f"{used.ru_maxrss / 1e6:.2f} GB at most so far",
            flush=True,
        )


if __name__ == "__main__":
    main()
