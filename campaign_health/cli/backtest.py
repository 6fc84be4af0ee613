"""`campaign-health backtest`: what the detector would have said, day by day, about any table of pairs."""

from __future__ import annotations

import math
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, NoReturn

import click
from rich.console import Console
from rich.progress import Progress

from campaign_health.detection.backtest.judge_table import judge_rows
from campaign_health.detection.backtest.pair_table import PairTableError, read_pairs, write_verdicts
from campaign_health.detection.pair.detector_settings import DetectorSettings

SLOW_ROWS = 200_000  # from here on the work takes long enough to show progress


def _finite(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if math.isnan(value):  # which is neither below the least nor above the most
        raise click.BadParameter("nan is not a number of years; give one such as 5.")
    return value


@click.command()
@click.option(
    "--pairs", required=True, metavar="FILE.csv", help="Table pair_id,date,events,sends; - is standard input."
)
@click.option("--out", required=True, metavar="VERDICTS.csv", help="Where the verdicts go; - is standard output.")
@click.option(
    "--false-alarm-years",
    type=click.FloatRange(min=0.01, max=1e6),
    default=DetectorSettings().false_alarm_years,
    callback=_finite,
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
    _check_target(pairs, out)
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
        with _opened(out) as file:
            write_verdicts(file, table, verdicts.columns)
    except BrokenPipeError:
        _close_standard_output()
        sys.exit(1)
    except OSError as error:
        _close_standard_output()
        _refuse(f"cannot write {'standard output' if out == '-' else out}: {error.strerror or error}")


def _check_target(pairs: str, out: str) -> None:
    """Refuses, before the work is done, what could not be written or would destroy the table itself."""
    if out == "-":
        if sys.stdout is None:
            _refuse("standard output is closed; give --out a file")
        return
    if not out:
        _refuse("--out is empty; give it a file, or - for standard output")
    try:
        there = os.stat(out)
    except FileNotFoundError:
        return
    except OSError as error:
        _refuse(f"cannot write {out}: {error.strerror or error}")
    if stat.S_ISDIR(there.st_mode):
        _refuse(f"cannot write {out}: it is a directory; name a file in it")
    with suppress(OSError, ValueError):
        read = os.stat(pairs) if pairs != "-" else os.fstat(sys.stdin.fileno() if sys.stdin else 0)
        if stat.S_ISREG(there.st_mode) and os.path.samestat(there, read):
            _refuse(f"--out {out} is the table itself; give the verdicts another file")


@contextmanager
def _opened(out: str) -> Iterator[IO[bytes]]:
    """The target to write to: a file appears whole or not at all; pipes and devices are written to as they are."""
    if out == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if _is_no_file(out):
        with open(out, "wb") as file:
            yield file
        return
    # A link stays one: what it points to is replaced.
    target = Path(os.path.realpath(out))
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with unfinished.open("xb") as file:
            yield file
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _is_no_file(out: str) -> bool:
    try:
        # Names such as /dev/stdout stand for what this process has open, file or not: never to be replaced.
        return out.startswith(("/dev/", "/proc/")) or not stat.S_ISREG(os.stat(out).st_mode)
    except FileNotFoundError:
        return False


def _close_standard_output() -> None:
    """Drops what could not be written, so that it is not tried again at the end of the program."""
    with suppress(OSError, AttributeError):
        sys.stdout.close()


def _source(pairs: str) -> Path | bytes:
    if pairs == "-":
        if sys.stdin is None:
            _refuse("standard input is closed; give --pairs the table's path")
        return sys.stdin.buffer.read()
    try:
        kind = os.stat(pairs).st_mode
        # A pipe can be read only once, and a table may have to be looked at twice.
        return Path(pairs) if stat.S_ISREG(kind) else Path(pairs).read_bytes()
    except PermissionError:
        _refuse(f"{pairs}: this user may not read it; give it the right to, or copy the table")
    except (OSError, ValueError):
        _refuse(f"there is no file {pairs}; give the table's path, or - for standard input")


def _refuse(message: str) -> NoReturn:
    click.echo(f"campaign-health backtest: {message}", err=True)
    sys.exit(2)
