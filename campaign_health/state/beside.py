"""Reads what `status` says beside the overview: what is worth a look, and what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.state.gap_reads import read_gaps
from campaign_health.state.overview import Overview
from campaign_health.state.stretches import Stretch, stretches
from campaign_health.state.unchecked import Unchecked, unchecked
from storage.connection import Connection
from storage.read import known as queries

WORTH_A_LOOK = ("volume_down", "surging")


@dataclass(frozen=True)
class Beside:
    """What `status` says beside the overview. `several`: it is of several workspaces, so each must be named."""

    notable: Sequence[Stretch] = ()
    unchecked: Sequence[Unchecked] = ()
    several: bool = False


def read_beside(connection: Connection, overview: Overview, workspace: str | None = None) -> Beside:
    """What stands beside the overview, of all workspaces or of one."""
    notable: list[Stretch] = []
    found: list[Unchecked] = []
    names = [workspace] if workspace is not None else queries.workspaces(connection)
    for name in names:
        notable += [item for item in stretches(connection, name) if item.status in WORTH_A_LOOK]
        troubles = {item.source: item.trouble for item in overview.sources if item.workspace == name and item.trouble}
        found += unchecked(read_gaps(connection, name), troubles, name)
    return Beside(sorted(notable, key=lambda item: WORTH_A_LOOK.index(item.status)), found, len(names) > 1)
