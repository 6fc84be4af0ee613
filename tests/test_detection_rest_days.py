"""Weekdays on which a pair never sends: nothing is expected of them, and nothing is proven by them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.detection.pair.monitor import PanelVerdicts, judge_panel

MONDAY = date(2026, 1, 5)


def _working_days_only(days: int, rest: set[int], level: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Events on all days, sends on working days."""
    chance = np.random.default_rng(seed)
    events = chance.poisson(level, (10, days)).astype(float)
    sends = chance.binomial(events.astype(int), 0.9).astype(float)
    sends[:, np.isin(np.arange(days) % 7, list(rest))] = 0.0
    return events, sends


def _judge(events: np.ndarray, sends: np.ndarray) -> PanelVerdicts:
    return judge_panel(events, sends, MONDAY)[0]


@pytest.mark.parametrize("level", [8.0, 60.0, 800.0])
def test_a_campaign_that_rests_at_weekends_is_never_broken_on_one(level: float) -> None:
    assert not _judge(*_working_days_only(60, {5, 6}, level, 3)).alert.any()


@settings(max_examples=15, deadline=None)
@given(rest=st.sets(st.integers(0, 6), min_size=1, max_size=4), seed=st.integers(0, 999))
def test_whatever_the_weekdays_of_rest_they_open_nothing(rest: set[int], seed: int) -> None:
    assert not _judge(*_working_days_only(42, rest, 50.0, seed)).alert.any()


def test_of_a_day_of_rest_next_to_nothing_is_expected() -> None:
    verdicts = _judge(*_working_days_only(42, {5, 6}, 100.0, 3))
    saturdays = np.arange(5, 42, 7)[2:]
    assert (verdicts.expected[:, saturdays] < 5).all()
    assert abs(np.median(verdicts.expected[:, 35] / (0.9 * 100.0)) - 1) < 0.15


def test_a_full_stop_on_a_working_day_is_found_on_that_day() -> None:
    events, sends = _working_days_only(60, {5, 6}, 60.0, 3)
    sends[:, 49:] = 0.0
    alert = _judge(events, sends).alert
    assert not alert[:, :49].any()
    assert alert[:, 49].all()


def test_a_pair_that_sends_on_all_days_is_found_on_a_saturday() -> None:
    events, sends = _working_days_only(60, set(), 60.0, 3)
    sends[:, 47:] = 0.0
    assert _judge(events, sends).alert[:, 47].all()
