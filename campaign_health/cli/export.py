"""`campaign-health export`: what `check` needs of the published file, in a small one for pipelines."""

from __future__ import annotations

import os
from pathlib import Path

import click

from campaign_health.check.look_up.published_answers import read_published
from campaign_health.check.look_up.snapshot_file import write_snapshot
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings


@click.command(name="export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    help="The published campaign_health.duckdb, or its folder. [default: the data directory]",
)
@click.option("--workspace", help="The workspace to export, where there are several.")
def command(file: Path, published: Path | None, workspace: str | None) -> None:
    """Write what `check --published` needs to FILE, so that a pipeline needs neither key nor database.

    It holds campaigns with their state, trigger and the properties that their Liquid needs, the days on which events
    were seen, and the types of properties: no person, and no message's text. FILE is replaced; commit it, or keep it
    where the pipeline finds it. `check` says when it is older than a week.
    """
    source = published if published is not None else load_settings(os.environ, Path.cwd()).data_dir
    facts = read_published(source, workspace)
    text = write_snapshot(facts, read_clock(os.environ).date())
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CouldNotStart(f"{file} cannot be written: {error.strerror}.", "Name another file.") from error
    size = len(text.encode()) / 1000
    click.echo(f"wrote {file} ({size:,.1f} kB): {len(facts.campaigns)} campaigns, {len(facts.events)} events.")
