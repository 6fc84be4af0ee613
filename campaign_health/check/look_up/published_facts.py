"""What `check` takes from a published file: nothing about a person, and no message's text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import ObservedEvent, ObservedProperty


@dataclass(frozen=True)
class NewestRun:
    """How a source's newest collection went: `ok`, `partial` or `failed`, why, and the day in UTC it ended."""

    outcome: str
    error: str | None
    day: date


@dataclass(frozen=True)
class PublishedFacts:
    """One workspace: campaigns with triggers and what their Liquid needs, events seen, properties, newest runs."""

    workspace: str
    campaigns: list[ObservedCampaign]
    events: dict[str, ObservedEvent]
    properties: dict[str, dict[str, ObservedProperty]]
    runs: dict[str, NewestRun]
    event_service: str | None = None
