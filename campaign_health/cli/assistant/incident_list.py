"""Incidents one below the other, open ones first, as the terminal tells each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from campaign_health.cli.terminal.status_view import clean, incident_block
from campaign_health.process.clock import local_day, read_clock
from campaign_health.state.incident import Incident, incidents_of, open_and_also
from campaign_health.state.incident_timeline import TimelineRow, incident_timeline
from campaign_health.state.workspace_state import workspace_names
from campaign_health.words.numbers import plural
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read.judged import incidents


@dataclass(frozen=True)
class Listed:
    """An incident, its workspace's zone and today there, and what happened to it where that was asked for."""

    incident: Incident
    zone: ZoneInfo
    today: date
    timeline: Sequence[TimelineRow] = ()


def listed_incidents(
    connection: Connection,
    configured: Sequence[str] | None,
    workspace: str | None,
    campaign_id: int | None,
    since: date | None,
) -> list[Listed]:
    """Of the workspace, else of all `configured`: open incidents, and those that ended on `since` or later.

    Of one campaign (with its workspace): all it ever had, or those since. Withdrawn ones were none, and are left out.
    """
    found = []
    for name in [workspace] if workspace else workspace_names(connection, configured):
        if campaign_id is not None:
            of_name = incidents_of(connection, name, campaign_id)
        else:
            of_name = open_and_also(connection, name, _ended(connection, name, since) if since else ())
        zone = stored_zone(connection, name) or ZoneInfo("UTC")
        today = local_day(read_clock(os.environ), zone)
        found += [
            Listed(one, zone, today)
            for one in of_name
            if one.is_open or (one.status != "withdrawn" and (since is None or _ended_since(one.recovered_on, since)))
        ]
    return sorted(found, key=lambda one: not one.incident.is_open)


def one_incident(
    connection: Connection, configured: Sequence[str] | None, workspace: str | None, incident_id: str
) -> Listed | None:
    """The incident of that id, with all that happened to it; None where there is none such."""
    wanted = incident_id.strip()
    for name in [workspace] if workspace else workspace_names(connection, configured):
        for one in open_and_also(connection, name, [wanted]):
            if one.incident_id == wanted:
                zone = stored_zone(connection, name) or ZoneInfo("UTC")
                today = local_day(read_clock(os.environ), zone)
                return Listed(one, zone, today, incident_timeline(connection, name, one))
    return None


def draw_incidents(console: Console, found: Sequence[Listed], several: bool) -> None:
    """Draw how many there are, and each with its id and how it ended; `several` workspaces are named."""
    still = sum(one.incident.is_open for one in found)
    ended = f", {len(found) - still} ended" if len(found) > still else ""
    console.print(Text(f"{plural(still, 'open incident')}{ended}.", style="bold"))
    for one in found:
        console.print()
        console.print(incident_block(one.incident, several))
        ended = f"; {one.incident.end_text(one.today)}" if not one.incident.is_open else ""
        console.print(Padding(Text(clean(f"Incident {one.incident.incident_id}{ended}.")), (0, 0, 0, 2)))


def _ended(connection: Connection, workspace: str, since: date) -> list[str]:
    return [name for name, row in incidents(connection, workspace).items() if _ended_since(row["recovered_on"], since)]


def _ended_since(recovered_on: date | None, since: date) -> bool:
    return recovered_on is not None and recovered_on >= since
