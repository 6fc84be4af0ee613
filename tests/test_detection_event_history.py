"""An event that fell to nothing is told from one that is quiet, bursty, or down with its whole project."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from campaign_health.detection.event.event_history import EventState, judge_event_panel

MONDAY = date(2026, 1, 5)
STOP = 100  # a Wednesday


def project(events: int = 30, days: int = 130, seed: int = 1) -> np.ndarray:
    """A project of regular events of all sizes, quieter at weekends."""
    random = np.random.default_rng(seed)
    weekend = np.where(np.arange(days) % 7 >= 5, 0.3, 1.0)
    level = np.exp(random.uniform(np.log(20), np.log(2000), (events, 1)))
    return random.poisson(level * weekend * random.gamma(30, 1 / 30, (events, days))).astype(float)


def test_healthy_events_are_not_lost() -> None:
    verdicts, _ = judge_event_panel(project(days=365), MONDAY)
    assert not verdicts.lost.any()


def test_an_event_that_stops_is_lost_on_its_first_day() -> None:
    counts = project()
    counts[4, STOP:] = 0
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert verdicts.lost[4, STOP:].all()
    assert not verdicts.lost[4, :STOP].any()
    assert not np.delete(verdicts.lost, 4, axis=0).any()
    assert verdicts.began[4, STOP + 3] == 3
    assert verdicts.probability[4, STOP] < 1e-2
    assert verdicts.expected_low[4, STOP] > 0


def test_a_trickle_of_old_app_versions_is_lost_all_the_same() -> None:
    counts = project()
    busy = int(counts.mean(axis=1).argmax())
    counts[busy, STOP:] = np.round(counts[busy, STOP:] * 0.01)
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert verdicts.lost[busy, STOP + 2 :].all()


def test_a_project_that_is_down_as_a_whole_lost_no_event() -> None:
    counts = project()
    counts[:, STOP : STOP + 3] = 0
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert not verdicts.lost.any()
    assert (verdicts.project[STOP : STOP + 3] < 0.1).all()


@pytest.mark.parametrize("gone", [1, 3, 5, 7])
def test_events_that_stop_together_are_lost_as_long_as_any_other_goes_on(gone: int) -> None:
    counts = project(events=8)
    counts[:gone, STOP:] = 0
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert verdicts.lost[:gone, STOP + 1 :].all()
    assert not verdicts.lost[gone:].any()


def test_an_event_that_never_happens_at_weekends_is_lost_as_soon_as_any_other() -> None:
    counts = project()
    counts[6, np.arange(counts.shape[1]) % 7 >= 5] = 0
    counts[6, STOP:] = 0
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert not verdicts.lost[6, :STOP].any()
    assert verdicts.lost[6, STOP + 1 :].all()
    assert verdicts.began[6, STOP + 1] == 1


def test_a_fifth_of_an_event_is_not_the_event_back() -> None:
    counts = project(days=140)
    usual = counts[5].copy()
    counts[5, STOP:] = 0
    counts[5, STOP + 5 :] = np.round(usual[STOP + 5 :] * 0.2)
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert verdicts.lost[5, STOP : STOP + 20].all()
    assert not verdicts.lost[5, -1], "after four weeks it is the event's new level"


def test_a_holiday_dims_the_expectation_of_every_event() -> None:
    counts = project()
    counts[:, STOP] = np.round(counts[:, STOP] * 0.3)
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert 0.2 < verdicts.project[STOP] < 0.45
    assert not verdicts.lost.any()
    assert verdicts.volume_down[:, STOP].mean() < 0.2


def test_quiet_and_bursty_events_are_not_lost_by_their_habits() -> None:
    random = np.random.default_rng(3)
    days = 365
    quiet = random.poisson(0.2, (20, days))
    weekly = np.where(np.arange(days) % 7 == 2, random.poisson(50, (20, days)), 0)
    bursty = np.where(random.random((20, days)) < 0.15, random.poisson(80, (20, days)), 0)
    verdicts, _ = judge_event_panel(np.concatenate([quiet, weekly, bursty]).astype(float), MONDAY)
    assert verdicts.lost.any(axis=1).sum() <= 5  # of 60 event-years, at one false alarm in eight


def test_days_that_were_not_collected_neither_lose_nor_find_an_event() -> None:
    counts = project()
    counts[2, STOP:] = 0
    counts[2, STOP + 5 : STOP + 10] = np.nan
    counts[3, STOP:] = np.nan
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert verdicts.lost[2, STOP:].all()
    assert not verdicts.lost[3].any()
    assert np.isnan(verdicts.expected[3, STOP:]).all()


def test_an_event_that_comes_back_is_found_again() -> None:
    counts = project()
    counts[5, STOP : STOP + 10] = 0
    verdicts, _ = judge_event_panel(counts, MONDAY)
    assert verdicts.lost[5, STOP : STOP + 10].all()
    assert not verdicts.lost[5, STOP + 11 :].any()


def test_judging_in_pieces_gives_exactly_what_judging_from_scratch_gives() -> None:
    counts = project()
    counts[4, STOP:] = 0
    counts[7, 20:30] = np.nan
    whole, _ = judge_event_panel(counts, MONDAY)
    state = None
    for start, stop in ((0, 50), (50, 51), (51, 130)):
        part, state = judge_event_panel(counts[:, start:stop], MONDAY + timedelta(days=start), state=state)
        state = EventState.from_bytes(state.to_bytes())
        for name in ("lost", "expected", "probability", "evidence", "began", "volume_down"):
            assert np.array_equal(getattr(part, name), getattr(whole, name)[:, start:stop], equal_nan=True), name
