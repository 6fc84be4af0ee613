"""`campaign-health backup`: all that is stored, in one verified file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from campaign_health.errors import CouldNotStart
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from storage.outbox.route_backups import back_up_route, route_copy_of


@click.command(name="backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file where it is there already.")
def command(file: Path, force: bool) -> None:
    """Write all that is stored to FILE, while the schedule and the route run.

    Every row is read on the way, and the file is read back: a damaged warehouse gives no backup, but an error. The file
    is for its owner only. What the route keeps goes into the folder FILE.route, with the key that people are known by:
    events that wait are in it, and with them people. Settings, services' keys and the manifest are in neither.
    """
    if file.exists() and not force:
        raise CouldNotStart(f"{file} is there already.", "Name another file; --force replaces this one.")
    if not file.absolute().parent.is_dir():
        raise CouldNotStart(f"There is no directory {file.absolute().parent}.", "Make it, or name another file.")
    settings = load_settings(os.environ, Path.cwd())
    written = Warehouse(settings.data_dir).back_up(file.absolute())
    if back_up_route(settings.data_dir, route_copy_of(file.absolute())):
        click.echo(f"wrote {route_copy_of(file)}: what the route keeps, with people in it.")
    click.echo(f"wrote {file} ({file.stat().st_size / 1e6:,.1f} MB, read whole); it {written.words()}.")
