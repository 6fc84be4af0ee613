"""Waiting steps: days on which nothing can be sent yet teach nothing and are not judged; long waits are learned."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from campaign_health.detection.pair.monitor import PanelVerdicts, judge_panel
from campaign_health.detection.pair.verdicts import Status

FIRST = date(2026, 1, 5)


def waiting(days: int, wait: int, level: float, *, born: int = 0, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Events of `days` days, and nine in ten of them sent so many days later; the campaign exists from `born` on."""
    chance = np.random.default_rng([seed, wait])
    events = chance.poisson(level, days)
    started = np.where(np.arange(days) >= born, events, 0)
    sends = np.zeros(days, dtype=np.int64)
    sends[wait:] = chance.binomial(started[: days - wait], 0.9)
    return events.astype(float), sends.astype(float)


def judged(events: np.ndarray, sends: np.ndarray, off: np.ndarray | None = None) -> PanelVerdicts:
    panel = None if off is None else off[None, :]
    return judge_panel(events[None, :], sends[None, :], FIRST, not_running=panel)[0]


@pytest.mark.slow("waits")
@pytest.mark.parametrize("level", [60, 300, 11_000])
@pytest.mark.parametrize("wait", [1, 3, 5, 10, 14, 21, 30])
def test_a_new_campaign_that_waits_is_neither_broken_nor_surging_nor_quiet(wait: int, level: float) -> None:
    days = np.arange(160)
    found = judged(*waiting(160, wait, level, born=10), days < 10)
    assert not found.alert.any()
    assert int((found.status == Status.SURGING).sum()) == 0
    assert set(found.status[0, 10 + wait + 21 :]) <= {Status.HEALTHY, Status.VOLUME_DOWN}


@pytest.mark.parametrize("wait", [1, 5, 14, 30])
def test_before_the_first_send_nothing_is_expected(wait: int) -> None:
    found = judged(*waiting(60, wait, 300, born=10), np.arange(60) < 10)
    assert np.isnan(found.expected[0, 10 : 10 + wait]).all()
    assert (found.status[0, 10 : 10 + wait] == Status.LEARNING).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("wait", [0, 1, 5, 14, 30])
def test_a_full_stop_after_the_wait_is_found_at_once(wait: int, seed: int) -> None:
    stop = 10 + wait + 40
    events, sends = waiting(stop + 10, wait, 300, born=10, seed=seed)
    sends[stop:] = 0
    found = judged(events, sends, np.arange(stop + 10) < 10)
    assert not found.alert[0, :stop].any()
    assert found.alert[0, stop]
    assert found.status[0, stop] == Status.SILENT


@pytest.mark.slow("waits")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("level", [20, 300])
@pytest.mark.parametrize("wait", [1, 3, 5, 10])
def test_a_paused_campaign_that_resumes_is_not_broken_while_its_journeys_wait(
    wait: int, level: float, seed: int
) -> None:
    days, pause = np.arange(150), slice(80, 95)
    events, _ = waiting(150, wait, level, seed=seed)
    started = events.astype(int)
    started[pause] = 0
    sends = np.zeros(150)
    sends[wait:] = np.random.default_rng(seed).binomial(started[: 150 - wait], 0.9)
    sends[pause] = 0
    found = judged(events, sends, (days >= 80) & (days < 95))
    assert not found.alert.any()
    assert int((found.status == Status.SURGING).sum()) == 0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("wait", [2, 5, 10])
def test_an_event_that_returns_after_a_gap_is_not_sent_for_at_once(wait: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    events = chance.poisson(100, 150)
    events[80:100] = 0
    sends = np.zeros(150)
    sends[wait:] = chance.binomial(events[: 150 - wait], 0.9)
    assert not judged(events.astype(float), sends).alert.any()


def test_a_campaign_that_resumes_and_never_sends_again_is_silent_once_its_wait_is_over() -> None:
    events, sends = waiting(130, 5, 200)
    days = np.arange(130)
    sends[80:] = 0
    found = judged(events, sends, (days >= 80) & (days < 95))
    assert found.alert[0, 101]
    assert not found.alert[0, 95:99].any()


def test_a_series_over_weeks_is_learned() -> None:
    chance = np.random.default_rng(2)
    events = chance.poisson(np.where(np.arange(240) % 60 < 30, 120, 60)).astype(float)
    sends = np.zeros(240)
    for wait in (0, 7, 14):
        sends[wait:] += chance.binomial(events[: 240 - wait].astype(int), 0.95)
    found = judged(events, sends)
    assert not found.alert.any()
    assert int((found.status == Status.SURGING).sum()) == 0
