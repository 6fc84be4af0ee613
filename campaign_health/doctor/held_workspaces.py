"""Looks for workspaces that are held and that no setting names."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_health.health.finding import Finding, note
from campaign_health.settings import Settings
from campaign_health.state.not_configured import read_not_configured
from storage.errors import StorageError
from storage.file.database import open_published


def examine_held_workspaces(settings: Settings) -> Iterator[Finding]:
    """A finding for each; none where the published file cannot be read, which is told of elsewhere."""
    try:
        with open_published(settings.data_dir) as connection:
            found = read_not_configured(connection, settings.configured)
    except StorageError:
        return
    for one in found:
        yield note("Workspaces", one.said, one.cure)
