"""Reads what `status` says beside the overview: what is worth a look, and what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from campaign_health.alerts.gap_reads import read_gaps
from campaign_health.alerts.unchecked import Unchecked, unchecked
from campaign_health.judge.overview import CampaignStatus, Overview
from storage import queries

WORTH_A_LOOK = ("volume_down", "surging")

# Days that were not collected neither end nor begin a stretch of days with one verdict.
_STRETCH = """
    WITH judged AS (
        SELECT day, status, events FROM verdict
        WHERE workspace = $workspace AND campaign_id = $campaign_id AND day <= $day AND status <> 'not_collected'
    ), since AS (
        SELECT min(day) AS day FROM judged
        WHERE day > coalesce((SELECT max(day) FROM judged WHERE status <> $status), DATE '1970-01-01')
    )
    SELECT (SELECT day FROM since), median(events)
    FROM judged WHERE day BETWEEN (SELECT day FROM since) - 28 AND (SELECT day FROM since) - 1
"""


@dataclass(frozen=True)
class Notable:
    """A campaign that is not broken and yet unusual, since when, and how many events a day it had before.

    `usual_events` is None where that is not what is unusual, or not known.
    """

    campaign: CampaignStatus
    since: date
    usual_events: float | None


@dataclass(frozen=True)
class Beside:
    """What `status` says beside the overview."""

    notable: Sequence[Notable] = ()
    unchecked: Sequence[Unchecked] = ()


def read_beside(connection: duckdb.DuckDBPyConnection, overview: Overview, workspace: str | None = None) -> Beside:
    """What stands beside the overview, of all workspaces or of one."""
    open_now = {(item.workspace, item.campaign_id) for item in (*overview.broken, *overview.muted, *overview.expected)}
    notable = [
        _notable(connection, item)
        for item in overview.campaigns
        if item.status in WORTH_A_LOOK and (item.workspace, item.campaign_id) not in open_now
    ]
    found: list[Unchecked] = []
    for name in [workspace] if workspace is not None else queries.workspaces(connection):
        troubles = {item.source: item.trouble for item in overview.sources if item.workspace == name and item.trouble}
        found += unchecked(read_gaps(connection, name), troubles)
    return Beside(sorted(notable, key=lambda item: WORTH_A_LOOK.index(item.campaign.status)), found)


def _notable(connection: duckdb.DuckDBPyConnection, item: CampaignStatus) -> Notable:
    values = {"workspace": item.workspace, "campaign_id": item.campaign_id, "day": item.day, "status": item.status}
    since, usual = connection.execute(_STRETCH, values).fetchall()[0]
    return Notable(item, since, usual if item.status == "volume_down" else None)
