"""What the pages of events and coverage show, each read through one connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from campaign_health.state.every_campaign import shown_status
from campaign_health.state.incident import open_incidents
from storage.connection import Connection
from storage.read.decisions_made import Decision, decisions_in_force
from storage.read.event_lives import all_events, all_property_changes, campaign_mappings, rename_suspects
from storage.read.one_campaign import event_days
from storage.read.verdicts_now import newest_verdicts

RENAMES_SHOWN = 8
"""Newest first; more than these are hardly looked at one by one."""


@dataclass(frozen=True)
class EventsView:
    """All events, suspected renames and changed properties, as the reads of `storage.read.event_lives` give them.

    `days` are those of the events in the newest `RENAMES_SHOWN` suspects, by event.
    """

    events: pd.DataFrame
    suspects: pd.DataFrame
    property_changes: pd.DataFrame
    days: Mapping[str, pd.DataFrame]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class CoverageView:
    """All events, and every campaign with the event it hangs on and `status`, how it is doing."""

    events: pd.DataFrame
    mappings: pd.DataFrame


def events_view(connection: Connection, workspace: str, today: date) -> EventsView:
    """What the page of events shows on `today`, a day in the workspace's zone."""
    suspects = rename_suspects(connection, workspace)
    named = {str(name) for name in suspects.head(RENAMES_SHOWN)[["old_event", "new_event"]].to_numpy().ravel()}
    return EventsView(
        all_events(connection, workspace),
        suspects,
        all_property_changes(connection, workspace),
        {name: event_days(connection, workspace, name) for name in sorted(named)},
        tuple(decisions_in_force(connection, workspace, today)),
    )


def coverage_view(connection: Connection, workspace: str) -> CoverageView:
    """What the page of coverage shows."""
    mappings = campaign_mappings(connection, workspace)
    incidents = {number: one for one in open_incidents(connection, workspace) for number in one.of_campaigns}
    verdicts = {row["campaign_id"]: row["status"] for row in newest_verdicts(connection, workspace)}
    status = [shown_status(incidents.get(number), verdicts.get(number)) for number in mappings["campaign_id"]]
    return CoverageView(all_events(connection, workspace), mappings.assign(status=status))
