"""What is to be recovered: a campaign's days, the names of its event, and what the manifest says of who is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from campaign_health.manifest.conditions import Condition
from campaign_health.manifest.durations import seconds_of
from campaign_health.manifest.schema import CampaignEntry
from campaign_health.route.mapping.route_plan import RoutePlan
from collectors.zone_days import day_start

LEAST_PATIENCE_SECONDS = 3600.0
"""No event is younger whose person missed the message: both services take their time, and so does an import."""
EXPERIMENT_PATIENCE_SECONDS = 27 * 3600.0
"""The same where part of the people wait for the daily hour: up to 25 hours on the day when clocks are put back."""
EVER_SECONDS = 365 * 86_400.0
"""As far back as Customer.io tells of messages."""


@dataclass(frozen=True)
class RecoveryPlan:
    """Days are of the workspace's zone, `until` is the last one; lengths of time are in seconds.

    `events` are all names that the campaign's event has or had. `relevant_seconds` None: the message makes sense for
    ever. `once_seconds` 0: a person may get it any number of times. A message may be on its way for `patience_seconds`.
    `held_back_percent` of the people wait for the daily hour by the experiment of the manifest's `experiment_campaign`.
    `routes` are the manifest's: `when` asks for the attributes that they make of an event; None: it is taken as it is.
    """

    workspace: str
    campaign_id: int
    campaign: str
    events: tuple[str, ...]
    since: date
    until: date
    zone: ZoneInfo
    when: Mapping[str, Condition] = field(default_factory=dict)
    once_seconds: float = 0.0
    relevant_seconds: float | None = None
    conversion_event: str | None = None
    patience_seconds: float = LEAST_PATIENCE_SECONDS
    experiment_campaign: str = ""
    held_back_percent: int = 0
    routes: RoutePlan | None = None

    @property
    def begin(self) -> int:
        """The first instant that counts, in Unix seconds."""
        return day_start(self.since, self.zone)

    @property
    def end(self) -> int:
        """The first instant after all that count, in Unix seconds."""
        return day_start(self.until + timedelta(days=1), self.zone)


def plan_for(
    entry: CampaignEntry | None,
    workspace: str,
    campaign_id: int,
    campaign: str,
    event: str,
    renames: Iterable[tuple[str, str]],
    days: tuple[date, date],
    zone: ZoneInfo,
) -> RecoveryPlan:
    """The plan for a campaign, from its entry in the manifest (None: none) and the confirmed renames (old, new)."""
    once = None if entry is None else entry.once
    experiment = None if entry is None else entry.experiment
    return RecoveryPlan(
        workspace, campaign_id, campaign, names_of(event, renames), *days, zone,
        when={} if entry is None else entry.when,
        once_seconds=EVER_SECONDS if once == "ever" else float(seconds_of(once or "") or 0),
        relevant_seconds=_seconds(None if entry is None else entry.relevant_for),
        conversion_event=None if entry is None else entry.conversion_event,
        patience_seconds=LEAST_PATIENCE_SECONDS if experiment is None else EXPERIMENT_PATIENCE_SECONDS,
        experiment_campaign="" if entry is None else entry.label,
        held_back_percent=0 if experiment is None else experiment.percent,
    )  # fmt: skip


def names_of(event: str, renames: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """All names that an event has or had, by the renames (old, new) that are sure; its own first."""
    pairs = [(old.strip(), new.strip()) for old, new in renames]
    found = [event.strip()]
    for name in found:
        found += [other for pair in pairs if name in pair for other in pair if other not in found]
    return tuple(found)


def _seconds(text: str | None) -> float | None:
    found = seconds_of(text or "")
    return None if found is None else float(found)
