"""What one day says: ln p(sends | only a share is left) - ln p(sends | healthy), per kept share and healthy model.

On a day far below its expectation, more sends say no more for a break; docs/detection.md tells where that ends.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair import likelihood
from campaign_health.detection.pair.baseline import Day, Prediction
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State

FloatArray = NDArray[np.float64]
Rows = NDArray[np.int64] | slice
BOUND = 50.0  # nats: no single day says more
RUNNING = 0.1  # nats above which a run of evidence is on


def day_gain(state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> FloatArray:
    """Nats that the day's sends speak for "only this share is left", `[kept shares, models, pairs]`."""
    gain = np.stack([_gain(state, day, seen, index, settings) for index in range(len(settings.kept_shares))])
    _plenty_is_healthy(gain, state, day, seen, settings)
    _at_most_is_left(gain, state, day, seen, settings)
    return np.clip(gain, -BOUND, BOUND)


def _gain(state: State, day: Day, seen: Prediction, index: int, settings: DetectorSettings) -> FloatArray:
    """ln p_broken / p_healthy of the day's sends, `[models, pairs]`."""
    kept = settings.kept_shares[index]
    if kept == 0.0:
        return _gain_silent(state, day, seen, settings)
    left = _left(state, seen, index, settings)
    broken = (
        seen.spread_weight
        * np.exp(likelihood.log_with_mean(seen.shape, seen.inverse_size, seen.reach, day.sends, left))
    ).sum(axis=0)
    return _log_odds(broken, seen.ordinary, seen.pause)


def _left(
    state: State, seen: Prediction, index: int, settings: DetectorSettings, rows: Rows = slice(None)
) -> FloatArray:
    """The sends that a kept share expects, `[models, rows]`; a deviation that lasts has begun to take its part."""
    kept = settings.kept_shares[index]
    persistence = np.array(settings.persistence)[:, None] ** state.days_since[rows]
    on = state.evidence[index][:, rows] > 0
    left: FloatArray = kept * seen.mean_before[:, rows] * np.where(on, kept**-persistence, 1.0)
    return left


def _log_odds(broken: FloatArray, healthy: FloatArray, pause: FloatArray) -> FloatArray:
    """ln of broken against healthy, where a pause explains the day as well as a break does."""
    odds = np.maximum(broken, 1e-300) / np.maximum(healthy, 1e-300)
    gain: FloatArray = np.log(odds / (1.0 - pause + pause * odds))
    return gain


def _plenty_is_healthy(gain: FloatArray, state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> None:
    """More than a healthy day's sends count as those of a healthy day, in place; more would only look like a storm."""
    plenty = day.sends >= seen.mean_before
    np.minimum(gain, 0.0, out=gain, where=plenty[None])
    running = np.flatnonzero(plenty.any(axis=0) & (state.evidence > RUNNING).any(axis=(0, 1)))
    mean, spread = seen.mean_before[:, running], np.maximum(seen.spread[running], 0.0)
    for index, kept in enumerate(settings.kept_shares):
        healthy = likelihood.closed_gain(mean, mean, spread, max(kept, settings.silent_leak))
        gain[index][:, running] = np.where(
            plenty[:, running], np.minimum(gain[index][:, running], healthy), gain[index][:, running]
        )


def _at_most_is_left(gain: FloatArray, state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> None:
    """Fewer sends than a share expects count as the number that says most for it, in place.

    A likelihood ratio against a mixture is not monotone: far below what "half is left" expects, a storm explains the
    day better than half does. "A share is left" therefore means *at most* that share. The gain of some fixed counts,
    each no less than that of any larger one, is joined by straight lines, so that it falls with the sends.
    """
    expected = seen.mean_before[0]
    scatter = np.sqrt(expected + np.maximum(seen.spread, 0.0) * expected**2)
    asked = day.judged & (state.incident == 0) & (state.days_seen >= settings.learning_days)
    far = np.flatnonzero(asked & (expected - day.sends > settings.far_below * scatter))
    for index in np.flatnonzero(np.array(settings.kept_shares) > 0):
        left = _left(state, seen, int(index), settings, far)
        below = day.sends[far] < settings.kept_parts[0] * left
        some = below.any(axis=0)
        rows = far[some]
        if rows.size:
            said = _most_said(seen, left[:, some], day.sends[rows], rows, settings)
            gain[index][:, rows] = np.where(below[:, some], said, gain[index][:, rows])


def _most_said(
    seen: Prediction, left: FloatArray, sends: FloatArray, rows: NDArray[np.int64], settings: DetectorSettings
) -> FloatArray:
    """The gain of sends up to a little above what is `left`, `[models, rows]`: along the counts that say most."""
    parts = settings.kept_parts
    gains = _gain_of(seen, left, np.array(parts)[:, None, None] * left, rows)
    said: FloatArray = gains[0]
    most = said
    for (larger, smaller), gain in zip(pairwise(parts), gains[1:], strict=True):
        below = np.maximum(most, gain)
        way = np.clip((larger * left - sends) / ((larger - smaller) * left), 0.0, 1.0)
        said = said + way * (below - most)
        most = below
    return said


def _gain_of(seen: Prediction, left: FloatArray, counts: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
    """The gain of each of some counts of sends, where `left` are expected of a share, `[counts, models, rows]`."""
    size, weight = (np.take(part, rows, axis=-1)[:, None] for part in (seen.inverse_size, seen.spread_weight))
    shape, reach = likelihood.log_shape(counts, size), counts + 1.0 / size
    healthy, broken = (
        (weight * np.exp(likelihood.log_with_mean(shape, size, reach, counts, mean))).sum(axis=0)
        for mean in (seen.mean[:, rows], left)
    )
    return _log_odds(broken, healthy, seen.pause[rows])


def _gain_silent(state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> FloatArray:
    """A silent campaign: nine days in ten nothing at all, else a geometric trickle of a few per cent."""
    trickle = settings.silent_leak * seen.mean_before
    share = np.log(np.maximum(trickle, 1e-12) / (1.0 + trickle))
    log_trickle = np.log(0.1) - np.log1p(trickle) + day.sends * share
    silent = np.where(day.sends == 0, np.logaddexp(np.log(0.9), log_trickle), log_trickle)
    gain: FloatArray = silent - np.log(seen.likelihood)
    some = np.maximum(2.0, settings.silent_little * seen.mean_before[0])
    little = np.flatnonzero(day.judged & (state.incident == 0) & (day.sends > 0) & (day.sends < some))
    if little.size:
        # A pause explains that nothing is sent; that a little is sent must not count for more.
        gain[:, little] = np.minimum(gain[:, little], _gain_of_nothing(seen, trickle[:, little], little))
    return gain


def _gain_of_nothing(seen: Prediction, trickle: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
    """What the silent hypothesis would gain if nothing were sent, `[models, rows]`."""
    size, mean = seen.inverse_size[..., rows], seen.mean[:, rows]
    none = np.exp(-np.log(np.maximum(1.0 + size * mean, 1e-12)) / size)
    healthy = (seen.spread_weight[..., rows] * none).sum(axis=0)
    pause = seen.pause[rows]
    silent = np.log(0.9 + 0.1 / (1.0 + trickle))
    gain: FloatArray = silent - np.log(np.maximum(healthy * (1.0 - pause) + pause, 1e-300))
    return gain
