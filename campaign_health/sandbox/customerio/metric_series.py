"""Customer.io's metric series: which buckets a request asks for, and the counts in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.sandbox.http.exchange import Call
from campaign_health.sandbox.world.counting import Counts, happened_between
from campaign_health.sandbox.world.day_bounds import HOUR, bucket_end, bucket_starts
from campaign_health.sandbox.world.world import CampaignTruth, TriggeredTruth, World

RESOLUTIONS = {
    "hours": "hours",
    "hourly": "hours",
    "days": "days",
    "daily": "days",
    "weeks": "weeks",
    "weekly": "weeks",
    "months": "months",
    "monthly": "months",
}
TYPES = ("email", "webhook", "twilio", "whatsapp", "slack", "push", "in_app", "live_notification")
SERIES = (
    *("created", "drafted", "attempted", "sent", "delivered", "failed", "undeliverable", "suppressed"),
    *("bounced", "deferred", "opened", "human_opened", "prefetch_opened", "clicked", "human_clicked"),
    *("machine_clicked", "converted", "unsubscribed", "topic_unsubscribed", "spammed"),
)
VERSION_1_SERIES = tuple(name for name in SERIES if not name.startswith(("human_", "prefetch_", "machine_")))
WEBHOOK_SERIES = ("2xx", "3xx", "4xx", "5xx")
JOURNEY_SERIES = ("started", "activated", "messaged", "exited_early", "finished", "converted")
VERSION_1_ZONE = ZoneInfo("America/New_York")
VERSION_1_MOST = {"hours": 24, "days": 45, "weeks": 12, "months": 121}


@dataclass(frozen=True)
class Buckets:
    """Consecutive buckets in a zone, by their starts in Unix seconds."""

    starts: Sequence[int]
    unit: str
    zone: ZoneInfo

    @classmethod
    def between(cls, start: int, end: int, unit: str, zone: ZoneInfo) -> Buckets:
        """All buckets touched from ``start`` to ``end``: both are snapped down to bucket starts."""
        return cls(bucket_starts(start, end, unit, zone), unit, zone)

    @classmethod
    def latest(cls, steps: int, unit: str, now: int) -> Buckets:
        """Version 1: the last ``steps`` buckets of US Eastern time, the running one included."""
        length = {"hours": 1, "days": 24, "weeks": 168, "months": 744}[unit] * HOUR
        starts = bucket_starts(now - steps * length, now, unit, VERSION_1_ZONE)
        return cls(starts[-steps:], unit, VERSION_1_ZONE)

    @classmethod
    def asked(cls, call: Call, now: datetime) -> Buckets | None:
        """Version 1: what `period` and `steps` ask for; None where they make no sense."""
        unit, steps = call.get("period") or "days", call.get("steps") or "0"
        if unit not in VERSION_1_MOST or not steps.isdecimal():
            return None
        most = VERSION_1_MOST[unit]
        # steps=1 is two buckets, steps=0 the most there are; months default to twelve.
        default = 12 if unit == "months" and call.get("steps") is None else most
        count = min(max(int(steps), 2), most) if int(steps) else default
        return cls.latest(count, unit, int(now.timestamp()))

    @property
    def bounds(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The starts, and where the last bucket ends."""
        return np.array([*self.starts, bucket_end(self.starts[-1], self.unit, self.zone)], dtype=np.int64)

    def printed(self, index: int) -> str:
        """A bucket's start as the Go services print a time: ``2026-09-22 00:00:00 +0000 UTC``."""
        return datetime.fromtimestamp(self.starts[index], self.zone).strftime("%Y-%m-%d %H:%M:%S %z %Z")


def counts(
    world: World, known: Mapping[str, Counts], names: Sequence[str], buckets: Buckets, now: datetime
) -> dict[str, list[int]]:
    """The named series of ``known`` daily counts in the buckets until ``now``; zeros for one that is not there."""
    width = len(buckets.starts)
    present = [name for name in names if name in known]
    result = {name: [0] * width for name in names}
    if present:
        daily = np.stack([known[name] for name in present])
        rows = happened_between(daily, world.starts, buckets.bounds, int(now.timestamp()))
        result.update(zip(present, rows.tolist(), strict=True))
    return result


def message_series(
    world: World, campaign: CampaignTruth, buckets: Buckets, now: datetime, channel: str | None, version: int
) -> dict[str, Any]:
    """The ``series`` of a campaign's metrics; with ``channel``, of its messages of that type only."""
    names: tuple[str, ...] = SERIES if version == 2 else VERSION_1_SERIES
    if any(message.type == "webhook" for message in campaign.messages):
        names = (*names, *WEBHOOK_SERIES)
    # Services add series without notice: a world may have some that nobody has heard of.
    names = (*names, *(name for name in campaign.series if name not in (*SERIES, *WEBHOOK_SERIES)))
    # A campaign's numbers are those of its first message's channel: the world does not split them further.
    own = campaign.messages[0].type if campaign.messages else "email"
    if channel not in (None, own):
        return dict(counts(world, {}, names, buckets, now))
    known = {name: world.seen(name, daily, now) for name, daily in campaign.series.items()}
    return dict(counts(world, known, names, buckets, now))


def action_series(
    world: World, campaign: CampaignTruth, message: int, buckets: Buckets, now: datetime
) -> dict[str, Any]:
    """The ``series`` of one message's metrics, over all of its deliveries."""
    known = {name: world.seen(name, daily, now) for name, daily in campaign.series_of(message).items()}
    return dict(counts(world, known, SERIES, buckets, now))


def triggered_series(world: World, truth: TriggeredTruth, buckets: Buckets, now: datetime) -> dict[str, list[int]]:
    """The ``series`` of a broadcast or transactional message: version 1, there is no other."""
    known = {name: world.seen(name, daily, now) for name, daily in truth.series.items()}
    return counts(world, known, VERSION_1_SERIES, buckets, now)


def journey_series(world: World, campaign: CampaignTruth, buckets: Buckets, now: datetime) -> dict[str, list[int]]:
    """The ``journey_metric`` of a campaign: journeys by the bucket in which they started."""
    known = {name: world.seen(f"journeys.{name}", daily, now) for name, daily in campaign.journeys.items()}
    nobody = np.zeros(world.days, dtype=np.int64)
    # Spread over the day by itself: the difference of two spread series could be below zero in an hour.
    known["never_activated"] = known.get("started", nobody) - known.get("activated", nobody)
    return counts(world, known, (*JOURNEY_SERIES, "never_activated"), buckets, now)
