"""How long after its event a campaign sends: a choice between delay profiles, learned from the counts.

Each profile (all on the same day, a tenth a day late, three days late, ...) keeps its own running level and
weekday pattern of ln(sends / delayed events) and the variance left over. The profile's weight is its Gaussian
likelihood over the remembered days times a prior that favours no delay. A flat series tells nothing about its
delay, and then the prior decides, which does no harm since all profiles then expect the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.delay_profiles import LAGS, LOG_PRIOR, NEAR_LAGS, exposures, mixed
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State

FloatArray = NDArray[np.float64]
_SAME_WEEKDAY_PRIOR = 5.0  # days' worth of "no weekday pattern"


def delay_weights(state: State, settings: DetectorSettings) -> FloatArray:
    """How likely each profile is, `[profiles, pairs]`, summing to one."""
    days = np.minimum(state.delay_weight, settings.delay_memory)
    weight = LOG_PRIOR[:, None] - 0.5 * days * np.log(state.delay_error)
    weight = np.exp(weight - weight.max(axis=0))
    weight /= weight.sum(axis=0)
    result: FloatArray = weight
    return result


def delay_shares(state: State, settings: DetectorSettings) -> FloatArray:
    """The share of a day's sends that comes from each day before it, `[lags, pairs]`, summing to one."""
    return mixed(delay_weights(state, settings))


def delayed(state: State, shares: FloatArray) -> FloatArray:
    """Event counts as the sends of today meet them, `[pairs]`; NaN where more than half of them is unknown."""
    unknown = np.isnan(state.recent)
    if not unknown.any():
        return np.asarray(np.einsum("lp,lp->p", shares, state.recent))
    weight = np.einsum("lp,lp->p", shares, ~unknown)
    total = np.einsum("lp,lp->p", shares, np.where(unknown, 0.0, state.recent))
    return np.where(weight > 0.5, total / np.maximum(weight, 1e-9), np.nan)


def plausible_events(
    state: State, events: FloatArray, weekday: NDArray[np.int64], settings: DetectorSettings
) -> FloatArray:
    """The event counts as far as they can be believed, `[pairs]`: at most so many times what is usual or was lately.

    One absurd count (a loop, a load test) would else make the days it might be sent on expect absurdly much, and hide
    a break in them. Real growth is as high as it wants a day or two later.
    """
    usual = np.where(state.volume_seen > 0, state.volume, -np.inf)
    newest = np.nan_to_num(state.recent).max(axis=0)
    most = settings.volume_most * np.maximum(np.maximum(np.exp(usual.max(axis=0)), newest), 10.0)
    return np.where(state.days_seen >= settings.learning_days, np.minimum(events, most), events)


def remember(state: State, events: FloatArray, gap: NDArray[np.int64]) -> None:
    """Moves the memory of event counts on to a new day, `gap` days after the last one, in place."""
    state.recent[1:] = state.recent[:-1].copy()
    state.recent[0] = events
    skipped = np.flatnonzero(gap > 1)
    if skipped.size:
        lag = np.arange(LAGS)[:, None]
        source = lag - (np.minimum(gap[skipped], LAGS) - 1)[None, :]
        moved = np.take_along_axis(state.recent[:, skipped], np.maximum(source, 0), axis=0)
        moved = np.where((lag > 0) & (source <= 0), np.nan, moved)
        moved[0] = events[skipped]
        state.recent[:, skipped] = moved


def learn_delay(
    state: State,
    sends: FloatArray,
    expected: FloatArray,
    lesson: FloatArray,
    weekday: NDArray[np.int64],
    settings: DetectorSettings,
) -> None:
    """Takes one day into the delay's memory, in place. `lesson` is the weight of the day, 0 to 1."""
    pair = np.arange(len(state))
    unknown = np.isnan(state.recent)
    complete = ~unknown[:NEAR_LAGS].any(axis=0)
    weight = np.where(complete, lesson * np.minimum(1.0, expected / 3.0), 0.0)
    counts = state.recent
    if unknown.any():
        # What is not known of weeks ago is taken to be as the days that are: it favours no profile.
        usual = np.nansum(counts, axis=0) / np.maximum((~unknown).sum(axis=0), 1)
        counts = np.where(complete, np.where(unknown, usual, counts), 0.0)
    state.delay_weight += weight
    level_gain = np.maximum(1.0 / np.maximum(state.delay_weight, 1.0), 1.0 / 30.0) * weight
    error_gain = np.maximum(1.0 / (state.delay_weight + 4.0), 1.0 / settings.delay_memory) * weight
    target = np.log(sends + 0.5)
    same_weekday = state.delay_weekday_weight[weekday, pair]
    keep = 1.0 - 0.05 * weight
    position = target - np.log(exposures(counts) + 0.5)
    pattern = state.delay_weekday[:, weekday, pair]
    residual = position - state.delay_level - pattern / (_SAME_WEEKDAY_PRIOR + same_weekday)
    state.delay_level += level_gain * residual
    state.delay_error += error_gain * (np.minimum(residual**2, 4.0) - state.delay_error)
    state.delay_weekday[:, weekday, pair] = pattern * keep + weight * (position - state.delay_level)
    state.delay_weekday_weight[weekday, pair] = same_weekday * keep + weight
