"""Judges broadcasts and transactional messages whose event the manifest names: sends against that event.

Their sends come in days of US Eastern time, events in the workspace's. Where these begin at another hour, a day's
events are made up from the two workspace days that it lies in, in shares of their length; the detector learns how well
that fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import PanelVerdicts, judge_panel
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from campaign_health.judge.background import Known
from campaign_health.judge.triggered_plans import TriggeredPlan
from collectors.customerio.eastern_days import MOVING
from collectors.zone_days import day_of, day_start
from storage.connection import Connection
from storage.read.triggered_sends import observed_event_days, triggered_days

FRESH_DAYS = 3
"""A newest known day that lies further back says nothing of today."""

Days = NDArray[np.float64]


def judge_triggered(connection: Connection, known: Known, as_of: date | None) -> list[dict[str, Any]]:
    """A row of `api_triggered_verdict` for each plan; days after `as_of` are left out."""
    if not known.triggered:
        return []
    rows = triggered_days(connection, known.workspace)
    told = ("observed", "not_expected")
    days = [row["day"] for row in rows if row["state"] in told and (as_of is None or row["day"] <= as_of)]
    if not days:
        return [_row(plan, "not_collected") for plan in known.triggered]
    first, last = min(days), max(days)
    events = observed_event_days(
        connection, known.workspace, {plan.event for plan in known.triggered}, first, last + timedelta(days=1)
    )
    by_event: dict[str, dict[date, float]] = {}
    for row in events:
        by_event.setdefault(row["event"], {})[row["day"]] = row["events"]
    upstream = np.vstack(
        [eastern_counts(by_event.get(plan.event, {}), first, last, known.zone) for plan in known.triggered]
    )
    sends, stopped = _sends(rows, known.triggered, first, last)
    return verdict_rows(known.triggered, upstream, sends, stopped, first, known.today, known.detector)


def eastern_counts(counts: Mapping[date, float], first_day: date, last_day: date, zone: ZoneInfo) -> Days:
    """Events by US Eastern day from those by the workspace's day; NaN where a day that belongs to it is not known."""
    found = np.full((last_day - first_day).days + 1, np.nan)
    for place in range(len(found)):
        day = first_day + timedelta(days=place)
        begin, end = day_start(day, MOVING), day_start(day + timedelta(days=1), MOVING)
        total, at = 0.0, day_of(begin, zone)
        while (start := day_start(at, zone)) < end:
            stop = day_start(at + timedelta(days=1), zone)
            share = (min(end, stop) - max(begin, start)) / (stop - start)
            total += counts.get(at, np.nan) * share
            at += timedelta(days=1)
        found[place] = total
    return found


def verdict_rows(
    plans: Sequence[TriggeredPlan],
    events: Days,
    sends: Days,
    stopped: NDArray[np.bool_],
    first_day: date,
    today: date,
    settings: DetectorSettings,
) -> list[dict[str, Any]]:
    """The verdict on the newest known day of each plan, from counts `[plans, days]` (NaN: not known).

    `stopped`: days on which nothing was expected of it. `today` is the workspace's day.
    """
    found, _ = judge_panel(events, sends, first_day, settings=settings, not_running=stopped)
    return [_newest(plan, place, found, events, sends, stopped, first_day, today) for place, plan in enumerate(plans)]


def _newest(
    plan: TriggeredPlan,
    place: int,
    found: PanelVerdicts,
    events: Days,
    sends: Days,
    stopped: NDArray[np.bool_],
    first_day: date,
    today: date,
) -> dict[str, Any]:
    known = np.flatnonzero((np.isfinite(events[place]) & np.isfinite(sends[place])) | stopped[place])
    if not len(known) or (today - (first_day + timedelta(days=int(known[-1])))).days > FRESH_DAYS:
        return _row(plan, "not_collected")
    at = int(known[-1])
    day = first_day + timedelta(days=at)
    is_open = bool(found.alert[place, at])
    began = int(found.began[place, at])
    since = day - timedelta(days=max(began, 0)) if is_open else None
    return _row(plan, STATUS_NAMES[found.status[place, at]]) | {
        "since": since,
        "day": day,
        "events": _number(events[place, at]),
        "sent": _number(sends[place, at]),
        "expected_low": _number(found.expected_low[place, at]),
        "expected_high": _number(found.expected_high[place, at]),
    }


def _sends(
    rows: Sequence[Mapping[str, Any]], plans: Sequence[TriggeredPlan], first: date, last: date
) -> tuple[Days, NDArray[np.bool_]]:
    places = {(plan.kind, plan.object_id): place for place, plan in enumerate(plans)}
    shape = (len(plans), (last - first).days + 1)
    sends, stopped = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for row in rows:
        place, column = places.get((row["kind"], row["object_id"])), (row["day"] - first).days
        if place is None or not 0 <= column < shape[1]:
            continue
        if row["state"] == "observed":
            sends[place, column] = row["sent"]
        elif row["state"] == "not_expected":
            stopped[place, column] = True
    return sends, stopped


def _row(plan: TriggeredPlan, status: str) -> dict[str, Any]:
    return {"kind": plan.kind, "object_id": plan.object_id, "event": plan.event, "owner": plan.owner, "status": status}


def _number(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
