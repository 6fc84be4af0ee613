"""What the route carries, as the pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from campaign_health.state.promises import SHOWN_DAYS, PromiseState, promises_of_days
from campaign_health.words.delivery_words import headline_text, strip_text
from storage.connection import Connection
from storage.delivery_records import Delivery, HoldRecord, RouteEventRecord
from storage.read.campaign_names import campaigns_by_event, named_campaigns
from storage.read.decisions_made import decisions_in_force
from storage.read.route_delivery import delivery_of

Level = Literal["bad", "warn", "good"]
SILENT_AFTER = timedelta(hours=3)
"""The route leaves its numbers every hour at least; older ones say that it does not run."""


@dataclass(frozen=True)
class DeliveryView:
    """What is carried of a workspace, the promises of its campaigns over the last week, by the campaign's name, and the
    names of the running campaigns by the event that triggers them in Customer.io.
    """

    delivery: Delivery
    promises: Sequence[tuple[str, PromiseState]]
    by_trigger: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def campaigns_of(self, *events: str | None) -> list[str]:
        """Names of the campaigns that wait for any of these events, which are named as the manifest names them."""
        sent = {one.event: one.sent_as for one in self.delivery.events}
        triggers = {sent.get(one, one) for one in events if one is not None}
        return sorted({name for one in triggers for name in self.by_trigger.get(one, ())}, key=str.lower)

    @property
    def held(self) -> int:
        """Events that are kept back until something is done about it."""
        return sum(one.held for one in self.delivery.events) - sum(one.waiting for one in self.delivery.experiments)

    @property
    def dead(self) -> int:
        """Events that could not be delivered."""
        return sum(one.dead for one in self.delivery.events)

    @property
    def waiting(self) -> int:
        """Events that wait for their turn."""
        return sum(one.waiting for one in self.delivery.events)

    @property
    def level(self) -> Level:
        """Whether somebody has to act (`bad`), might look (`warn`), or all is well."""
        if self.dead or self.delivery.breaker == "open":
            return "bad"
        return "warn" if self.delivery.holds or self.held or self.delivery.breaker != "closed" else "good"

    @property
    def troubled_since(self) -> datetime | None:
        """Since when something is kept back or could not be delivered; None where nothing is."""
        begun = [one.since for one in self.delivery.holds] + [one.first for one in self.delivery.letters]
        return min(begun, default=None)

    def headline(self) -> str:
        """What there is to say in one sentence, without since when."""
        return headline_text(self.held, self.dead, self.waiting, self.delivery.breaker, len(self.delivery.holds))

    def is_silent(self, now: datetime) -> bool:
        """Whether the route has noted nothing for so long that it hardly runs."""
        return now - self.delivery.noted_at > SILENT_AFTER


@dataclass(frozen=True)
class CarriedEvent:
    """One event that is moved, the hold that keeps it back (None: none), how many of it died today (UTC), and how many
    wait for the daily hour of an experiment.
    """

    event: RouteEventRecord
    hold: HoldRecord | None
    dead_today: int
    delayed: int = 0

    @property
    def held(self) -> int:
        """Events that are kept back until something is done about it."""
        return self.event.held - self.delayed

    def sentence(self) -> str:
        """`Moved: live · 3 wait · 12 kept back · 4 could not be delivered today`."""
        return strip_text(self.event.mode, self.event.waiting, self.held, self.dead_today, self.delayed)


def delivery_view(connection: Connection, workspace: str, zone: ZoneInfo, today: date) -> DeliveryView | None:
    """What the page of delivery shows on `today`, a day in the workspace's zone; None where nothing is moved."""
    delivery = delivery_of(connection, workspace)
    if delivery is None:
        return None
    names = {number: name for _, number, name in named_campaigns(connection, workspace)}
    kept = promises_of_days(connection, workspace, zone, today - timedelta(days=SHOWN_DAYS - 1), today)
    promises = [(names.get(number, f"Campaign {number}"), one) for number, one in kept.items()]
    by_trigger = campaigns_by_event(connection, workspace)
    return DeliveryView(delivery, sorted(promises, key=lambda pair: pair[0].lower()), by_trigger)


def carried_event(connection: Connection, workspace: str, event: str | None) -> CarriedEvent | None:
    """What the route carries of the event of a campaign, by either of its names; None where it does not move it."""
    delivery = delivery_of(connection, workspace)
    if delivery is None or event is None:
        return None
    found = [one for one in delivery.events if event == one.sent_as] or [
        one for one in delivery.events if event == one.event
    ]
    if not found or found[0].mode == "off":
        return None
    day = delivery.noted_at.astimezone(UTC).date()
    dead = [one.dead for one in delivery.days if (one.event, one.day) == (found[0].event, day)]
    hold = next((one for one in delivery.holds if found[0].event in (one.event, one.candidate_of)), None)
    delayed = sum(one.waiting for one in delivery.experiments if one.event == found[0].event)
    return CarriedEvent(found[0], hold, sum(dead), delayed)


def is_released(connection: Connection, workspace: str, event: str, since: datetime) -> bool:
    """Whether somebody said, after a hold of an event began, that it may go on."""
    return any(
        one.kind == "release" and one.event == event and one.decided_at > since
        for one in decisions_in_force(connection, workspace)
    )
