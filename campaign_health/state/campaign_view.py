"""Everything the campaign page shows, read through one connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import pandas as pd

from campaign_health.state.incident import Incident, incidents_of, open_incidents
from storage.connection import Connection
from storage.read.decisions_made import Decision, decisions_in_force
from storage.read.event_lives import rename_suspects
from storage.read.one_campaign import (
    Edit,
    campaign_days,
    campaign_edits,
    campaign_messages,
    campaign_names,
    campaign_row,
    event_days,
    event_life,
    failure_messages,
    property_changes,
    property_states,
)
from storage.read.status_runs import StatusRun, status_run

NO_CHANGES = pd.DataFrame(columns=["property", "kind", "day", "before", "after", "new_property"])
NO_STATES = pd.DataFrame(columns=["property", "type", "share", "day"])


@dataclass(frozen=True)
class CampaignNow:
    """One campaign as last read, with what the manifest and people add. Instants in UTC, without zone.

    `currency` is that of the deal value (None: dollars, or there is none), `declared` what the manifest itself says of
    owner, money and timing, as JSON.
    """

    campaign_id: int
    name: str
    state: str
    trigger_kind: str
    trigger: str | None
    event: str | None
    event_from: str
    tags: tuple[str, ...]
    owner: str | None
    deal_value: float | None
    conversion_rate: float | None
    timing: str | None
    uses: tuple[str, ...]
    first_started: datetime | None
    updated: datetime | None
    gone_at: datetime | None
    currency: str | None = None
    declared: str | None = None


@dataclass(frozen=True)
class Failure:
    """A reason Customer.io gave for failed messages, and when it was last read (UTC, without zone)."""

    text: str
    last_read: datetime


@dataclass(frozen=True)
class CampaignView:
    """One campaign with all that hangs on it; the fields are the answers of the reads of the same names.

    `run` is that of its newest verdict, None before the first.
    """

    now: CampaignNow
    days: pd.DataFrame
    incidents: tuple[Incident, ...]
    edits: tuple[Edit, ...]
    life: tuple[date | None, date | None]
    changes: pd.DataFrame
    messages: pd.DataFrame
    states: pd.DataFrame
    failures: tuple[Failure, ...]
    suspects: pd.DataFrame
    hand_overs: dict[str, pd.DataFrame]
    decisions: tuple[Decision, ...]
    run: StatusRun | None = None

    @property
    def open_incident(self) -> Incident | None:
        """The incident that is open now."""
        return next((one for one in self.incidents if one.is_open), None)


def campaign_view(
    connection: Connection, workspace: str, asked: int | None, today: date
) -> tuple[tuple[tuple[int, str], ...], CampaignView | None]:
    """The names of all campaigns, and the one that is asked for (without: the one most worth looking at), if it is."""
    names = _open_first(connection, workspace)
    chosen = asked if asked is not None else names[0][0] if names else None
    now = None if chosen is None else campaign_now(connection, workspace, chosen)
    if now is None:
        return names, None
    return names, _view(connection, workspace, now, today)


def campaign_now(connection: Connection, workspace: str, campaign_id: int) -> CampaignNow | None:
    """The campaign, or None where there is no such id."""
    row = campaign_row(connection, workspace, campaign_id)
    if row is None:
        return None
    # A plan has columns that only analysts read, and one of an older version has fewer.
    shown = {column.name: row[column.name] for column in fields(CampaignNow) if column.name in row}
    return CampaignNow(**{**shown, "tags": tuple(row["tags"]), "uses": tuple(row["uses"])})


def _open_first(connection: Connection, workspace: str) -> tuple[tuple[int, str], ...]:
    """Every campaign, those with an open incident first, in the order of their cards, then by name."""
    found = enumerate(open_incidents(connection, workspace))
    cards = {number: place for place, one in found for number in one.of_campaigns}
    return tuple(sorted(campaign_names(connection, workspace), key=lambda named: cards.get(named[0], len(cards))))


def _view(connection: Connection, workspace: str, now: CampaignNow, today: date) -> CampaignView:
    event, number = now.event, now.campaign_id
    found = incidents_of(connection, workspace, number)
    paired = {name for one in found if one.is_open for cause in one.causes for name in renamed(cause) or ()}
    return CampaignView(
        now=now,
        days=campaign_days(connection, workspace, number, event),
        incidents=found,
        edits=campaign_edits(connection, workspace, number),
        life=event_life(connection, workspace, event) if event else (None, None),
        changes=property_changes(connection, workspace, event) if event else NO_CHANGES,
        messages=campaign_messages(connection, workspace, number),
        states=property_states(connection, workspace, event) if event else NO_STATES,
        failures=tuple(Failure(*row) for row in failure_messages(connection, workspace, number)),
        suspects=rename_suspects(connection, workspace),
        hand_overs={name: event_days(connection, workspace, name) for name in sorted(paired)},
        decisions=tuple(decisions_in_force(connection, workspace, today)),
        run=status_run(connection, workspace, number),
    )


def renamed(cause: Mapping[str, Any]) -> tuple[str, str] | None:
    """Old and new event of a cause that is a rename, or None where it is another."""
    facts = cause.get("facts") or {}
    old, new = facts.get("old_event"), facts.get("new_event")
    return (old, new) if isinstance(old, str) and isinstance(new, str) else None
