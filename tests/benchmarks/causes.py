"""Confusion of causes, precision and recall of renames, and claims without a break, over a generated corpus.

python -m tests.benchmarks.causes [--histories 400] [--seed 1] [--misses] [--speed]
"""

from __future__ import annotations

import argparse
from time import process_time

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.renames import find_renames
from tests.causes_corpus import histories
from tests.causes_corpus.scoring import Score, score
from tests.causes_corpus.world import draw_world


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="list every miss")
    parser.add_argument("--speed", action="store_true", help="only time renames over 2,000 events and 730 days")
    arguments = parser.parse_args()
    notes = Console(stderr=True)
    if arguments.speed:
        Console().print(
            f"find_renames, 2,000 events x 730 days: {rename_seconds():.2f} s of processor time (best of three)"
        )
        return
    corpus = track(
        histories(arguments.seed, arguments.histories),
        "Explaining histories",
        total=arguments.histories,
        console=notes,
        transient=True,
    )
    result = score(corpus)
    console = Console(width=200)
    console.print(_confusion(result))
    console.print(_figures(result))
    if arguments.misses:
        _misses(result, console)


def rename_seconds() -> float:
    """Seconds of processor time that finding renames takes over 2,000 events and 730 days, best of three."""
    rng = np.random.default_rng(5)
    world = draw_world(rng, 2000, 730)
    names = sorted(world.streams)
    counts = np.array([world.streams[name].drawn(rng) for name in names], dtype=float)
    for row in counts:
        happened = np.flatnonzero(row > 0)
        row[: happened[0] if len(happened) else len(row)] = np.nan
    panel = EventPanel(tuple(names), world.first_day, counts)
    taken = []
    for _ in range(3):
        begun = process_time()
        find_renames(panel)
        taken.append(process_time() - begun)
    return min(taken)


def _confusion(result: Score) -> Table:
    found = sorted({cause for row in result.confusion.values() for cause in row})
    table = Table(title="True cause (rows) against headline (columns)")
    table.add_column("true cause")
    for cause in found:
        table.add_column(cause.replace("_", " "), justify="right")
    table.add_column("right", justify="right")
    for cause in sorted(result.confusion):
        row = result.confusion[cause]
        right = row["unknown"] if cause == "none" else row[cause]
        cells = [str(row[name]) if row[name] else "·" for name in found]
        table.add_row(cause.replace("_", " "), *cells, f"{right / row.total():.0%}")
    return table


def _figures(result: Score) -> Table:
    table = Table(title=f"{result.histories} histories, {1000 * result.seconds / max(result.histories, 1):.0f} ms each")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("aim", justify="right")
    table.add_column("of", justify="right")
    pairs = result.renames_right + len(result.renames_missed)
    table.add_row(
        "headline right, full breaks with 20+ sends a day", f"{result.top_right:.1%}", "≥ 95 %", str(result.full)
    )
    table.add_row(
        "rename pairs: precision",
        f"{result.precision:.1%}",
        "≥ 98 %",
        str(result.renames_right + len(result.renames_wrong)),
    )
    table.add_row("rename pairs: recall", f"{result.recall:.1%}", "≥ 95 %", str(pairs))
    table.add_row("… of events with 10+ a day", f"{result.busy_recall:.1%}", "≥ 95 %", str(result.busy))
    table.add_row("no cause claimed where nothing broke", f"{result.quiet_share:.1%}", "≥ 99 %", str(result.quiet))
    return table


def _misses(result: Score, console: Console) -> None:
    for seed, story, rename in result.renames_wrong:
        console.print(f"WRONG  {seed} {story}: {rename.facts()}", markup=False)
    for seed, story, pair in result.renames_missed:
        console.print(f"MISSED {seed} {story}: {pair[0]!r} -> {pair[1]!r}", markup=False)
    for seed, story, cause, headline in result.wrong:
        console.print(
            f"CAUSE  {seed} {story}: {cause} found {headline.cause} {headline.confidence:.2f}: {headline.sentence}",
            markup=False,
        )
    for seed, story, cause in result.quiet_claimed:
        console.print(f"CLAIM  {seed} {story}: {cause}")


if __name__ == "__main__":
    main()
