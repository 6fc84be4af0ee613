"""`campaign-health restore`: a backup takes the place of what is stored."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.errors import CouldNotStart
from campaign_health.process.collect_lock import nobody_collecting
from campaign_health.settings import load_settings
from storage.file.backups import verified
from storage.file.database import Warehouse
from storage.file.lineage import loses


@click.command(name="restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before something newer is replaced.")
def command(file: Path, yes: bool) -> None:
    """Put the backup FILE in the place of what is stored, and publish it, while the schedule runs.

    FILE is read whole first; where it is damaged, nothing is changed. Where what is stored is newer, it asks. The
    warehouse that was there is kept as warehouse.replaced.duckdb, the published copy as
    campaign_health.previous.duckdb. The next collection asks the services again for the days since the backup.
    """
    settings = load_settings(os.environ, Path.cwd())
    refuse_demo_directory(settings.data_dir)
    warehouse, backup = Warehouse(settings.data_dir), file.absolute()
    given, there = verified(backup), warehouse.newest_standing()
    if there is not None and loses(given, there) and not yes:
        newer = f"What is stored in {settings.data_dir} is newer: it {there.words()}, and {file} {given.words()}."
        if not sys.stdin.isatty():
            raise CouldNotStart(newer, "Nothing was changed. --yes replaces it.")
        click.echo(newer, err=True)
        click.confirm("Replace it?", abort=True, err=True)
    with nobody_collecting(settings.data_dir):
        replaced = warehouse.restore_from(backup)
    click.echo(f"restored {file} (read whole) and published it; it {given.words()}.")
    if replaced is not None:
        click.echo(f"The warehouse that was there is kept as {replaced}.")
