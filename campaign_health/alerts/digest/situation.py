"""What the digest is built from: the workspace as it stands, and what one channel has not been told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from campaign_health.state.incident import Incident
from campaign_health.state.unchecked import Unchecked
from storage.read.service_numbers import UNKNOWN_NUMBERS, ServiceNumbers

Sends = tuple[float | None, ...]
"""The newest days' sends of a campaign, oldest first, None where not collected."""


@dataclass(frozen=True)
class Change:
    """One stored change of an incident that has not been announced on a channel yet.

    `recorded_on` is the day on which it was found, in the workspace's zone; None where that is not known.
    """

    change_id: str
    incident_id: str
    kind: str
    day: date
    news: bool
    recorded_on: date | None = None


@dataclass(frozen=True)
class FailedSource:
    """An unbroken run of failures of one source, up to the newest run.

    `change_id` is the same for all of that run; `told` says whether the channel has heard of it.
    """

    change_id: str
    source: str
    told: bool = False


@dataclass(frozen=True)
class TellOnce:
    """Something beside the incidents that is told once: it is broken, or (`recovered`) was when the channel last heard.

    `told` says whether the channel has heard of that.
    """

    change_id: str
    title: str
    said: str
    told: bool = False
    recovered: bool = False


@dataclass(frozen=True)
class Situation:
    """All of one workspace at the moment of the digest.

    `incidents` are the open ones and those with changes, worst first; `counts` the number of campaigns by status;
    `stale` says why what is known is not today's state; `numbers` are those of the workspace in the services'
    addresses; `sends` are the newest days' by campaign; `coverage` what is watched and how;
    `late` the campaigns (name, and how it kept its promise) whose messages came too late on the judged day;
    `recoveries` what was found of who missed an incident's messages, and done about it, by the incident's id.
    """

    workspace: str
    incidents: tuple[Incident, ...]
    changes: tuple[Change, ...]
    failed_sources: tuple[FailedSource, ...]
    counts: Mapping[str, int]
    judged_day: date | None
    unchecked: tuple[Unchecked, ...] = ()
    stale: tuple[str, ...] = ()
    numbers: ServiceNumbers = UNKNOWN_NUMBERS
    sends: Mapping[int, Sends] = field(default_factory=dict)
    beside: tuple[TellOnce, ...] = ()
    late: tuple[tuple[str, str], ...] = ()
    early: tuple[TellOnce, ...] = ()
    delivery: tuple[TellOnce, ...] = ()
    coverage: str = ""
    recoveries: Mapping[str, str] = field(default_factory=dict)
