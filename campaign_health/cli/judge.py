"""`campaign-health judge`: verdicts, causes and incidents from what is stored, and publish."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart
from campaign_health.judge.judging import judge_all
from campaign_health.judge.summary import JudgeSummary
from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import plural
from campaign_health.words.status_words import STATUS_WORDS
from storage.file.database import Warehouse


@click.command(name="judge")
@click.option("--as-of", type=DAY, help="Judge as if this day (in the workspace's zone) were the newest.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write what was judged as JSON.")
def command(as_of: datetime | None, workspace: str | None, as_json: bool) -> None:
    """Judge what is stored: verdicts, causes and incidents. Collects nothing; publishes.

    Exit code: 0 judged, also with open incidents (`status --exit-code` is for scripts); 2 could not start.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    warehouse = Warehouse(settings.data_dir)
    if not warehouse.exists():
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True) as display:
        task = display.add_task("Reading", total=None)

        def progress(what: str, done: int, total: int | None) -> None:
            display.update(task, description=what, completed=done, total=total)

        day = None if as_of is None else as_of.date()
        summaries = judge_all(warehouse, settings, read_clock(os.environ), day, workspace, progress)
    if all(summary.as_of is None for summary in summaries):
        raise CouldNotStart(
            "There is nothing to judge: no day is complete.",
            "Run `campaign-health collect` first, or name a later --as-of.",
        )
    for summary in summaries:
        if summary.problem is not None:
            notes.print(f"warning: {summary.problem}", style="yellow", markup=False)
        if day is not None and summary.as_of is not None and summary.as_of < day:
            late = (
                f"{summary.workspace}: {day_text(day)} was not collected yet, or is not over;"
                f" judged up to {day_text(summary.as_of)}, the newest complete day."
            )
            notes.print(f"warning: {late}", style="yellow", markup=False)
    if as_json:
        print_json([asdict(summary) for summary in summaries])
    else:
        _print(summaries)


def _print(summaries: Sequence[JudgeSummary]) -> None:
    for summary in summaries:
        prefix = f"{summary.workspace}: " if len(summaries) > 1 else ""
        if summary.as_of is None:
            results.print(f"{prefix}nothing was collected yet.", markup=False)
            continue
        counts = ", ".join(
            f"{number} {STATUS_WORDS[status].label.lower()}" for status, number in summary.status_counts.items()
        )
        judged = f"{plural(summary.campaigns, 'campaign')} judged" if summary.campaigns else "no campaigns to judge"
        results.print(
            f"{prefix}{judged} up to {day_text(summary.as_of)}{f': {counts}' if counts else ''}.", markup=False
        )
        news = [
            f"{len(ids)} {word}"
            for ids, word in (
                (summary.opened, "new"),
                (summary.recovered, "recovered"),
                (summary.closed, "closed without recovering"),
            )
            if ids
        ]
        results.print(
            f"{prefix}{plural(summary.open_incidents, 'incident')} open{' (' + ', '.join(news) + ')' if news else ''}.",
            markup=False,
        )
