"""What else changed on the days on which an event stopped: beginnings, and the event that it was merged into."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.around_a_stop import around_a_stop

FIRST = date(2026, 5, 4)
STOP, DAYS, EVENTS = 60, 66, 30


def _panel(seed: int, level: float = 80.0) -> EventPanel:
    """Thirty events of one project, of which the first stops."""
    chance = np.random.default_rng(seed)
    week = np.where(np.arange(DAYS) % 7 >= 5, 0.5, 1.0)
    levels = np.exp(chance.uniform(np.log(5), np.log(600), EVENTS))
    levels[0] = level
    counts = chance.poisson(levels[:, None] * week * chance.gamma(120, 1 / 120, (EVENTS, DAYS))).astype(float)
    counts[0, STOP:] = 0.0
    return EventPanel(tuple(f"event_{number}" for number in range(EVENTS)), FIRST, counts)


def _since() -> date:
    return FIRST + timedelta(days=STOP)


@pytest.mark.parametrize("seed", range(8))
def test_the_event_that_took_over_is_named_with_its_share(seed: int) -> None:
    panel = _panel(seed)
    usual = panel.counts[0, STOP - 7 * (1 + (DAYS - STOP - 1) // 7) : STOP][: DAYS - STOP]
    panel.counts[4] = np.random.default_rng(seed).poisson(90, DAYS)
    panel.counts[4, STOP:] += usual
    took_over = around_a_stop(panel, "event_0", _since()).took_over
    assert took_over is not None
    assert took_over.event == "event_4"
    assert took_over.of_lost == pytest.approx(1.0, abs=0.3)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_of_events_that_go_on_as_usual_none_took_over(seed: int) -> None:
    assert around_a_stop(_panel(seed), "event_0", _since()).took_over is None


def test_of_two_that_rose_by_as_much_nobody_can_say_which() -> None:
    panel = _panel(3)
    for row in (4, 5):
        panel.counts[row] = np.random.default_rng(row).poisson(90, DAYS)
        panel.counts[row, STOP:] += 70
    assert around_a_stop(panel, "event_0", _since()).took_over is None


def test_an_event_that_had_begun_to_rise_before_took_nothing_over() -> None:
    panel = _panel(3)
    panel.counts[4] = np.random.default_rng(4).poisson(90, DAYS)
    panel.counts[4, STOP - 8 :] += 70
    assert around_a_stop(panel, "event_0", _since()).took_over is None


def test_events_that_began_on_those_days_are_listed_largest_first() -> None:
    panel = _panel(3)
    for row, first, level in ((6, STOP - 1, 12.0), (7, STOP + 1, 44.0), (8, STOP - 20, 90.0)):
        panel.counts[row] = np.nan
        panel.counts[row, first:] = level
    began = around_a_stop(panel, "event_0", _since()).began
    assert [(one.event, one.a_day) for one in began] == [("event_7", 44.0), ("event_6", 12.0)]
    assert began[0].first_day == _since() + timedelta(days=1)


def test_a_stop_before_anything_was_known_says_nothing() -> None:
    panel = _panel(3)
    assert around_a_stop(panel, "event_0", FIRST).began == ()
    assert around_a_stop(panel, "never seen", _since()).took_over is None


def test_an_event_that_rose_days_later_took_nothing_over() -> None:
    panel = _panel(3)
    panel.counts[4] = np.random.default_rng(4).poisson(90, DAYS)
    panel.counts[4, STOP + 3 :] += 140
    assert around_a_stop(panel, "event_0", _since()).took_over is None
