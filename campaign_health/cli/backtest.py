"""`campaign-health backtest`: what the detector would have said, day by day, about any table of pairs."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import Progress

from campaign_health.detection.backtest import judge_rows
from campaign_health.detection.pair_table import PairTableError, read_pairs, write_verdicts
from campaign_health.detection.settings import DetectorSettings

SLOW_ROWS = 200_000  # from here on the work takes long enough to show progress


@click.command()
@click.option(
    "--pairs", required=True, metavar="FILE.csv", help="Table pair_id,date,events,sends; - is standard input."
)
@click.option("--out", required=True, metavar="VERDICTS.csv", help="Where the verdicts go; - is standard output.")
@click.option(
    "--false-alarm-years",
    type=click.FloatRange(min=0.01, max=1e6),
    default=DetectorSettings().false_alarm_years,
    show_default=True,
    help="The budget: at most one false alarm per pair in so many years. More years, later alarms.",
)
def command(pairs: str, out: str, false_alarm_years: float) -> None:
    """Judge a table of daily (events, sends) counts as if each day were today.

    Reads pair_id,date,events,sends (an empty count was not collected; days may be missing, rows may be in any
    order) and writes, for every row in the same order,
    pair_id,date,alert,status,expected,expected_low,expected_high,probability. alert is 1 on each day an incident is
    open. Each row is judged from the rows of its own pair up to that day. Needs no network and no database.

    Exit code 0: done; 2: the table cannot be judged (the message names the line).
    """
    try:
        source = _source(pairs)
        table = read_pairs(source)
        settings = replace(DetectorSettings(), false_alarm_years=false_alarm_years)
        with Progress(console=Console(stderr=True), transient=True, disable=len(table.pair) < SLOW_ROWS) as bar:
            task = bar.add_task("Judging", total=len(table.pair))
            verdicts = judge_rows(table, settings, source=source, progress=lambda rows: bar.update(task, advance=rows))
    except PairTableError as error:
        _refuse(f"{'standard input' if pairs == '-' else pairs}: {error}")
    try:
        if out == "-":
            write_verdicts(sys.stdout.buffer, table, verdicts.columns)
            sys.stdout.buffer.flush()
        else:
            target = Path(out)
            unfinished = target.with_name(target.name + ".part")
            with unfinished.open("wb") as file:
                write_verdicts(file, table, verdicts.columns)
            unfinished.replace(target)
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout.close()
        sys.exit(1)
    except OSError as error:
        _refuse(f"cannot write {out}: {error.strerror or error}")


def _source(pairs: str) -> Path | bytes:
    if pairs == "-":
        return sys.stdin.buffer.read()
    path = Path(pairs)
    if not path.is_file():
        _refuse(f"there is no file {pairs}; give the table's path, or - for standard input")
    return path


def _refuse(message: str) -> NoReturn:
    click.echo(f"campaign-health backtest: {message}", err=True)
    sys.exit(2)
