"""All that is known of one workspace now, read at once; what follows from the clock is asked of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.detection.event.project_outage import LOOK_BACK_DAYS, project_outages
from campaign_health.process.clock import local_day
from campaign_health.state.beside_campaigns import BesideCampaigns, read_beside
from campaign_health.state.false_alarms import FalseAlarms, read_false_alarms
from campaign_health.state.freshness import staleness
from campaign_health.state.handling import meant_as
from campaign_health.state.incident import Incident, open_incidents
from campaign_health.state.some_lost import SomeLost, read_some_lost
from campaign_health.state.source_health import SourceState, read_sources
from campaign_health.state.standing import Standing, standing_on
from campaign_health.state.stretches import WORTH_A_LOOK, Stretch, read_stretches
from campaign_health.state.unchecked import Unchecked, unchecked
from campaign_health.words.dates import day_text
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read.service_numbers import UNKNOWN_NUMBERS, ServiceNumbers, service_numbers
from storage.read.source_runs import counts_of_days
from storage.read.verdicts_now import campaigns_with_event, existing_campaigns, judged_until, newest_verdicts
from storage.read.workspaces import workspaces

NUMBERS = ("events", "started", "sent", "expected_low", "expected_high", "probability")


@dataclass(frozen=True)
class CampaignStatus:
    """A campaign's newest verdict; `numbers` are those of its day."""

    workspace: str
    campaign_id: int
    campaign: str
    status: str
    day: date
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class WorkspaceState:
    """One workspace as last judged: its open incidents (worst first), newest verdicts and sources.

    `judged_day` is the newest judged day, None before the first. `unjudged` campaigns were collected and have no
    verdict. `stood_still`: the newest judged day had not one event, where many are usual. `numbers` are those
    in the addresses of the services' own pages. `beside` is what is sent beside campaigns, `with_event` are the
    campaigns that hang on an event.
    """

    name: str
    zone: ZoneInfo
    judged_day: date | None
    incidents: tuple[Incident, ...] = ()
    campaigns: tuple[CampaignStatus, ...] = ()
    unjudged: int = 0
    sources: tuple[SourceState, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    some_lost: tuple[SomeLost, ...] = ()
    stood_still: bool = False
    numbers: ServiceNumbers = UNKNOWN_NUMBERS
    false_alarms: FalseAlarms = field(default_factory=FalseAlarms)
    beside: BesideCampaigns = field(default_factory=BesideCampaigns)
    with_event: frozenset[int] = frozenset()

    @property
    def watched(self) -> tuple[int, int]:
        """How many of the campaigns that run are watched by their event, and how many by their journeys only."""
        running = [one for one in self.campaigns if one.status != "not_running"]
        by_event = [one for one in running if one.campaign_id in self.with_event and one.status != "journeys_only"]
        return len(by_event), len(running) - len(by_event)

    @property
    def worth_a_look(self) -> Sequence[Stretch]:
        """What is odd without being broken."""
        found = [one for one in self.stretches if one.status in WORTH_A_LOOK]
        return sorted(found, key=lambda one: WORTH_A_LOOK.index(one.status))

    @property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """What could not be checked."""
        return unchecked(self.stretches, self.sources, self.name)

    def standing(self, now: datetime) -> Standing:
        """The open incidents by who should hear of them."""
        return standing_on(self.incidents, local_day(now, self.zone))

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """Why what is known is not to be trusted as the state of today, in sentences; empty where it is."""
        old = staleness(self.name, self.sources, self.judged_day, self.zone, now)
        still = None
        if self.stood_still and self.judged_day is not None:
            still = (
                f"Not one event of {self.name} on {day_text(self.judged_day)}: tracking stopped, or everything dropped"
                " together. No campaign is blamed for it."
            )
        return tuple(text for text in (old, still) if text is not None)

    def counts(self, now: datetime) -> dict[str, int]:
        """Campaigns by status, each once: one with an open incident as its kind, as `muted` or as it was said to be."""
        standing = self.standing(now)
        held = {number: one.kind for one in standing.broken for number in one.of_campaigns}
        held |= {number: "muted" for one in standing.muted for number in one.of_campaigns}
        held |= {number: meant_as(one) or one.kind for one in standing.intended for number in one.of_campaigns}
        found: dict[str, int] = {}
        # A deleted campaign has no newest verdict, and may have an open incident all the same.
        for status in (*(held.pop(one.campaign_id, one.status) for one in self.campaigns), *held.values()):
            found[status] = found.get(status, 0) + 1
        return found


def workspace_names(connection: Connection, configured: Sequence[str] | None = None) -> list[str]:
    """Every workspace that anything is known of and that is configured, in alphabetical order; all where that is None.

    Of what is held and not configured nobody asks any more how it stands today: see `state/not_configured.py`.
    """
    return [name for name in workspaces(connection) if configured is None or name in configured]


def read_workspace(connection: Connection, name: str) -> WorkspaceState:
    """The state of one workspace. Raises UnknownZoneError where this machine does not know its time zone."""
    judged_day, _ = judged_until(connection, name)
    sources = read_sources(connection, name)
    campaigns = tuple(_campaign(row) for row in newest_verdicts(connection, name))
    return WorkspaceState(
        name=name,
        zone=stored_zone(connection, name) or ZoneInfo("UTC"),
        judged_day=judged_day,
        incidents=open_incidents(connection, name),
        campaigns=campaigns,
        unjudged=existing_campaigns(connection, name) - len(campaigns),
        sources=sources,
        stretches=read_stretches(connection, name),
        some_lost=read_some_lost(connection, name),
        numbers=service_numbers(connection, name),
        stood_still=judged_day is not None and _stood_still(connection, name, judged_day),
        false_alarms=read_false_alarms(connection, name),
        beside=read_beside(connection, name, sources),
        with_event=campaigns_with_event(connection, name),
    )


def _campaign(row: Mapping[str, Any]) -> CampaignStatus:
    named = {name: row[name] for name in ("workspace", "campaign_id", "campaign", "status", "day")}
    return CampaignStatus(**named, numbers={name: row[name] for name in NUMBERS})


def _stood_still(connection: Connection, name: str, judged_day: date) -> bool:
    first = judged_day - timedelta(days=LOOK_BACK_DAYS)
    days = counts_of_days(connection, name, first, judged_day)
    if days.empty:
        return False
    columns = [first + timedelta(days=passed) for passed in range(LOOK_BACK_DAYS + 1)]
    table = days.assign(day=days["day"].dt.date).pivot(index="event", columns="day", values="events")
    return bool(project_outages(table.reindex(columns=columns).to_numpy(dtype=np.float64))[-1])
