"""From stored rows to the panels that are judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput, Flags, Numbers
from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.event.project_outage import names_replaced, project_standstills
from campaign_health.judge.background import Known
from campaign_health.judge.mapping import map_events
from storage.read.daily_numbers import STATE_CODES, Columns, DailyNumbers

_OBSERVED, _PROVISIONAL = STATE_CODES["observed"], STATE_CODES["provisional"]
_NOT_EXPECTED = STATE_CODES["not_expected"]


@dataclass(frozen=True)
class Panels:
    """The same days twice: `settled` with provisional numbers left out, `shown` with them. And what is not settled."""

    settled: ChainInput
    shown: ChainInput
    provisional: Flags


def build_panels(window: date, known: Known, numbers: DailyNumbers) -> Panels:
    """The panels of the days that `numbers` are of, from `window` to the last known one; one row per plan."""
    days = (known.last_day - window).days + 1
    ids = np.array([plan.campaign_id for plan in known.plans], dtype=np.int64)
    shape = (len(ids), days)
    event_days, campaign_days, journey_days = numbers.events, numbers.campaigns, numbers.journeys
    names = tuple(known.first_seen)
    counts = _filled((len(names), days), event_days["event"], event_days["day"], event_days["events"])
    count_state = _states((len(names), days), event_days["event"], event_days["day"], event_days["state"])
    rows, journey_rows = (
        np.searchsorted(ids, campaign_days["campaign_id"]),
        np.searchsorted(ids, journey_days["campaign_id"]),
    )
    sent_state = _states(shape, rows, campaign_days["day"], campaign_days["state"])
    engagement_state = _states(shape, rows, campaign_days["day"], campaign_days["engagement_state"])
    journey_state = _states(shape, journey_rows, journey_days["day"], journey_days["state"])
    counted = {
        "sent": _filled(shape, rows, campaign_days["day"], campaign_days["sent"]),
        "delivered": _filled(shape, rows, campaign_days["day"], campaign_days["delivered"]),
        "started": _filled(shape, journey_rows, journey_days["day"], journey_days["started"]),
        "activated": _filled(shape, journey_rows, journey_days["day"], journey_days["activated"]),
    }
    states = {"sent": sent_state, "delivered": engagement_state, "started": journey_state, "activated": journey_state}
    not_running = (sent_state == _NOT_EXPECTED) | ((sent_state < 0) & (journey_state == _NOT_EXPECTED))
    mapping = map_events(window, days, known.plans, known.spans, known.first_seen, known.relearned)
    for row, plan in enumerate(known.plans):
        span = known.spans[plan.campaign_id]
        not_running[row, : max(0, (span.born - window).days)] = True
        if not span.ever_ran:
            not_running[row] |= sent_state[row] < 0
        if span.gone is not None:
            not_running[row, max(0, (span.gone - window).days) :] = True

    def chain(codes: list[int]) -> ChainInput:
        panel = EventPanel(names, window, np.where(np.isin(count_state, codes), counts, np.nan))
        still = project_standstills(panel.counts)
        kept = {name: np.where(np.isin(states[name], codes), counted[name], np.nan) for name in counted}
        return ChainInput(
            first_day=window,
            campaign_ids=ids,
            panel=panel,
            **vars(mapping),
            started=kept["started"],
            activated=kept["activated"],
            sent=kept["sent"],
            delivered=kept["delivered"],
            not_running=not_running,
            outage=still,
            replaced=names_replaced(panel.counts, still),
        )

    settled, shown = chain([_OBSERVED]), chain([_OBSERVED, _PROVISIONAL])
    events_provisional, event_row = np.zeros(shape, dtype=bool), mapping.event_row
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
