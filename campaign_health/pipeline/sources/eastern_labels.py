"""Puts dates to metrics that come without: in all hours but one by the clock, in that one by the hours counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from campaign_health.pipeline.context import WorkspaceRun
from collectors.customerio import ENDPOINTS, UndatedMetrics, day_told_by_hours, fetch_undated
from collectors.customerio.eastern_days import FEWEST_DAYS
from collectors.errors import CollectorError
from storage.read.triggered_sends import busiest_campaigns
from storage.records import TriggeredKind, TriggeredMetrics

KIND_NAMES: Mapping[TriggeredKind, str] = {"broadcast": "Broadcast", "transactional": "Transactional message"}
# So many are asked for their hours, at the most, where the running day is in doubt.
ASKED_FOR_HOURS = 5


def metrics_path(kind: TriggeredKind, number: int) -> str:
    """Where the metrics of one broadcast or transactional message are."""
    return f"{ENDPOINTS[kind].path}/{number}/metrics"


def dated(
    run: WorkspaceRun,
    kind: TriggeredKind,
    undated: Sequence[UndatedMetrics],
    refused: list[str],
    first_days: Mapping[int, date],
    last_day: date,
) -> list[TriggeredMetrics]:
    """The answers with dates, days outside what was asked for left out; empty where it cannot be told which days."""
    told: dict[tuple[date, ...], date | None] = {}
    found: list[TriggeredMetrics] = []
    for one in undated:
        days = one.candidates
        if days not in told:
            told[days] = days[0] if len(days) == 1 else _told_by_hours(run, kind, undated, days)
        newest = told[days]
        if newest is None:
            refused.append(
                f"{KIND_NAMES[kind]} {one.object_id}: which day its numbers are of cannot be told at this hour, as the "
                "service's days may just have changed. The next run asks again."
            )
        else:
            found.append(_within(one.on(newest), first_days[one.object_id], last_day))
    return found


def _told_by_hours(
    run: WorkspaceRun, kind: TriggeredKind, undated: Sequence[UndatedMetrics], days: tuple[date, ...]
) -> date | None:
    """Which of two days the service is in, by the hours of those that send most; None where they do not tell.

    Where these are too quiet, campaigns tell: their older kind of metrics is cut at the same hour.
    """
    assert run.customerio is not None
    client, present = run.customerio, run.clock.present
    if len(days) != 2:
        return None
    busiest = sorted((one for one in undated if one.candidates == days), key=_newest_sends, reverse=True)
    with run.reading() as connection:
        campaigns = busiest_campaigns(connection, run.name, ASKED_FOR_HOURS)
    try:
        for one in busiest[:ASKED_FOR_HOURS]:
            found = day_told_by_hours(client, metrics_path(kind, one.object_id), one, present)
            if found is not None:
                return found
        for number in campaigns:
            path = f"/campaigns/{number}/metrics"
            campaign = fetch_undated(client, path, number, FEWEST_DAYS, present)
            found = day_told_by_hours(client, path, campaign, present) if campaign.candidates == days else None
            if found is not None:
                return found
    except CollectorError:
        # What it was asked for is told of: that the day is not known.
        return None
    return None


def _newest_sends(one: UndatedMetrics) -> int:
    return sum(count or 0 for count in one.series["sent"][-2:])


def _within(metrics: TriggeredMetrics, first_day: date, last_day: date) -> TriggeredMetrics:
    kept = [place for place, day in enumerate(metrics.days) if first_day <= day <= last_day]
    series: dict[str, Sequence[int | None]] = {
        name: [numbers[place] for place in kept] for name, numbers in metrics.series.items()
    }
    return TriggeredMetrics(metrics.object_id, [metrics.days[place] for place in kept], series)
