"""What a healthy day teaches: ratio, spread, storms, weekday, delay, elasticity and usual volume, in place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.baseline import SATURATING, Day, Prediction
from campaign_health.detection.pair.delay import learn_delay
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State, log_prior

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
TRUSTED_SPREAD = 0.1  # inverse size assumed where one day's lesson must not depend on the learned spread
MOST_DEVIATION = 1.5  # nats of ln(seen / expected) that one day may hand on to the next
WORST_SCORE = -30.0  # nats: one day may not say more against a model


def learn(
    state: State, day: Day, seen: Prediction, live: BoolArray, lesson: FloatArray, settings: DetectorSettings
) -> None:
    """Takes the day into the baseline. `live`: pairs that learn; `lesson`: 0 to 1, less where a break is suspected.

    The ratio learns every live day in full (a healthy ratio may drift); what decides between models, spreads and
    patterns learns only as far as the day is trusted.
    """
    lesson = np.where(live, lesson, 0.0)
    _learn_ratio(state, day, seen, live, settings)
    _learn_trend(state, day, seen, lesson, settings)
    _learn_tail(state, day, seen, live, lesson, settings)
    _learn_scores(state, seen, live, lesson, settings)
    _learn_weekday(state, day, seen, live, lesson, settings)
    learn_delay(state, day.sends, seen.typical, lesson, day.weekday, settings)
    _learn_elasticity(state, day, seen, live, lesson, settings)
    _learn_last_days(state, day, seen, lesson, settings)


def _learn_trend(state: State, day: Day, seen: Prediction, lesson: FloatArray, settings: DetectorSettings) -> None:
    """A damped linear trend of ln(ratio), as in Holt's method: innovations in one direction tilt it."""
    expected = (state.before_weight * seen.mean).sum(axis=0)
    surprise = np.clip(np.log((day.sends + 0.5) / (expected + 0.5)), -1.0, 1.0)
    surprise *= TRUSTED_SPREAD * expected / (1.0 + TRUSTED_SPREAD * expected)
    tilt = state.trend * (1.0 - settings.trend_damping) + settings.trend_gain * surprise
    state.trend[:] = np.where(lesson > 0, state.trend + lesson * (tilt - state.trend), state.trend)


def learn_deviation(state: State, day: Day, seen: Prediction) -> None:
    """Remembers how far the day was from its expectation, as far as that is more than chance, in place."""
    for deviation, level in ((state.deviation, seen.level), (state.deviation_before, seen.level_before)):
        own = np.clip(np.log((day.sends + 0.5) / (level + 0.5)), -MOST_DEVIATION, MOST_DEVIATION)
        own *= TRUSTED_SPREAD * level / (1.0 + TRUSTED_SPREAD * level)
        deviation[:] = np.where(day.judged, own, deviation)


def _learn_ratio(state: State, day: Day, seen: Prediction, live: BoolArray, settings: DetectorSettings) -> None:
    """Conjugate Gamma update, each day weighted by what its spread leaves of it (quasi-likelihood weights)."""
    spreads = np.array((*settings.spreads, settings.wide_spread))[:, None, None]
    responsible = seen.component / np.maximum(seen.ordinary * (1.0 - seen.pause) + _zero(day) * seen.pause, 1e-300)
    weight = np.where(live, (responsible / (1.0 + spreads * seen.mean)).sum(axis=0), 0.0)
    state.ratio_shape += weight * np.minimum(day.sends, settings.surge_clip * seen.mean + 3.0)
    state.ratio_rate += weight * seen.exposure * seen.mean / np.maximum(seen.level, 1e-12)


def _zero(day: Day) -> FloatArray:
    return np.where(day.sends == 0, 1.0, 0.0)


def _learn_tail(
    state: State, day: Day, seen: Prediction, live: BoolArray, lesson: FloatArray, settings: DetectorSettings
) -> None:
    storm = (seen.weight * seen.component[-1] / np.maximum(seen.ordinary, 1e-300)).sum(axis=0)
    count = np.minimum(1.0, seen.mean[0]) * lesson
    kept = 1.0 - count / settings.tail_memory
    first, rest = settings.storm_prior
    state.storms[:] = np.where(live, first + (state.storms - first) * kept + storm * count, state.storms)
    state.ordinary[:] = np.where(live, rest + (state.ordinary - rest) * kept + (1.0 - storm) * count, state.ordinary)
    kept = np.where(live, 1.0 - np.minimum(1.0, seen.typical) * lesson / settings.tail_memory, 1.0)
    state.pauses[:] = settings.pause_prior[0] + (state.pauses - settings.pause_prior[0]) * kept
    state.pause_days *= kept
    share = seen.pause / np.maximum(seen.pause + seen.ordinary[0], 1e-300)
    state.pausing[:] = np.where(day.judged, _zero(day) * share, state.pausing)


def _learn_scores(
    state: State, seen: Prediction, live: BoolArray, lesson: FloatArray, settings: DetectorSettings
) -> None:
    storm = seen.spread_weight[-1]
    spreads = np.maximum(seen.spread_weight[:-1], 1e-300)
    clean = seen.component[:-1] / spreads * (1.0 - storm) + seen.component[-1]
    nats = np.maximum(np.log(np.maximum(clean, 1e-300)), WORST_SCORE)
    prior = log_prior(settings)
    kept = 1.0 - np.minimum(1.0, seen.typical) * lesson / settings.score_memory
    score = (state.score - prior) * kept + nats * lesson
    state.score[:] = np.where(live, score - score.max(axis=(0, 1)) + prior, state.score)


def _learn_weekday(
    state: State, day: Day, seen: Prediction, live: BoolArray, lesson: FloatArray, settings: DetectorSettings
) -> None:
    pair = np.arange(len(state))
    plain = seen.typical / seen.weekday_factor
    absurd = day.sends >= settings.surge_most * seen.typical + 10.0
    weight = lesson * np.where(absurd, 0.1, 1.0) * plain / (1.0 + TRUSTED_SPREAD * plain)
    relative = np.clip(day.sends / np.maximum(seen.typical, 1e-9), 0.2, 5.0) * seen.weekday_factor
    kept = np.where(live, 1.0 - lesson / settings.weekday_memory, 1.0)
    state.weekday_sum[day.weekday, pair] = state.weekday_sum[day.weekday, pair] * kept + weight * relative
    state.weekday_weight[day.weekday, pair] = state.weekday_weight[day.weekday, pair] * kept + weight
    state.weekday_due[day.weekday, pair] += np.where(live, plain, 0.0)
    state.weekday_sends[day.weekday, pair] += np.where(live, day.sends, 0.0)


def _learn_last_days(state: State, day: Day, seen: Prediction, lesson: FloatArray, settings: DetectorSettings) -> None:
    gain = lesson * settings.lately_gain
    state.lately_sends += gain * (day.sends / seen.weekday_factor - state.lately_sends)
    state.lately_events += gain * (seen.delayed_events - state.lately_events)


def _learn_elasticity(
    state: State, day: Day, seen: Prediction, live: BoolArray, lesson: FloatArray, settings: DetectorSettings
) -> None:
    """One step of recursive least squares of ln(sends) on ln(events), and the usual event counts."""
    pair = np.arange(len(state))
    mean = seen.mean[settings.families.index(SATURATING)]
    log_events = np.log(np.maximum(seen.delayed_events, 0.5))
    weight = mean / (1.0 + 0.03 * mean) * lesson
    away = log_events - np.where(state.usual_seen > 0, state.usual_volume, log_events)
    error = np.clip(day.sends / np.maximum(mean, 1e-9) - 1.0, -1.0, 1.0)
    prior = settings.elasticity_prior
    renewed = prior + (state.elasticity_weight - prior) * (1.0 - lesson * 0.01) + weight * away**2
    state.elasticity_weight[:] = np.where(live, renewed, state.elasticity_weight)
    state.elasticity[:] = np.clip(state.elasticity + weight * away * error / state.elasticity_weight, 0.0, 1.5)

    state.usual_seen += live
    gain = np.where(live, np.maximum(1.0 / np.maximum(state.usual_seen, 1.0), 1.0 / 60.0), 0.0)
    state.usual_volume += gain * (log_events - np.where(state.usual_seen > 1, state.usual_volume, 0.0))

    known = state.volume_seen[day.weekday, pair] > 0
    step = np.minimum(seen.volume_step**2, 1.0)
    state.volume_spread += np.where(day.judged & known, (step - state.volume_spread) / 60.0, 0.0)
    gain = np.maximum(1.0 / (state.volume_seen[day.weekday, pair] + 1.0), settings.volume_gain)
    volume = state.volume[day.weekday, pair]
    state.volume[day.weekday, pair] = np.where(day.judged, volume + gain * (log_events - volume), volume)
    state.volume_seen[day.weekday, pair] += day.judged
