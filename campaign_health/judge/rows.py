"""From an outcome to the rows that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from campaign_health.detection.chain.chain_input import Flags, Numbers
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES
from campaign_health.detection.incident.incidents import Incident
from campaign_health.detection.incident.money import (
    DEFAULT_CONVERSION_RATE,
    Estimate,
    missed_qualifying_events,
    revenue_at_risk,
)
from campaign_health.detection.incident.standing import Standing
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from campaign_health.detection.rename.rename import DeclaredRename
from campaign_health.judge.arrays import Panels
from campaign_health.judge.outcome import Outcome
from campaign_health.judge.plans import Plan

_STOPPED = "campaign_stopped"


def verdict_columns(
    outcome: Outcome, panels: Panels, born: Sequence[int], ran: Flags, settled_end: int
) -> dict[str, Any]:
    """Columns of `verdict` for the days from `outcome.begin` on.

    `born` is each campaign's first column, `ran` whether it ever ran. Columns from `settled_end` on are
    provisional: of them only the days of an open incident become rows.
    """
    shown, verdicts = panels.shown, outcome.verdicts
    status, stage = verdicts.status.copy(), verdicts.stage.copy()
    campaigns, days = shown.sent.shape
    cause = np.full((campaigns, days), None, dtype=object)
    kept = np.zeros((campaigns, days), dtype=bool)
    kept[:, outcome.begin : settled_end] = True
    kept &= np.arange(days)[None, :] >= np.asarray(born)[:, None]
    stopped = (status == CODE["not_running"]) & ran[:, None]
    cause[stopped] = _STOPPED
    stage[~verdicts.broken] = -1
    # A number that may still change is shown, and not called missing.
    kept &= ~(panels.provisional & (status == CODE["not_collected"]))
    sends = tuple(part.copy() for part in (verdicts.sends.value, verdicts.sends.low, verdicts.sends.high))
    places = {int(number): row for row, number in enumerate(shown.campaign_ids)}
    for (campaign_id, day), bad in outcome.bad_days.items():
        row, column = places[campaign_id], shown.column(day)
        cause[row, column] = bad.cause
        if not verdicts.broken[row, column]:
            status[row, column], stage[row, column] = CODE[bad.kind], STAGES.index(bad.stage)
        for part, due in zip(sends, bad.sends_due or (), strict=False):
            part[row, column] = due
        kept[row, column] = True
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
        "probability": _number(verdicts.probability[rows, columns]),
        "cause": cause[rows, columns],
    }


def incident_row(incident: Incident, incident_id: str, plan: Plan, standing: Standing) -> dict[str, Any]:
    """A row of `incident`."""
    missed = incident.miss.missed()
    risk = _revenue(missed, incident, plan)
    return {
        "incident_id": incident_id,
        "campaign_id": incident.campaign_id,
        "status": "open" if incident.is_open else "recovered",
        "kind": incident.kind,
        "opened_on": incident.opened_on,
        "detected_on": incident.detected_on,
        "recovered_on": incident.recovered_on,
        "last_good_day": incident.last_good_day,
        "stage": incident.stage,
        "cause": incident.cause,
        "evidence": list(incident.evidence),
        "summary": incident.summary,
        **_estimate("missed_sends", missed),
        **_estimate("revenue_at_risk", risk),
        **vars(standing),
    }


def plan_row(plan: Plan) -> dict[str, Any]:
    """A row of `campaign_plan`."""
    return {name: value for name, value in vars(plan).items() if name != "periods"} | {"uses": list(plan.uses)}


def manifest_rename_row(rename: DeclaredRename) -> dict[str, Any]:
    """A row of `manifest_rename`."""
    return {"old_event": rename.old, "new_event": rename.new, "since": rename.since, "owner": rename.owner}


def conversion_rate(plan: Plan) -> float:
    """The manifest's conversion rate, or the usual one."""
    return DEFAULT_CONVERSION_RATE if plan.conversion_rate is None else plan.conversion_rate


def _revenue(missed: Estimate | None, incident: Incident, plan: Plan) -> Estimate | None:
    if missed is None or plan.deal_value is None:
        return None
    events = missed_qualifying_events(missed, incident.sends_per_event or 1.0)
    return revenue_at_risk(events, plan.deal_value, conversion_rate(plan))


def _estimate(name: str, estimate: Estimate | None) -> Mapping[str, float | None]:
    value, low, high = estimate if estimate is not None else (None, None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _whole(numbers: Numbers) -> pa.Array:
    unknown = np.isnan(numbers)
    return pa.array(np.where(unknown, 0, numbers).astype(np.int64), mask=unknown)


def _number(numbers: Numbers) -> pa.Array:
    return pa.array(numbers, mask=~np.isfinite(numbers))


def born_columns(first_day: date, born: Sequence[date]) -> list[int]:
    """First column of each campaign."""
    return [max(0, (day - first_day).days) for day in born]
