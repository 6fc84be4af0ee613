"""From an outcome to the rows that are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from campaign_health.detection.causes.property_drift import PropertyChange
from campaign_health.detection.chain.chain_input import Numbers
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES
from campaign_health.detection.incident.endings import RECOVERED
from campaign_health.detection.incident.incident_course import Incident
from campaign_health.detection.incident.money import (
    DEFAULT_CONVERSION_RATE,
    Estimate,
    missed_qualifying_events,
    revenue_at_risk,
)
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from campaign_health.detection.rename.rename import DeclaredRename, Rename
from campaign_health.judge.material import Material
from campaign_health.judge.outcome import JudgedDays, Outcome, with_provisional
from campaign_health.judge.planned_campaigns import Plan
from campaign_health.manifest.durations import promised_minutes

_STOPPED = "campaign_stopped"


def verdict_columns(material: Material, days: JudgedDays, outcome: Outcome) -> dict[str, Any]:
    """Columns of `verdict` for the days that were judged anew.

    Of the provisional days only those of an open incident become rows.
    """
    known, panels = material.known, material.stretch.panels
    shown = panels.shown
    verdicts, bad_days = with_provisional(days, outcome, shown, known.detector)
    born = [max(0, shown.column(known.spans[plan.campaign_id].born)) for plan in known.plans]
    ran = np.array([known.spans[plan.campaign_id].ever_ran for plan in known.plans], dtype=bool)
    status, stage = verdicts.status.copy(), verdicts.stage.copy()
    cause = np.full(shown.sent.shape, None, dtype=object)
    kept = np.zeros(shown.sent.shape, dtype=bool)
    kept[:, days.begin : days.data.days] = True
    kept &= np.arange(shown.days)[None, :] >= np.asarray(born)[:, None]
    stopped = (status == CODE["not_running"]) & ran[:, None]
    cause[stopped] = _STOPPED
    stage[~verdicts.broken] = -1
    # A number that may still change is shown, and not called missing.
    kept &= ~(panels.provisional & (status == CODE["not_collected"]))
    sends = tuple(part.copy() for part in (verdicts.sends.value, verdicts.sends.low, verdicts.sends.high))
    probability = verdicts.probability.copy()
    places = {int(number): row for row, number in enumerate(shown.campaign_ids)}
    for (campaign_id, day), bad in bad_days.items():
        row, column = places[campaign_id], shown.column(day)
        cause[row, column] = bad.cause
        if not verdicts.broken[row, column]:
            status[row, column], stage[row, column] = CODE[bad.kind], STAGES.index(bad.stage)
        if bad.probability is not None:
            probability[row, column] = bad.probability
        for part, due in zip(sends, bad.sends_due or (), strict=False):
            part[row, column] = due
        kept[row, column] = True
    for campaign_id, day in outcome.good_days:
        row, column = places[campaign_id], shown.column(day)
        if verdicts.broken[row, column]:
            well = CODE["healthy" if shown.event_row[row, column] >= 0 else "journeys_only"]
            status[row, column], stage[row, column], probability[row, column] = well, -1, np.nan
    rows, columns = np.nonzero(kept)
    stage_names = np.array([*STAGES, None], dtype=object)
    first = np.datetime64(shown.first_day, "D")
    return {
        "campaign_id": shown.campaign_ids[rows],
        "day": pa.array(first + columns.astype("timedelta64[D]"), type=pa.date32()),
        "status": np.array(STATUS_NAMES, dtype=object)[status[rows, columns]],
        "stage": stage_names[stage[rows, columns]],
        "events": _whole(shown.events()[rows, columns]),
        "started": _whole(shown.started[rows, columns]),
        "sent": _whole(shown.sent[rows, columns]),
        "expected": _number(sends[0][rows, columns]),
        "expected_low": _number(sends[1][rows, columns]),
        "expected_high": _number(sends[2][rows, columns]),
        "probability": _number(probability[rows, columns]),
        "cause": cause[rows, columns],
    }


def incident_row(incident: Incident, incident_id: str, plan: Plan | None) -> dict[str, Any]:
    """A row of `incident`, but for what people answer for. `plan` is its campaign's; None for that of a source."""
    missed = incident.miss.missed()
    # Of a source's incident the campaigns' own are added up.
    events = None
    if missed is not None and plan is not None:
        events = missed_qualifying_events(missed, incident.sends_per_event or 1.0)
    return {
        "incident_id": incident_id,
        "campaign_id": incident.campaign_id,
        "campaign_ids": None,
        "status": "open" if incident.is_open else "recovered" if incident.ended_how == RECOVERED else "closed",
        "kind": incident.kind,
        "opened_on": incident.opened_on,
        "detected_on": incident.detected_on,
        "recovered_on": incident.recovered_on,
        "ended_how": incident.ended_how,
        "last_good_day": incident.last_good_day,
        "stage": incident.stage,
        "cause": incident.cause,
        "evidence": list(incident.evidence),
        "summary": incident.summary,
        **_estimate("missed_sends", missed),
        **_estimate("missed_events", events),
        **_estimate("revenue_at_risk", _revenue(events, plan)),
    }


def rename_row(rename: Rename) -> dict[str, Any]:
    """A row of `rename_suspect`."""
    names = (
        "first_day", "last_day", "gradual", "name_likeness", "volume_handed_over", "shared_properties", "confidence",
    )  # fmt: skip
    return {"old_event": rename.old, "new_event": rename.new} | {name: getattr(rename, name) for name in names}


def property_change_row(change: PropertyChange) -> dict[str, Any]:
    """A row of `property_change`."""
    names = (
        "event", "property", "kind", "day", "last_day_before", "before", "after", "share_before", "share_after",
        "new_property",
    )  # fmt: skip
    return {name: getattr(change, name) for name in names}


def plan_row(plan: Plan) -> dict[str, Any]:
    """A row of `campaign_plan`."""
    row = {name: value for name, value in vars(plan).items() if name != "periods"}
    return row | {"uses": list(plan.uses), "timing_minutes": promised_minutes(plan.timing)}


def manifest_rename_row(rename: DeclaredRename) -> dict[str, Any]:
    """A row of `manifest_rename`."""
    return {"old_event": rename.old, "new_event": rename.new, "since": rename.since, "owner": rename.owner}


def conversion_rate(plan: Plan) -> float:
    """The manifest's conversion rate, or the usual one."""
    return DEFAULT_CONVERSION_RATE if plan.conversion_rate is None else plan.conversion_rate


def _revenue(events: Estimate | None, plan: Plan | None) -> Estimate | None:
    if events is None or plan is None or plan.deal_value is None:
        return None
    return revenue_at_risk(events, plan.deal_value, conversion_rate(plan))


def _estimate(name: str, estimate: Estimate | None) -> Mapping[str, float | None]:
    value, low, high = estimate if estimate is not None else (None, None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _whole(numbers: Numbers) -> pa.Array:
    unknown = np.isnan(numbers)
    return pa.array(np.where(unknown, 0, numbers).astype(np.int64), mask=unknown)


def _number(numbers: Numbers) -> pa.Array:
    return pa.array(numbers, mask=~np.isfinite(numbers))
