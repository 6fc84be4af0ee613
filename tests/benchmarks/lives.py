"""Whole lives of incidents: companies watched for six weeks by the real commands, and every word held to the truth.

python -m tests.benchmarks.lives [--histories 42] [--seed 1] [--workers 2] [--misses]
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.lives.project import draw_project
from tests.lives.scoring import Marks
from tests.lives.watching import Watched, watch


def main() -> None:
    """Prints the figures, and with `--misses` what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=42)
    parser.add_argument("--first", type=int, default=0, help="the first history's number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--misses", action="store_true", help="list everything that was wrong")
    given = parser.parse_args()
    marks = Marks()
    numbers = range(given.first, given.first + given.histories)
    with ProcessPoolExecutor(given.workers) as pool:
        told = pool.map(partial(_watch, given.seed), numbers)
        notes = Console(stderr=True)
        for watched in track(told, "Watching companies", total=len(numbers), console=notes, transient=True):
            marks.add(watched)
    console = Console(width=200)
    console.print(_figures(marks, len(numbers)))
    if given.misses:
        _misses(marks, console)


def _watch(seed: int, number: int) -> Watched:
    with tempfile.TemporaryDirectory(prefix="lives-") as folder:
        return watch(draw_project(seed, number), Path(folder))


def _figures(marks: Marks, histories: int) -> Table:
    table = Table(title=f"{histories} companies, six weeks each")
    for name in ("figure", "value", "aim"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    years = max(marks.healthy_days / 365.25, 1e-9)
    for row in (
        ("breaks found", _part(len(marks.found_after), marks.breaks), ""),
        ("days until found, median", f"{median(marks.found_after or [0]):.0f}", "1"),
        ("headline right at first look (20+ sends a day)", _part(marks.first_right, marks.headlines), "≥ 92 %"),
        ("headline right at last look (20+ sends a day)", _part(marks.last_right, marks.headlines), "≥ 92 %"),
        ("recovery told within 2 days of the repair", _part(marks.told_in_time, marks.repaired), "≥ 95 %"),
        ("ended before a broken day, or before it was found", str(len(marks.ended_before_broken_day)), "0"),
        (
            f"false incidents per healthy campaign-year ({years:.1f} years)",
            f"{len(marks.false_incidents) / years:.2f}",
            "≤ 0.05",
        ),
        ("missed sends within 15 % of the truth", _part(marks.costs_near, marks.costs), "≥ 85 %"),
        ("claims checked", f"{marks.claims:,}", ""),
        ("claims untrue", f"{sum(marks.untrue.values())} ({len(marks.untrue)} different)", "0"),
    ):
        table.add_row(*row)
    return table


def _part(number: int, of: int) -> str:
    return f"{number} of {of} ({number / of:.1%})" if of else "none"


def _misses(marks: Marks, console: Console) -> None:
    for title, lines in (
        ("not found", marks.unfound),
        ("headline", marks.wrong_headlines),
        ("recovery", marks.late),
        ("ended early", marks.ended_before_broken_day),
        ("false incident", marks.false_incidents),
        ("missed sends", marks.wrong_costs),
        ("untrue", [f"{text} ({times} mornings)" for text, times in marks.untrue.most_common()]),
    ):
        for line in lines:
            console.print(f"{title}: {line}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
