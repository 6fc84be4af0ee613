"""Reads what `status` says beside the overview."""

from __future__ import annotations

import duckdb

from campaign_health.alerts.gap_reads import read_gaps
from campaign_health.alerts.unchecked import Unchecked, unchecked
from campaign_health.judge.overview import Overview
from storage import queries


def read_unchecked(
    connection: duckdb.DuckDBPyConnection, overview: Overview, workspace: str | None = None
) -> list[Unchecked]:
    """What could not be checked, of all workspaces or of one."""
    found = []
    for name in [workspace] if workspace is not None else queries.workspaces(connection):
        troubles = {item.source: item.trouble for item in overview.sources if item.workspace == name and item.trouble}
        found += unchecked(read_gaps(connection, name), troubles)
    return found
