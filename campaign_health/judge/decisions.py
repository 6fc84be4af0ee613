"""Brings incidents in line with what people decided and with announced hand-overs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.detection.incident.incidents import Change, Incident
from campaign_health.detection.incident.standing import CONFIRMED_HAND_OVER_DAYS, HandOver, standing_of
from campaign_health.manifest.handovers import handovers
from campaign_health.manifest.schema import Manifest, Rename
from campaign_health.process.clock import local_day
from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.save.decisions import Decision, decisions_in_force
from storage.save.judgements import read_changes, read_incidents, save_changes, save_incidents

_BY_MANIFEST = "manifest"


def apply_decisions(connection: Connection, workspace: str, zone: ZoneInfo, now: datetime) -> None:
    """Bring the stored incidents in line with the decisions in force, as the next judging would.

    Call it inside the transaction that recorded or undid a decision. Hand-overs that the manifest announced hold
    as they did when the workspace was last judged.
    """
    stored = read_incidents(connection, workspace)
    decisions = decisions_in_force(connection, workspace)
    changes = read_changes(connection, workspace)
    announced = _announced_before(changes)
    events = dict(
        connection.execute("SELECT campaign_id, event FROM campaign_plan WHERE workspace = ?", [workspace]).fetchall()
    )
    today = local_day(now, zone)
    rows, made = [], []
    for incident_id, row in stored.items():
        hand_overs = [*confirmed_hand_overs(decisions, zone), *announced.get(incident_id, [])]
        standing, own = standing_of(
            stored_incident(row),
            incident_id,
            events.get(row["campaign_id"]),
            decisions,
            hand_overs,
            today,
            lambda instant: local_day(instant, zone),
        )
        new = row | vars(standing)
        if any(_plain(new[name]) != _plain(row[name]) for name in vars(standing)):
            rows.append(new | {"evidence": json.loads(row["evidence"])})
        made += own
    save_incidents(connection, workspace, rows)
    save_changes(connection, workspace, [change_row(change, news=_news(change)) for change in made], now)


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


def change_row(change: Change, news: bool) -> dict[str, Any]:
    """A row of `incident_change`."""
    return {
        "change_id": change.change_id,
        "incident_id": change.incident_id,
        "campaign_id": change.campaign_id,
        "kind": change.kind,
        "day": change.day,
        "detail": dict(change.detail),
        "news": news,
    }


def stored_incident(row: Mapping[str, Any]) -> Incident:
    """What a stored row still says of an incident."""
    return Incident(
        campaign_id=row["campaign_id"],
        opened_on=row["opened_on"],
        detected_on=row["detected_on"],
        kind=row["kind"],
        stage=row["stage"],
        last_good_day=row["last_good_day"],
        summary=row["summary"],
        cause=row["cause"],
        evidence=tuple(json.loads(row["evidence"])),
        recovered_on=row["recovered_on"],
        ended_on=row["recovered_on"] if row["status"] != "open" else None,
    )


def local_days(zone: ZoneInfo) -> Callable[[datetime], date]:
    """A function from an instant (naive ones are UTC) to the day in `zone`."""

    def day(instant: datetime) -> date:
        return local_day(instant if instant.tzinfo else instant.replace(tzinfo=UTC), zone)

    return day


def _announced_before(changes: Sequence[Mapping[str, Any]]) -> dict[str, list[HandOver]]:
    """The manifest's hand-overs as stored with each incident; their names no longer matter."""
    found: dict[str, list[HandOver]] = {}
    for row in changes:
        detail = row["detail"]
        if row["kind"] == "expected" and detail.get("how") == _BY_MANIFEST:
            until = date.fromisoformat(detail["until"]) if detail.get("until") else None
            old, new = detail.get("old", ""), detail.get("new", "")
            found.setdefault(row["incident_id"], []).append(HandOver(old, new, None, until, detail["by"], _BY_MANIFEST))
    return found


def _news(change: Change) -> bool:
    return change.kind == "unexpected"


def _plain(value: Any) -> Any:
    return read_instant(value) if isinstance(value, datetime) and value.tzinfo is None else value
