"""From stored rows to the panels that are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.chain_input import ChainInput, Flags, Numbers, Relearning
from campaign_health.detection.event_panel import EventPanel
from campaign_health.detection.names import name_likeness
from campaign_health.judge.plans import Plan
from storage.judge_input import STATE_CODES, Columns

_OBSERVED, _PROVISIONAL = STATE_CODES["observed"], STATE_CODES["provisional"]
_NOT_EXPECTED = STATE_CODES["not_expected"]

UNKNOWN_AFTER_DAYS = 60
"""Days without one journey after which a trigger event that was never seen is called unknown."""

UNKNOWN_AFTER_DAYS_IF_ALIKE = 3
"""The same where Mixpanel has seen a name much like it."""

_ALIKE = 0.9


@dataclass(frozen=True)
class CampaignSpan:
    """When a campaign began, as far as is known; `gone` is the day it was found to be deleted."""

    born: date
    first_expected: date | None
    first_active: date | None
    gone: date | None
    ever_ran: bool


@dataclass(frozen=True)
class Panels:
    """The same days twice: `settled` with provisional numbers left out, `shown` with them. And what is not settled."""

    settled: ChainInput
    shown: ChainInput
    provisional: Flags


def build_panels(
    first_day: date,
    last_day: date,
    plans: Sequence[Plan],
    spans: Mapping[int, CampaignSpan],
    first_seen: Mapping[str, date],
    event_days: Columns,
    campaign_days: Columns,
    journey_days: Columns,
    relearned: Mapping[int, Sequence[date]],
) -> Panels:
    """The panels of `first_day` to `last_day`; one row per plan. `relearned`: days a person accepted a new level on."""
    days = (last_day - first_day).days + 1
    ids = np.array([plan.campaign_id for plan in plans], dtype=np.int64)
    shape = (len(ids), days)
    names = tuple(first_seen)
    counts = _filled((len(names), days), event_days["event"], event_days["day"], event_days["events"])
    count_state = _states((len(names), days), event_days["event"], event_days["day"], event_days["state"])
    rows, journey_rows = (
        np.searchsorted(ids, campaign_days["campaign_id"]),
        np.searchsorted(ids, journey_days["campaign_id"]),
    )
    sent_state = _states(shape, rows, campaign_days["day"], campaign_days["state"])
    engagement_state = _states(shape, rows, campaign_days["day"], campaign_days["engagement_state"])
    journey_state = _states(shape, journey_rows, journey_days["day"], journey_days["state"])
    numbers = {
        "sent": _filled(shape, rows, campaign_days["day"], campaign_days["sent"]),
        "delivered": _filled(shape, rows, campaign_days["day"], campaign_days["delivered"]),
        "started": _filled(shape, journey_rows, journey_days["day"], journey_days["started"]),
        "activated": _filled(shape, journey_rows, journey_days["day"], journey_days["activated"]),
    }
    states = {"sent": sent_state, "delivered": engagement_state, "started": journey_state, "activated": journey_state}
    not_running = (sent_state == _NOT_EXPECTED) | ((sent_state < 0) & (journey_state == _NOT_EXPECTED))
    event_row, unknown, edited, age, relearnings = _mapping(first_day, days, plans, spans, first_seen, relearned)
    for row, plan in enumerate(plans):
        span = spans[plan.campaign_id]
        not_running[row, : max(0, (span.born - first_day).days)] = True
        if not span.ever_ran:
            not_running[row] |= sent_state[row] < 0
        if span.gone is not None:
            not_running[row, max(0, (span.gone - first_day).days) :] = True

    def chain(codes: list[int]) -> ChainInput:
        panel = EventPanel(names, first_day, np.where(np.isin(count_state, codes), counts, np.nan))
        kept = {name: np.where(np.isin(states[name], codes), numbers[name], np.nan) for name in numbers}
        return ChainInput(
            first_day, ids, panel, event_row, unknown, age, edited,
            kept["started"], kept["activated"], kept["sent"], kept["delivered"], not_running, relearnings,
        )  # fmt: skip

    settled, shown = chain([_OBSERVED]), chain([_OBSERVED, _PROVISIONAL])
    events_provisional = np.zeros(shape, dtype=bool)
    if names:
        columns = np.arange(days)[None, :]
        events_provisional = (event_row >= 0) & (count_state[np.maximum(event_row, 0), columns] == _PROVISIONAL)
    return Panels(settled, shown, (sent_state == _PROVISIONAL) | events_provisional)


def last_settled_column(source_days: Columns, days: int) -> int:
    """The last column that is not merely provisional: some source is settled there, or all failed; -1 if none."""
    states = np.asarray(source_days["state"])
    observed, provisional = np.zeros(days, dtype=bool), np.zeros(days, dtype=bool)
    observed[source_days["day"][states == _OBSERVED]] = True
    provisional[source_days["day"][states == _PROVISIONAL]] = True
    settled = np.flatnonzero(observed | ~provisional)
    return int(settled[-1]) if settled.size else -1


def _mapping(
    first_day: date,
    days: int,
    plans: Sequence[Plan],
    spans: Mapping[int, CampaignSpan],
    first_seen: Mapping[str, date],
    relearned: Mapping[int, Sequence[date]],
) -> tuple[NDArray[np.int32], Flags, Flags, NDArray[np.int32], list[Relearning]]:
    """Per campaign and day: its event's row, whether that is unknown, edit days, age, and relearnings."""
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
    return event_row, unknown, edited, age, relearnings


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


def _filled(shape: tuple[int, int], rows: NDArray[Any], columns: NDArray[Any], values: NDArray[Any]) -> Numbers:
    array = np.full(shape, np.nan)
    array[rows, columns] = values
    return array


def _states(
    shape: tuple[int, int], rows: NDArray[Any], columns: NDArray[Any], values: NDArray[Any]
) -> NDArray[np.int8]:
    array = np.full(shape, -1, dtype=np.int8)
    array[rows, columns] = values
    return array


def campaign_spans(
    campaigns: pd.DataFrame, days: pd.DataFrame, first_day: date, local_day: Any
) -> dict[int, CampaignSpan]:
    """When each campaign began. `days` are `storage.judge_input.campaign_spans`; `local_day` turns UTC into a day."""
    found = {int(row.campaign_id): row for row in days.itertuples()}
    spans = {}
    for row in campaigns.itertuples():
        seen = found.get(int(row.campaign_id))
        created = None if pd.isna(row.created) else local_day(row.created)
        first_expected = None if seen is None else _day(seen.first_expected)
        first_row = None if seen is None else _day(seen.first_day)
        born = min([day for day in (created or first_row, first_expected) if day is not None], default=first_day)
        spans[int(row.campaign_id)] = CampaignSpan(
            max(born, first_day),
            first_expected,
            None if seen is None else _day(seen.first_active),
            None if pd.isna(row.gone_at) else local_day(row.gone_at),
            ever_ran=not pd.isna(row.first_started) or first_expected is not None,
        )
    return spans


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
