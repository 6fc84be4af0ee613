"""`campaign-health route cohorts`: which cohorts are told of, and what becomes of their segments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from campaign_health.cli.of_route.event_numbers import plain_table
from campaign_health.cli.of_route.only_workspace import contract_of, only_workspace
from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart, Refused
from campaign_health.process.clock import read_clock
from campaign_health.route.cohorts.cohort_note import CohortRow, cohort_rows
from campaign_health.route.route_place import route_place
from campaign_health.settings import WorkspaceSettings, load_settings
from campaign_health.words.cohort_words import cohort_sentences, held_text, loss_text, source_of_cohort
from campaign_health.words.numbers import count
from storage.outbox.cohorts.cohort_list import (
    DERIVED,
    Cohort,
    begin_cohort,
    begin_told_anew,
    cohort_of_segment,
    cohorts_of,
    numbers_of,
    release_cohort,
    set_cohort_mode,
    set_segment,
)
from storage.outbox.route_file import Connection, committed, open_route_file


@click.command(name="cohorts")
@click.argument("name", required=False)
@click.option("--mode", type=click.Choice(["off", "shadow", "live"]), help="Whether its segment is kept equal to it.")
@click.option("--segment", type=int, metavar="ID", help="The manual segment to fill, instead of one of its own.")
@click.option("--release", is_flag=True, help="Apply a loss of half its people or more: it is right.")
@click.option("--anew", is_flag=True, help="All of it is told anew, by Amplitude or the daily run, since it was off.")
@click.option("--yes", is_flag=True, help="Without asking.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
@click.option("--workspace", help="The workspace, where there are several.")
def command(
    name: str | None, mode: str | None, segment: int | None, release: bool, anew: bool, yes: bool,
    as_json: bool,
    workspace: str | None,
) -> None:  # fmt: skip
    """Say of each cohort how many people are in it and in its segment; or change what becomes of NAME.

    Mixpanel and Amplitude tell of cohorts at `/WORKSPACE/mixpanel/cohort` and `/WORKSPACE/amplitude/cohort`. A new one
    is in shadow: it is said what would be done, and nothing is. Live keeps a manual segment of Customer.io equal to it,
    which starts the campaigns that people enter with it. A derived event of the manifest (inactive for so many days)
    is a cohort once its name is given with --mode.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    of = only_workspace(settings.workspaces, workspace)
    now = read_clock(os.environ).timestamp()
    with open_route_file(route_place(settings)) as connection:
        if name is not None:
            found = _named(connection, of, name, mode, now)
            with committed(connection):
                _change(connection, found, mode, segment, now, anew=anew)
            if release:
                _release(connection, found, yes)
        elif mode is not None or segment is not None or release or anew:
            raise click.UsageError("Say which cohort: its name or its id.")
        rows = cohort_rows(connection, of.name)
    if as_json:
        print_json({"cohorts": rows})
    elif not rows:
        results.print(
            "No cohort was told of yet. `campaign-health docs cohorts` says how that is set up.", markup=False
        )
    else:
        print_rendered(lambda console: console.print(_table(rows)))
        for row in rows:
            for sentence in _said(row):
                results.print(clean(sentence), markup=False)


def _named(connection: Connection, of: WorkspaceSettings, name: str, mode: str | None, now: float) -> Cohort:
    """The cohort of that name or id; one of our own begins with its mode."""
    known = cohorts_of(connection, of.name)
    found = [one for one in known if one.cohort == name] or [one for one in known if one.name == name]
    if not found and mode is not None and name in {rule.name for rule in contract_of(of).absences}:
        with committed(connection):
            begin_cohort(connection, of.name, DERIVED, name, name, now)
        return _named(connection, of, name, mode, now)
    if not found:
        raise CouldNotStart(
            f"No cohort is called {name!r}.",
            "`route cohorts` says which are known: they are once they are told of, or a derived event has their name.",
        )
    if len(found) > 1:
        ids = ", ".join(f"{one.cohort} ({source_of_cohort(one.source)})" for one in found)
        raise CouldNotStart(f"{len(found)} cohorts are called {name!r}.", f"Give an id: {ids}.")
    return found[0]


def _change(
    connection: Connection, cohort: Cohort, mode: str | None, segment: int | None, now: float, *, anew: bool
) -> None:
    if segment is not None and segment != cohort.segment_id:
        other = cohort_of_segment(connection, cohort.workspace, segment)
        if other is not None:
            raise Refused(
                f"Segment {segment} is filled by the cohort {other.name!r} already.",
                "Two cohorts in one segment would take each other's people out. Give each its own.",
            )
        set_segment(connection, cohort.number, segment, is_bound=False)
    if mode is not None:
        set_cohort_mode(connection, cohort.number, mode, now)
    if anew:
        begin_told_anew(connection, cohort.number)


def _release(connection: Connection, cohort: Cohort, yes: bool) -> None:
    if cohort.held_since is None:
        raise Refused(f"Nothing of {cohort.name!r} is kept back.", "`route cohorts` says what is.")
    numbers = numbers_of(connection, cohort.number)
    loss = loss_text(numbers.approved, numbers.told)
    if not yes:
        click.confirm(f"{clean(cohort.name)}: {loss}. Apply it?", abort=True, err=True)
    with committed(connection):
        release_cohort(connection, cohort.number)
    results.print("`route serve` applies it within seconds.")


def _table(rows: Sequence[CohortRow]) -> Table:
    table = plain_table(["Cohort", "Told by", "Mode"], ["People", "In segment", "To add", "To remove", "Unknown"])
    for row in rows:
        numbers = (row["people"], row["in_segment"], row["to_add"], row["to_remove"], row["unknown"])
        table.add_row(clean(row["name"]), source_of_cohort(row["source"]), row["mode"], *map(count, numbers))
    return table


def _said(row: CohortRow) -> list[str]:
    held = [f"{row['name']}: {held_text(row['applied'], row['people'])}"] if row["held_since"] is not None else []
    said = cohort_sentences(row["name"], row["mode"], row["nobody"], row["trouble"], is_whole=row["is_whole"])
    return [*held, *said]
