"""What Customer.io and Mixpanel were seen to have, from whichever source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.problems import Failure


@dataclass(frozen=True)
class ObservedEvent:
    """One event in Mixpanel, by its exact name, over the days that were collected.

    Attributes:
        first_seen: First day with at least one event; None if there was none.
        last_seen: Last day with at least one event; None if there was none.
        last_collected: Newest day that is known for it, also where the count is 0; None if no day is.
        daily: Events a day over its last seven days with data before it ended, about.
    """

    name: str
    first_seen: date | None
    last_seen: date | None
    last_collected: date | None
    daily: float = 0.0


@dataclass(frozen=True)
class ObservedProperty:
    """The share (0 to 1) of an event's events that carried a property, by JSON type, on one day."""

    day: date
    shares: Mapping[str, float]

    @property
    def share(self) -> float:
        """The share that carried it with any type but null."""
        return min(1.0, sum(share for kind, share in self.shares.items() if kind != "null"))

    @property
    def main_type(self) -> str | None:
        """The type that most of its values have; None if all are null."""
        kinds = {kind: share for kind, share in self.shares.items() if kind != "null" and share > 0}
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else None


@dataclass
class Observed:
    """A look at both services. None means not looked at; empty means that there is nothing.

    Attributes:
        campaigns: Customer.io's campaigns.
        events: Mixpanel's or Amplitude's events, by name.
        properties: Profiles by event and property; only of events that were profiled.
        parts: What was compared, in words, for the coverage.
        remarks: What to know about the look-up.
        failures: What could not be looked up.
        event_service: What counts the events: Mixpanel or Amplitude; None where not known.
    """

    campaigns: list[ObservedCampaign] | None = None
    events: dict[str, ObservedEvent] | None = None
    properties: dict[str, dict[str, ObservedProperty]] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    event_service: str | None = None

    def filled_from(self, other: Observed) -> Observed:
        """This look, with what only the other one knows; sends, which only a published file has, are taken over."""
        sends = {seen.campaign_id: seen.sends for seen in other.campaigns or ()}
        campaigns = self.campaigns
        if campaigns is None:
            campaigns = other.campaigns
        else:
            campaigns = [
                seen if seen.sends is not None else replace(seen, sends=sends.get(seen.campaign_id))
                for seen in campaigns
            ]
        return Observed(
            campaigns,
            self.events if self.events is not None else other.events,
            self.properties or other.properties,
            [*self.parts, *other.parts],
            [*self.remarks, *other.remarks],
            [*self.failures, *other.failures],
            self.event_service or other.event_service,
        )
