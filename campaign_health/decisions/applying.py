"""Brings stored incidents in line with all that was said: the one way in which a decision takes effect."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from campaign_health.decisions.fixes import fixes_said, judged_after
from campaign_health.decisions.said import announced_renames, decisions_known, hand_overs_of
from campaign_health.detection.incident.attention import Standing, standing_of
from campaign_health.detection.incident.endings import RECOVERED
from campaign_health.detection.incident.incident_course import Change, Incident
from campaign_health.detection.incident.news import is_news
from campaign_health.detection.incident.proof import Proof, proof_of
from campaign_health.process.clock import local_days
from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.file.zones import stored_zone
from storage.read.decisions_made import ended_days
from storage.read.judged import campaign_plans, incidents
from storage.read.rows import Row
from storage.save.decisions import save_standings
from storage.save.incident_rows import save_changes


@dataclass(frozen=True)
class StoredIncident:
    """A row of `incident`, the day whose data last ended it (None: never), and the event that its campaign hangs on."""

    row: Row
    ended_on: date | None
    event: str | None

    @property
    def incident_id(self) -> str:
        """The id that it is known by."""
        return str(self.row["incident_id"])

    @property
    def status(self) -> str:
        """open, recovered, closed or withdrawn."""
        return str(self.row["status"])

    @cached_property
    def incident(self) -> Incident:
        """What the row still says of it."""
        row = self.row
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
            ended_how=row["ended_how"] or (RECOVERED if self.status == "recovered" else None),
            ended_on=self.ended_on or row["recovered_on"] or row["detected_on"]
            if self.status in ("recovered", "closed")
            else None,
        )

    @property
    def standing(self) -> Standing:
        """What the row says that people answer for."""
        stored = {name: self.row[name] for name in vars(Standing())}
        return Standing(**stored | {"acknowledged_at": read_instant(self.row["acknowledged_at"])})

    @property
    def proof(self) -> Proof:
        """What the row says of its being fixed."""
        return Proof(**{name: self.row[name] for name in vars(Proof())})


def apply_decisions(
    connection: Connection,
    workspace: str,
    now: datetime,
    concerns: Callable[[StoredIncident], bool],
    *,
    today: date,
    restated_until: date | None,
) -> None:
    """Bring the open incidents, and of the others those that `concerns` names, in line with what was said.

    Call it in the transaction that recorded or undid a decision, or saved what was judged. `today` is the day in the
    workspace's zone on which it is looked at; nothing of the days up to `restated_until` is news. Only what differs is
    written, and what came about by itself: a mute or a grace that ended, a hand-over. The manifest's hand-overs hold as
    it was last read. Raises UnknownZoneError.
    """
    zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
    decisions = decisions_known(connection, workspace, zone, today)
    hand_overs = hand_overs_of(decisions, announced_renames(connection, workspace), zone)
    events = {plan["campaign_id"]: plan["event"] for plan in campaign_plans(connection, workspace)}
    ended = ended_days(connection, workspace)
    fixes = fixes_said(decisions, zone)
    standings: list[Row] = []
    changes: list[Change] = []
    for incident_id, row in incidents(connection, workspace).items():
        stored = StoredIncident(row, ended.get(incident_id), events.get(row["campaign_id"]))
        if stored.status != "open" and not concerns(stored):
            continue
        standing, own = standing_of(
            stored.incident, incident_id, stored.event, decisions, hand_overs, today, local_days(zone)
        )
        fix = None if stored.status == "withdrawn" else fixes.get(incident_id)
        days = judged_after(connection, workspace, row, fix) if fix is not None and stored.incident.is_open else []
        proof, answers = proof_of(stored.incident, incident_id, fix, days, ended.get(incident_id))
        if (standing, proof) != (stored.standing, stored.proof):
            standings.append({"incident_id": incident_id, **vars(standing), **vars(proof)})
        changes += [*own, *answers]
    save_standings(connection, workspace, standings)
    rows = [change.as_row(_is_news(change, today, restated_until)) for change in changes]
    save_changes(connection, workspace, rows, now)


def _is_news(change: Change, today: date, restated_until: date | None) -> bool:
    if restated_until is not None and change.day <= restated_until:
        return False
    return is_news(change, today=today, still_open=True, known_before=True, judged_before=True, quiet=False)
