"""`campaign-health restore`: a backup takes the place of what is stored."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.errors import CouldNotStart
from campaign_health.process.collect_lock import nobody_collecting
from campaign_health.process.run_lock import ROUTING, only_one
from campaign_health.settings import load_settings
from storage.errors import StorageError
from storage.file.backups import verified
from storage.file.database import Warehouse
from storage.file.lineage import loses
from storage.outbox.route_backups import newest_instant, restore_route, route_copy_of
from storage.outbox.route_file import FILE_NAME


@click.command(name="restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before something newer is replaced.")
def command(file: Path, yes: bool) -> None:
    """Put the backup FILE in the place of what is stored, and publish it, while the schedule runs.

    FILE is read whole first; where it is damaged, nothing is changed. Where what is stored is newer, it asks. The
    warehouse that was there is kept as warehouse.replaced.duckdb, the published copy as
    campaign_health.previous.duckdb. The next collection asks the services again for the days since the backup.

    Where the folder FILE.route is there, it takes the place of what the route keeps, while `route serve` does not run;
    that is kept as route.replaced.1.sqlite. What was delivered since the backup is not known any more then.
    """
    settings = load_settings(os.environ, Path.cwd())
    refuse_demo_directory(settings.data_dir)
    warehouse, backup = Warehouse(settings.data_dir), file.absolute()
    given, there = verified(backup), warehouse.newest_standing()
    route_copy = route_copy_of(backup)
    loses_route = route_copy.exists() and _is_newer(settings.data_dir, route_copy)
    if (loses_route or (there is not None and loses(given, there))) and not yes:
        newer = f"What is stored in {settings.data_dir} is newer than {file}, which {given.words()}."
        if there is not None and loses(given, there):
            newer = f"What is stored in {settings.data_dir} is newer: it {there.words()}, and {file} {given.words()}."
        if loses_route:
            newer += " What the route delivered and whom it reached since then would be forgotten."
        if not sys.stdin.isatty():
            raise CouldNotStart(newer, "Nothing was changed. --yes replaces it.")
        click.echo(newer, err=True)
        click.confirm("Replace it?", abort=True, err=True)
    with ExitStack() as alone:
        alone.enter_context(nobody_collecting(settings.data_dir))
        if route_copy.exists():
            alone.enter_context(only_one(settings.data_dir, ROUTING))
            route_replaced = restore_route(route_copy, settings.data_dir)
            click.echo(f"restored {route_copy_of(file)}, which the route goes on with.")
            for one in route_replaced:
                click.echo(f"What the route kept is there as {one}.")
        replaced = warehouse.restore_from(backup)
    click.echo(f"restored {file} (read whole) and published it; it {given.words()}.")
    if replaced is not None:
        click.echo(f"The warehouse that was there is kept as {replaced}.")


def _is_newer(data_dir: Path, copy: Path) -> bool:
    """Whether what the route keeps knows of something that happened after all that the copy knows of."""
    if not (data_dir / FILE_NAME).exists():
        return False
    try:
        return (newest_instant(data_dir) or 0.0) > (newest_instant(copy) or 0.0)
    except StorageError:  # what is damaged has nothing to lose; a damaged copy is refused when it is put back
        return False
