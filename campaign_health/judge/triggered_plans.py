"""Which event each broadcast and transactional message is triggered with, as the manifest says."""

from __future__ import annotations

from dataclasses import dataclass

from campaign_health.manifest.schema import Manifest
from storage.connection import Connection
from storage.read.triggered_sends import all_triggered, triggered_verdicts


@dataclass(frozen=True)
class TriggeredPlan:
    """One of them with its event, whose name is trimmed, and who answers for it."""

    kind: str
    object_id: int
    event: str
    owner: str | None


def triggered_plans(
    connection: Connection, workspace: str, manifest: Manifest | None, *, holds: bool
) -> list[TriggeredPlan]:
    """A plan for each that exists and whose event is known; if the manifest of before `holds`, what that said."""
    known = all_triggered(connection, workspace)
    if holds:
        there = {(row["kind"], row["object_id"]) for row in known}
        stored = triggered_verdicts(connection, workspace)
        return [
            TriggeredPlan(row["kind"], row["object_id"], row["event"], row["owner"])
            for row in stored
            if (row["kind"], row["object_id"]) in there
        ]
    plans = []
    for row in known:
        for entry in manifest.triggered if manifest is not None else ():
            if entry.means(row["kind"], row["object_id"], row["name"]):
                plans.append(TriggeredPlan(row["kind"], row["object_id"], entry.event.strip(), entry.owner))
                break
    return plans
