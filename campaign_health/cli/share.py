"""`campaign-health share`: put what was published where else the team looks, now."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from campaign_health.cli.terminal.console import results
from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import read_clock
from campaign_health.schedule.share_published import SharedTo, destinations, share_published
from campaign_health.settings import Settings, load_settings
from storage.errors import StorageError
from storage.file.database import Warehouse
from storage.share.sharing import forget, reach, what_is_shared


@click.command(name="share")
@click.option("--workspace", "only", multiple=True, help="Only this workspace; several times for several.")
@click.option("--dry-run", is_flag=True, help="Say what would go where, and whether it can be reached; write nothing.")
@click.option("--forget", "forgotten", metavar="WORKSPACE", help="Delete all that was shared of it, and share nothing.")
def command(only: tuple[str, ...], dry_run: bool, forgotten: str | None) -> None:
    """Share what is published to each address of CAMPAIGN_HEALTH_SHARE, as each round does by itself.

    Of each workspace all tables are replaced in one step: whoever reads there sees this publication or the one before,
    and never half of one. `campaign-health docs sharing` says how each address is written and read.

    Exit code: 0 all is shared; 1 something could not be; 2 no address is set, or nothing is published.
    """
    settings = load_settings(os.environ, Path.cwd())
    refuse_demo_directory(settings.data_dir)
    if not settings.share:
        raise CouldNotStart("CAMPAIGN_HEALTH_SHARE is not set.", "`campaign-health docs sharing` says how.")
    if forgotten is not None:
        sys.exit(_forget(settings, forgotten))
    rows = what_is_shared(Warehouse(settings.data_dir).published_path, only)
    if missing := [name for name in only if name not in rows]:
        raise CouldNotStart(f"Nothing is published of {missing[0]!r}.", f"Known: {', '.join(rows) or 'none'}.")
    if dry_run:
        sys.exit(_say_what_would_go(settings, rows))
    sys.exit(max((_told(one) for one in share_published(settings, read_clock(os.environ), only).places), default=0))


def _told(one: SharedTo) -> int:
    for name, rows in one.result.rows.items():
        results.print(f"✓ {name}: {rows:,} rows to {one.shown}.", markup=False)
    if one.result.without_file:
        results.print(f"The file itself was not put to {one.shown}: it has other workspaces too.", markup=False)
    return _tell_troubles(one.shown, [(name, failure) for name, failure in one.result.troubles.items()])


def _say_what_would_go(settings: Settings, rows: dict[str, int]) -> int:
    code = 0
    for place in destinations(settings):
        for name, count in rows.items():
            results.print(f"{name}: {count:,} rows would go to {place.shown}.", markup=False)
        try:
            reach(place)
        except StorageError as failure:
            code = _tell_troubles(place.shown, [("", failure)])
        else:
            results.print(f"✓ {place.shown} can be reached.", markup=False)
    return code


def _forget(settings: Settings, workspace: str) -> int:
    code = 0
    for place in destinations(settings):
        try:
            forget(place, workspace)
        except StorageError as failure:
            code = _tell_troubles(place.shown, [(workspace, failure)])
        else:
            results.print(f"✓ {workspace}: nothing is left of it at {place.shown}.", markup=False)
    return code


def _tell_troubles(shown: str, troubles: Sequence[tuple[str, StorageError]]) -> int:
    for name, failure in troubles:
        results.print(f"✗ {f'{name}: ' if name else ''}not to {shown}. {failure}", style="red", markup=False)
    return 1 if troubles else 0
