"""What was said by people and by the manifest: the decisions known by a day, and the renames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from campaign_health.detection.incident.attention import RENAME_CONFIRMED, HandOver
from campaign_health.manifest.handovers import handovers
from campaign_health.manifest.schema import Manifest, Rename
from campaign_health.process.clock import local_day
from storage.connection import Connection
from storage.read.decisions_made import Decision, decisions_in_force
from storage.read.judged import manifest_renames

_BY_MANIFEST = "manifest"


def decisions_known(connection: Connection, workspace: str, zone: ZoneInfo, today: date) -> list[Decision]:
    """The decisions in force, oldest first, without those made after `today` (a day in `zone`)."""
    return [d for d in decisions_in_force(connection, workspace) if local_day(d.decided_at, zone) <= today]


def announced_renames(connection: Connection, workspace: str) -> tuple[Rename, ...]:
    """The renames that the manifest announced when it was last read."""
    rows = manifest_renames(connection, workspace)
    return tuple(
        Rename.model_validate(
            {"from": row["old_event"], "to": row["new_event"], "since": row["since"], "owner": row["owner"]}
        )
        for row in rows
    )


def hand_overs_of(decisions: Sequence[Decision], renames: Sequence[Rename], zone: ZoneInfo) -> list[HandOver]:
    """The renames that people confirmed, and those that the manifest announces, during which a break is expected."""
    found = [
        HandOver(d.event, d.new_event, local_day(d.decided_at, zone), None, d.decided_by, RENAME_CONFIRMED)
        for d in decisions
        if d.kind == "confirm_rename" and d.event and d.new_event
    ]
    announced = handovers(Manifest(version=1, renames=tuple(renames)))
    return found + [
        HandOver(item.old, item.new, item.since, item.until, item.owner or _BY_MANIFEST, _BY_MANIFEST)
        for item in announced
    ]
