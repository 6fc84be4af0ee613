"""Whose events wait for the daily hour, and until when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from campaign_health.manifest.conditions import Condition

Arm = Literal["at_once", "held_back"]
ARMS: tuple[Arm, ...] = ("at_once", "held_back")
LAST_MINUTES_SECONDS = 900.0
"""So long before its message makes no sense any more, an event is let go in any case."""


@dataclass(frozen=True)
class Experiment:
    """One campaign's: it holds `percent` of its people's events back until `at` each day.

    `campaign` is its name in the manifest, and `campaign_id` its id in Customer.io where the manifest has it. Somebody
    has converted with the event `converted` (its newest name; None: with Customer.io's report) within so many seconds
    of the campaign's event. `when` says which events are the campaign's. `said` is all that makes it this experiment
    and no other: where it changes, counting begins anew.
    """

    campaign: str
    campaign_id: int | None
    percent: int
    at: time
    converted: str | None
    within_seconds: float
    when: Mapping[str, Condition]
    said: str


def salted(campaign: str, person: str) -> str:
    """What of a person is hashed for their arm: other people are held back by each campaign."""
    return f"experiment\n{campaign}\n{person}"


def arm_of(hashed: bytes, percent: int) -> Arm:
    """The arm of a person by their keyed hash: always the same, and with more percent nobody leaves `held_back`."""
    return "held_back" if int.from_bytes(hashed, "big") % 100 < percent else "at_once"


def held_until(at: time, zone: tzinfo, received: float, expires: float) -> float:
    """Until when (Unix seconds) an event waits that was received at one instant and is of no use after another.

    That is the next `at` of the zone, so that it goes out at one hour with what a daily run would send; earlier where
    the event would be of no use by then.
    """
    day = datetime.fromtimestamp(received, UTC).astimezone(zone).date()
    hours = (datetime.combine(day + timedelta(days=more), at, zone).timestamp() for more in (0, 1, 2))
    return min(next(hour for hour in hours if hour > received), expires - LAST_MINUTES_SECONDS)
