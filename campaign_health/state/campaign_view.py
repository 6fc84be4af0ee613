"""Everything the campaign page shows, read through one connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from campaign_health.state.campaign_facts import (
    CampaignNow,
    Failure,
    campaign_days,
    campaign_edits,
    campaign_messages,
    campaign_names,
    campaign_now,
    event_days,
    event_life,
    failure_messages,
    property_changes,
    property_states,
)
from campaign_health.state.events_now import rename_suspects
from campaign_health.state.incidents_now import Incident, incidents
from storage.connection import Connection
from storage.save.decisions import Decision, decisions_in_force

NO_CHANGES = pd.DataFrame(columns=["property", "kind", "day", "before", "after", "new_property"])
NO_STATES = pd.DataFrame(columns=["property", "type", "share", "day"])


@dataclass(frozen=True)
class CampaignView:
    """One campaign with all that hangs on it; the fields are the answers of the reads of the same names."""

    now: CampaignNow
    days: pd.DataFrame
    incidents: tuple[Incident, ...]
    edits: tuple[tuple[datetime, list[dict[str, Any]]], ...]
    life: tuple[date | None, date | None]
    changes: pd.DataFrame
    messages: pd.DataFrame
    states: pd.DataFrame
    failures: tuple[Failure, ...]
    suspects: pd.DataFrame
    hand_overs: dict[str, pd.DataFrame]
    decisions: tuple[Decision, ...]

    @property
    def open_incident(self) -> Incident | None:
        """The incident that is open now."""
        return next((one for one in self.incidents if one.status == "open"), None)


def campaign_view(
    connection: Connection, workspace: str, asked: int | None, today: date
) -> tuple[tuple[tuple[int, str], ...], CampaignView | None]:
    """The names of all campaigns, and the one that is asked for (without: the one most worth looking at), if it is."""
    names = campaign_names(connection, workspace)
    chosen = asked if asked is not None else names[0][0] if names else None
    now = None if chosen is None else campaign_now(connection, workspace, chosen)
    if now is None:
        return names, None
    return names, _view(connection, workspace, now, today)


def _view(connection: Connection, workspace: str, now: CampaignNow, today: date) -> CampaignView:
    event, number = now.event, now.campaign_id
    found = incidents(connection, workspace, number)
    paired = {name for one in found if one.status == "open" for cause in one.causes for name in renamed(cause) or ()}
    return CampaignView(
        now=now,
        days=campaign_days(connection, workspace, number, event),
        incidents=found,
        edits=campaign_edits(connection, workspace, number),
        life=event_life(connection, workspace, event) if event else (None, None),
        changes=property_changes(connection, workspace, event) if event else NO_CHANGES,
        messages=campaign_messages(connection, workspace, number),
        states=property_states(connection, workspace, event) if event else NO_STATES,
        failures=failure_messages(connection, workspace, number),
        suspects=rename_suspects(connection, workspace),
        hand_overs={name: event_days(connection, workspace, name) for name in sorted(paired)},
        decisions=tuple(decisions_in_force(connection, workspace, today)),
    )


def renamed(cause: dict[str, Any]) -> tuple[str, str] | None:
    """Old and new event of a cause that is a rename, or None where it is another."""
    facts = cause.get("facts") or {}
    old, new = facts.get("old_event"), facts.get("new_event")
    return (old, new) if isinstance(old, str) and isinstance(new, str) else None
