"""`campaign-health dbt-sources`: the published file as a source of dbt."""

from __future__ import annotations

import click

from storage.read.dbt_source_file import dbt_sources


@click.command(name="dbt-sources")
def command() -> None:
    """Write a sources.yml for dbt: every published table and view, its columns, what they mean, and tests.

    It describes what this version publishes; write it anew after an update. Needs no data.
    """
    click.echo(dbt_sources(), nl=False)
