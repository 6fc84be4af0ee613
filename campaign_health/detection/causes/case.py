"""What is known of one broken campaign, and what a cause says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from campaign_health.detection.causes.property_drift import PropertyChange
from campaign_health.detection.parts.message_stops import MessageStop
from campaign_health.detection.parts.never_sent import NeverSent
from campaign_health.detection.parts.part_stops import PartStop
from campaign_health.detection.rename.around_a_stop import Around
from campaign_health.detection.rename.rename import Rename

Kind = Literal["silent", "degraded", "event_lost", "surging"]
Stage = Literal["event", "started", "activated", "sent", "delivered"]

SEND_SERIES = (
    "sent", "delivered", "created", "drafted", "attempted", "failed", "undeliverable", "suppressed", "bounced",
)  # fmt: skip
JOURNEY_SERIES = ("started", "activated", "never_activated")


@dataclass(frozen=True)
class BrokenCampaign:
    """One campaign with an incident, and everything stored that may explain it. Frames as in the published tables.

    `numbers` has one row per day up to `as_of` (column or index `day`) with any of events, started, activated,
    never_activated, created, drafted, attempted, sent, delivered, failed, undeliverable, suppressed, bounced; empty
    where not collected. `since` is the first bad day. `known_events` are all names ever seen in Mixpanel; empty means
    that none were collected. `project_kept` is the level of the project's other events since the break (1 = as
    usual): where all fell together, none was removed. `around` tells what else changed when the event stopped.
    `born_near` are events that began around the break with a fair share of its event's volume. `others_broken` broke
    at the same stage with it, on `triggers_broken` triggers (its own among them) of `due_together` campaigns that were
    due to send. `renames`, `property_changes` and `part_stops` are those of the whole project. `segments` are the
    counts of the segments that it names, where any was counted, `message_stops` those of its messages that fell silent.
    `never_otherwise`: it was so on every day that is known, from `first_day_known` on; `never_sent` are its messages
    that never sent. `carried` is the share of its event that carried each property, by type, of so many `events_read`;
    `declared_types` what the manifest says of its properties.
    """

    campaign_id: int
    name: str
    state: str
    trigger_kind: str
    event: str | None
    kind: Kind
    stage: Stage | None
    since: date
    as_of: date
    numbers: pd.DataFrame
    messages: pd.DataFrame | None = None
    versions: pd.DataFrame | None = None
    failures: pd.DataFrame | None = None
    definitions: pd.DataFrame | None = None
    segments: pd.DataFrame | None = None
    renames: Sequence[Rename] = ()
    property_changes: Sequence[PropertyChange] = ()
    part_stops: Sequence[PartStop] = ()
    message_stops: Sequence[MessageStop] = ()
    known_events: Collection[str] = ()
    uses: Collection[str] = ()
    time_zone: str = "UTC"
    others_broken: Sequence[str] = ()
    born_near: Sequence[str] = ()
    due_together: int | None = None
    triggers_broken: int = 0
    owner: str | None = None
    project_kept: float | None = None
    around: Around = field(default_factory=Around)
    never_otherwise: bool = False
    first_day_known: date | None = None
    never_sent: Sequence[NeverSent] = ()
    carried: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    events_read: int = 0
    declared_types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """One explanation: what, how sure (0 to 1), since when, in one sentence, with numbers, and what to do next."""

    cause: str
    confidence: float
    since: date | None
    sentence: str
    facts: dict[str, Any]
    next_step: str
    ruled_out: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The cause as stored with the incident."""
        return {
            "cause": self.cause,
            "confidence": round(self.confidence, 3),
            "sentence": self.sentence,
            "since": self.since.isoformat() if self.since else None,
            "facts": self.facts,
            "next_step": self.next_step,
            "ruled_out": list(self.ruled_out),
        }


def campaign_numbers(
    event_day: pd.DataFrame | None,
    campaign_day: pd.DataFrame | None,
    journey_day: pd.DataFrame | None,
    campaign_id: int,
    event: str | None,
    as_of: date,
) -> pd.DataFrame:
    """The `numbers` of a case from rows of the three tables, by day; empty = not collected."""
    parts = []
    if event_day is not None and event is not None:
        rows = event_day[event_day["event"] == event]
        parts.append(_by_day(rows, ("events",)))
    for frame, series in ((campaign_day, SEND_SERIES), (journey_day, JOURNEY_SERIES)):
        if frame is not None:
            parts.append(_by_day(frame[frame["campaign_id"] == campaign_id], series))
    numbers = pd.concat(parts, axis=1, sort=True) if parts else pd.DataFrame()
    numbers.index.name = "day"
    return numbers[numbers.index <= pd.Timestamp(as_of)] if len(numbers) else numbers


def _by_day(rows: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    present = [name for name in series if name in rows.columns]
    values = rows[present].apply(pd.to_numeric).astype("Float64").astype(float)
    values.index = pd.DatetimeIndex(pd.to_datetime(rows["day"]))
    by_day: pd.DataFrame = values[~values.index.duplicated(keep="last")]
    return by_day
