"""`campaign-health workspace`: which workspaces are held, under which names; one renamed, one removed."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from filelock import Timeout
from rich.console import Console
from rich.table import Table

from campaign_health.alerts.sending import sending_lock
from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.status_view import clean, print_not_configured, print_rendered
from campaign_health.errors import CouldNotStart
from campaign_health.process.collect_lock import nobody_collecting
from campaign_health.process.run_lock import SCHEDULE, holder_of
from campaign_health.settings import Settings, load_settings
from campaign_health.settings.workspace_settings import can_be_named
from campaign_health.state.not_configured import NotConfigured, held_text, read_not_configured
from campaign_health.words.numbers import count, plural
from storage.connection import Connection
from storage.file.database import Warehouse, open_published, transaction
from storage.read.workspaces import WorkspaceHolding, read_holdings
from storage.save.whole_workspaces import remove_workspace, rename_workspace

DIGEST_WAIT_SECONDS = 60.0


@click.group(name="workspace")
def command() -> None:
    """List, rename or remove the workspaces that are held.

    A workspace is a Mixpanel project and a Customer.io workspace under one name: `default`, or the name of its table
    in campaign-health.toml.
    """


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def list_held(as_json: bool) -> None:
    """List every workspace that is configured or held, and what is held of it."""
    settings = load_settings(os.environ, Path.cwd())
    configured = settings.configured
    with _newest(settings) as connection:
        found = [] if connection is None else read_holdings(connection)
        strangers = () if connection is None else read_not_configured(connection, configured)
    held = {one.workspace: one for one in found}
    names = sorted({*held, *(configured or ())})
    if as_json:
        print_json([_as_json(name, held.get(name), configured) for name in names])
        return
    if not names:
        click.echo("Nothing is configured and nothing is held.")
        return
    print_rendered(lambda console: _print(console, names, held, configured, strangers))


@command.command(name="rename")
@click.argument("old")
@click.argument("new")
@click.option("--yes", is_flag=True, help="Do not ask.")
def rename(old: str, new: str, yes: bool) -> None:
    """Give all that is held of the workspace OLD the name NEW, and publish.

    Counts, verdicts, incidents, decisions and what was announced go with it, in one step or not at all; the next
    collection of NEW goes on from there. Nothing may be held of NEW. Only this machine's files change.
    """
    settings = load_settings(os.environ, Path.cwd())
    if not can_be_named(new):
        raise CouldNotStart(f"A workspace cannot be named {new!r}.", "Give it a name to be seen, on one line.")
    if old == new:
        raise CouldNotStart(f"The workspace is named {old!r} already.")
    warehouse = _warehouse(settings)
    with warehouse.read() as connection:
        held = _held(connection, old)
        _refuse_taken(connection, old, new)
    click.echo(
        f"{clean(old)} becomes {clean(new)}: {held_text(held)} in {plural(len(held.rows_of), 'table')}, "
        f"{plural(held.open_incidents, 'open incident')}, {plural(held.decisions, 'decision')}.",
        err=True,
    )
    if settings.configured is not None and new not in settings.configured:
        table = clean(new) if new.isidentifier() else f'"{clean(new)}"'
        click.echo(f"{clean(new)} is not configured: write [workspace.{table}] in campaign-health.toml.", err=True)
    _say_what_goes_on(settings, old)
    _ask("Rename it?", yes)
    with (
        notes.status("Renaming …"),
        _alone(warehouse, old),
        warehouse.open_and_publish() as connection,
        transaction(connection),
    ):
        _held(connection, old)
        _refuse_taken(connection, old, new)
        rows = rename_workspace(connection, old, new)
    click.echo(f"renamed {clean(old)} to {clean(new)} ({plural(rows, 'row')}) and published.")


@command.command(name="remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete all that is held of the workspace NAME, and publish. It cannot be undone without a backup.

    Nothing is deleted in Mixpanel or Customer.io. Backups, and a warehouse.replaced.duckdb that `restore` left, are
    not touched.
    """
    settings = load_settings(os.environ, Path.cwd())
    warehouse = _warehouse(settings)
    with warehouse.read() as connection:
        held = _held(connection, name)
    click.echo(f"All that is held of {clean(name)} goes: {held_text(held)},", err=True)
    click.echo(
        f"{plural(held.open_incidents, 'open incident')} and {plural(held.decisions, 'decision')} of people. By table:",
        err=True,
    )
    for table, rows in held.rows_of.items():
        click.echo(f"  {table:<20} {count(rows):>12}", err=True)
    _say_what_goes_on(settings, name)
    click.echo("Make a backup first: campaign-health backup FILE", err=True)
    _ask("Delete it?", yes)
    with notes.status("Removing …"), _alone(warehouse, name):
        standing = warehouse.newest_standing()
        if standing is None or not standing.publication:
            # Only what is numbered is known to be newer than its published copy, whatever is gone from it.
            warehouse.publish()
        with warehouse.open_and_publish() as connection, transaction(connection):
            _held(connection, name)
            rows = remove_workspace(connection, name)
        # Once more, so that the older generation that is kept beside it does not hold it either.
        warehouse.publish()
    click.echo(f"removed {clean(name)} ({plural(rows, 'row')}) and published.")


@contextmanager
def _newest(settings: Settings) -> Iterator[Connection | None]:
    """What was published last; where nothing was, what is stored; None where nothing is."""
    warehouse = Warehouse(settings.data_dir)
    if warehouse.published_path.exists():
        with open_published(settings.data_dir) as connection:
            yield connection
    elif warehouse.exists():
        with warehouse.read() as connection:
            yield connection
    else:
        yield None


def _warehouse(settings: Settings) -> Warehouse:
    warehouse = Warehouse(settings.data_dir)
    if not warehouse.exists():
        raise CouldNotStart(f"Nothing is held in {settings.data_dir}.", "Run `campaign-health collect` first.")
    return warehouse


def _held(connection: Connection, name: str) -> WorkspaceHolding:
    for one in read_holdings(connection, [name]):
        return one
    names = ", ".join(one.workspace for one in read_holdings(connection)) or "none"
    raise CouldNotStart(f"Nothing is held of a workspace {name!r}.", f"Held: {names}.")


def _refuse_taken(connection: Connection, old: str, new: str) -> None:
    for one in read_holdings(connection, [new]):
        raise CouldNotStart(
            f"{new} has data already: {held_text(one)}. Two histories are not made one.",
            f"To keep that of {old}: `campaign-health workspace remove {shlex.quote(new)}`, then rename; the next "
            f"collection asks the services again for the days since.",
        )


def _say_what_goes_on(settings: Settings, name: str) -> None:
    if settings.configured is not None and name in settings.configured:
        click.echo(f"{clean(name)} is configured still: the next collection would begin it anew.", err=True)
    schedule = holder_of(settings.data_dir, SCHEDULE)
    if schedule is not None:
        click.echo(
            f"A schedule runs (process {schedule.get('pid')}): restart it where it was started with {clean(name)}.",
            err=True,
        )


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise CouldNotStart("Nothing was changed: nobody is there to be asked.", "--yes does it without asking.")
    click.confirm(question, abort=True, err=True)


@contextmanager
def _alone(warehouse: Warehouse, name: str) -> Iterator[None]:
    """Nobody collects, and no digest is between being stored under the old name and being settled."""
    lock = sending_lock(warehouse, name)
    with nobody_collecting(warehouse.data_dir):
        try:
            lock.acquire(timeout=DIGEST_WAIT_SECONDS)
        except Timeout:
            raise CouldNotStart("A digest is being sent.", "Wait until it is done, then try again.") from None
        try:
            yield
        finally:
            lock.release()


def _as_json(name: str, held: WorkspaceHolding | None, configured: Sequence[str] | None) -> dict[str, object]:
    known = WorkspaceHolding(name, {}, 0, None, None, None, 0, 0, 0) if held is None else held
    is_configured = None if configured is None else name in configured
    newest = known.newest_collection.isoformat() if known.newest_collection else None
    return {**asdict(known), "newest_collection": newest, "rows": known.rows, "configured": is_configured}


def _print(
    console: Console,
    names: Sequence[str],
    held: dict[str, WorkspaceHolding],
    configured: Sequence[str] | None,
    strangers: Sequence[NotConfigured],
) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Workspace", overflow="fold")
    table.add_column("Configured")
    for title in ("Days", "First day", "Last day", "Campaigns", "Open", "Rows"):
        table.add_column(title, justify="right")
    for name in names:
        is_configured = "–" if configured is None else "yes" if name in configured else "no"
        one = held.get(name)
        if one is None:
            table.add_row(clean(name), is_configured, *("0", "–", "–", "0", "0", "0"))
            continue
        days = (str(one.first_day or "–"), str(one.last_day or "–"))
        numbers = (count(one.campaigns), count(one.open_incidents), count(one.rows))
        table.add_row(clean(name), is_configured, count(one.days), *days, *numbers)
    console.print(table)
    print_not_configured(console, strangers)
