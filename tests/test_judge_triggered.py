"""Broadcasts and transactional messages are judged where the manifest names their event, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.judge.judging_triggered import eastern_counts, verdict_rows
from campaign_health.judge.triggered_plans import TriggeredPlan
from campaign_health.sandbox.world.counting import happened_between
from campaign_health.sandbox.world.day_bounds import day_starts
from collectors.customerio.eastern_days import MOVING

FIRST, DAYS = date(2026, 9, 14), 70
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = np.array([1.0, 1.05, 1.05, 1.0, 0.9, 0.5, 0.45])


def plans(number: int) -> list[TriggeredPlan]:
    return [TriggeredPlan("transactional", place, "password_reset_requested", None) for place in range(number)]


def worlds(number: int, zone: ZoneInfo, stopped_on: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Events and sends by US Eastern day as they are known: events are counted by the day of `zone`."""
    random = np.random.default_rng(5)
    size = np.exp(random.normal(3.5, 1.0, number))[:, None]
    daily = random.poisson(size * WEEK[(FIRST.weekday() + np.arange(DAYS + 2)) % 7])
    starts = day_starts(FIRST - timedelta(days=1), DAYS + 2, zone)
    eastern = day_starts(FIRST, DAYS, MOVING)
    truth = happened_between(daily, starts, eastern, int(starts[-1]))
    sends = random.binomial(truth, 0.9).astype(float)
    if stopped_on is not None:
        sends[:, stopped_on:] = 0
    days = [FIRST + timedelta(days=place - 1) for place in range(DAYS + 2)]
    known = [
        eastern_counts(dict(zip(days, row.tolist(), strict=True)), FIRST, FIRST + timedelta(days=DAYS - 1), zone)
        for row in daily
    ]
    return np.vstack(known), sends


def statuses(events: np.ndarray, sends: np.ndarray, days: int) -> list[str]:
    """The newest verdict of each when so many days are known."""
    rows = verdict_rows(
        plans(len(events)), events[:, :days], sends[:, :days], np.zeros((len(events), days), dtype=bool), FIRST,
        FIRST + timedelta(days=days), DetectorSettings(),
    )  # fmt: skip
    return [row["status"] for row in rows]


def test_days_that_begin_at_another_hour_are_made_up_from_both_that_they_lie_in() -> None:
    counts = {date(2026, 11, 20) + timedelta(days=place): 240.0 * (place + 1) for place in range(3)}
    [found] = eastern_counts(counts, date(2026, 11, 20), date(2026, 11, 20), BERLIN)
    # In winter the day begins at six in the morning in Berlin: three quarters of one day, a quarter of the next.
    assert found == pytest.approx(240 * 0.75 + 480 * 0.25)
    [same] = eastern_counts(counts, date(2026, 11, 20), date(2026, 11, 20), MOVING)
    assert same == 240
    assert np.isnan(eastern_counts({date(2026, 11, 20): 1.0}, date(2026, 11, 20), date(2026, 11, 20), BERLIN)[0])


@pytest.mark.parametrize("zone", [MOVING, BERLIN, ZoneInfo("Asia/Tokyo")], ids=str)
def test_one_that_goes_on_raises_no_alarm_wherever_the_days_begin(zone: ZoneInfo) -> None:
    events, sends = worlds(60, zone)
    for days in (50, 60, DAYS):
        found = statuses(events, sends, days)
        assert found.count("silent") == 0
        assert found.count("degraded") == 0, found
    assert statuses(events, sends, DAYS).count("healthy") > 40


@pytest.mark.parametrize("zone", [MOVING, BERLIN, ZoneInfo("Asia/Tokyo")], ids=str)
def test_one_that_stops_is_silent_since_the_day_on_which_it_stopped(zone: ZoneInfo) -> None:
    events, sends = worlds(50, zone, stopped_on=DAYS - 5)
    stopped = np.zeros(events.shape, dtype=bool)
    rows = verdict_rows(plans(50), events, sends, stopped, FIRST, FIRST + timedelta(days=DAYS), DetectorSettings())
    silent = [row for row in rows if row["status"] == "silent"]
    assert len(silent) > 40
    began = FIRST + timedelta(days=DAYS - 5)
    assert sum(row["since"] == began for row in silent) > 0.9 * len(silent)


def test_numbers_that_are_old_say_nothing_of_today() -> None:
    events, sends = worlds(1, MOVING)
    late = FIRST + timedelta(days=DAYS + 3)
    [row] = verdict_rows(plans(1), events, sends, np.zeros(events.shape, dtype=bool), FIRST, late, DetectorSettings())
    assert row["status"] == "not_collected"
