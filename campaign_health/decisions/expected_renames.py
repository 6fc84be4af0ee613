"""Renames during whose hand-over a break is expected: what people confirmed and what the manifest announces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from campaign_health.detection.incident.standing import CONFIRMED_HAND_OVER_DAYS, HandOver
from campaign_health.manifest.handovers import handovers
from campaign_health.manifest.schema import Manifest, Rename
from campaign_health.process.clock import local_day
from storage.save.decisions import Decision

_BY_MANIFEST = "manifest"


def confirmed_hand_overs(decisions: Sequence[Decision], zone: ZoneInfo) -> list[HandOver]:
    """Renames that a person confirmed: the sends have some days to come back."""
    found = []
    for decision in decisions:
        if decision.kind == "confirm_rename" and decision.event and decision.new_event:
            day = local_day(decision.decided_at, zone)
            until = decision.until or day + timedelta(days=CONFIRMED_HAND_OVER_DAYS)
            found.append(
                HandOver(decision.event, decision.new_event, day, until, decision.decided_by, "rename_confirmed")
            )
    return found


def manifest_hand_overs(renames: Sequence[Rename]) -> list[HandOver]:
    """Renames that the manifest announces."""
    return [
        HandOver(item.old, item.new, item.since, item.until, item.owner or _BY_MANIFEST, _BY_MANIFEST)
        for item in handovers(Manifest(version=1, renames=tuple(renames)))
    ]
