"""Which event each campaign hangs on, day by day, and since when it has been watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import Flags, Relearning
from campaign_health.judge.planned_campaigns import Plan
from campaign_health.names.likeness import name_likeness

UNKNOWN_AFTER_DAYS = 60
"""Days without one journey after which a trigger event that was never seen is called unknown."""

UNKNOWN_AFTER_DAYS_IF_ALIKE = 3
"""The same where Mixpanel has seen a name much like it."""

_ALIKE = 0.9


@dataclass(frozen=True)
class CampaignSpan:
    """When a campaign began, as far as is known; `gone` is the day it was found to be deleted.

    `first_active` is its first day with a journey or a send, `first_started` with a journey, `first_sent` with a send.
    """

    born: date
    first_expected: date | None
    first_active: date | None
    gone: date | None
    ever_ran: bool
    first_started: date | None = None
    first_sent: date | None = None


@dataclass(frozen=True)
class EventMapping:
    """Per campaign and day, the fields of the same names of `ChainInput`."""

    event_row: NDArray[np.int32]
    unknown: Flags
    age: NDArray[np.int32]
    edited: Flags
    relearnings: Sequence[Relearning]


def map_events(
    first_day: date,
    days: int,
    plans: Sequence[Plan],
    spans: Mapping[int, CampaignSpan],
    first_seen: Mapping[str, date],
    relearned: Mapping[int, Sequence[date]],
) -> EventMapping:
    """The mapping of `days` days from `first_day` on; `relearned`: days a person accepted a new level on."""
    shape = (len(plans), days)
    event_row, age = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    unknown, edited = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    place = {name: number for number, name in enumerate(first_seen)}
    seen_column = {name: (day - first_day).days for name, day in first_seen.items()}
    relearnings: list[Relearning] = []
    for row, plan in enumerate(plans):
        before: str | None = None
        for period in plan.periods:
            begin = 0 if period.since is None else (period.since - first_day).days
            if begin >= days:
                continue
            old, before = before, period.event
            if period.since is not None and begin >= 0:
                edited[row, begin] = period.edited
                if period.event != old:
                    relearnings.append(Relearning(begin, row, trigger=True, old_event=place.get(old or "", -1)))
            begin = max(begin, 0)
            event_row[row, begin:], unknown[row, begin:] = -1, False
            if period.event is not None:
                seen = min(max(begin, seen_column.get(period.event, days)), days)
                event_row[row, seen:] = place.get(period.event, -1)
                if seen > begin:
                    unknown[row, begin:seen] = _waited_too_long(
                        period.event, spans[plan.campaign_id], first_seen, first_day, begin, seen
                    )
        relearnings += [
            Relearning((day - first_day).days, row, trigger=False)
            for day in relearned.get(plan.campaign_id, ())
            if 0 <= (day - first_day).days < days
        ]
        starts = [item.column for item in relearnings if item.row == row]
        _fill_age(age[row], spans[plan.campaign_id], first_day, starts)
    return EventMapping(event_row, unknown, age, edited, relearnings)


def _fill_age(age: NDArray[np.int32], span: CampaignSpan, first_day: date, restarts: Sequence[int]) -> None:
    if span.first_expected is None:
        return
    for begin in sorted([(span.first_expected - first_day).days, *restarts]):
        first = max(begin, 0)
        if first < len(age):
            age[first:] = np.arange(first - begin + 1, len(age) - begin + 1)


def _waited_too_long(
    event: str, span: CampaignSpan, first_seen: Mapping[str, date], first_day: date, begin: int, end: int
) -> Flags:
    """On which columns an event that was never seen has been waited for too long, with not one journey since.

    A rare event looks the same at first. Where a name like it is being sent, a few days are enough.
    """
    columns = np.arange(begin, end)
    if span.first_expected is None:
        return np.zeros(len(columns), dtype=bool)
    waited = columns - (span.first_expected - first_day).days + 1
    alike = [day for name, day in first_seen.items() if name_likeness(event, name) >= _ALIKE]
    alike_from = (min(alike) - first_day).days if alike else end
    enough = np.where(columns >= alike_from, UNKNOWN_AFTER_DAYS_IF_ALIKE, UNKNOWN_AFTER_DAYS)
    active_from = end if span.first_active is None else (span.first_active - first_day).days
    return (waited >= enough) & (columns < active_from)


def campaign_spans(
    campaigns: Sequence[Mapping[str, Any]],
    days: Sequence[Mapping[str, Any]],
    first_day: date,
    local_day: Callable[[datetime], date],
) -> dict[int, CampaignSpan]:
    """When each campaign began. `days` is what `campaign_spans` reads; `local_day` turns UTC into a day."""
    found = {row["campaign_id"]: row for row in days}
    spans = {}
    for row in campaigns:
        seen = found.get(row["campaign_id"], {})
        first_expected = seen.get("first_expected")
        created = local_day(row["created"]) if row["created"] is not None else seen.get("first_day")
        born = min((day for day in (created, first_expected) if day is not None), default=first_day)
        spans[row["campaign_id"]] = CampaignSpan(
            max(born, first_day),
            first_expected,
            seen.get("first_active"),
            None if row["gone_at"] is None else local_day(row["gone_at"]),
            ever_ran=row["first_started"] is not None or first_expected is not None,
            first_started=seen.get("first_started"),
            first_sent=seen.get("first_sent"),
        )
    return spans
