"""Evidence that adds up: healthy against broken, day by day, for every kept share and model.

Per pair, model and kept share k runs a CUSUM of the log-likelihood ratio of "only the share k of the sends is
left" against "healthy" (Page 1954: max(0, W + ln p_k / p_healthy); no other rule has a smaller worst delay at the same
rate of false alarms, Moustakides 1986).

The evidence against all healthy models together is -ln sum_m w_m exp(-W_m): as long as one plausible model explains
the days, there is none. It is divided by the pair's own excess: the mean height to which its evidence used to climb
by chance. Theory says one nat; a pair whose ratio has a mind of its own climbs higher and has to show more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection import likelihood
from campaign_health.detection.baseline import Day, Prediction
from campaign_health.detection.panel import State
from campaign_health.detection.settings import DetectorSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Rows = NDArray[np.int64] | slice
BOUND = 50.0  # nats: no single day says more
RUNNING = 0.1  # nats above which a run of evidence is on
SETTLED = 0.5  # nats below which an excursion is over
PARTS = (1.0, 0.8, 0.6, 0.4, 0.25, 0.1)  # of what a kept share expects: where the evidence for it is strongest, or near
LITTLE = 0.15  # of the expectation: so little may be taken for a silent campaign's
FAR = 2.0  # standard deviations below the expectation from which on storms may explain a day


@dataclass
class Weighing:
    """The evidence after a day."""

    gain: FloatArray  # nats of the day per kept share and model
    total: FloatArray  # [kept shares, pairs] evidence against all healthy models
    raw: FloatArray  # [silent/degraded, pairs]
    excess: FloatArray  # [silent/degraded, pairs] what the pair's evidence is divided by
    scaled: FloatArray  # raw / excess, to be held against the threshold
    strongest: FloatArray  # [pairs] the larger of the two


def weigh(state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> Weighing:
    """Adds the day's evidence to the state's CUSUMs, in place where no incident is open, and sums it up."""
    gain = np.stack([_gain(state, day, seen, index, settings) for index in range(len(settings.kept_shares))])
    _more_sends_say_less(gain, state, day, seen, settings)
    gain = np.clip(gain, -BOUND, BOUND)
    fade = np.where(np.array(settings.kept_shares) > 0, 1.0 - settings.fading, 1.0)[:, None, None]
    updated = np.where(day.judged, np.maximum(0.0, state.evidence * fade + gain), state.evidence)
    updated = np.where(state.days_seen >= settings.learning_days, updated, 0.0)
    state.evidence[:] = np.where(state.incident == 0, updated, state.evidence)
    total = -np.log(np.maximum((seen.weight * np.exp(-updated)).sum(axis=1), 1e-300))
    total = np.maximum(total - np.array(settings.kept_handicap)[:, None], 0.0)
    raw = np.stack([total[0], total[1:].max(axis=0)])
    prior = settings.excursion_prior
    excess = np.maximum((prior + state.excess) / (prior + state.excursions), 1.0)
    scaled = raw / excess
    return Weighing(gain, total, raw, excess, scaled, scaled.max(axis=0))


def _gain(state: State, day: Day, seen: Prediction, index: int, settings: DetectorSettings) -> FloatArray:
    """ln p_broken / p_healthy of the day's sends, `[models, pairs]`."""
    kept = settings.kept_shares[index]
    if kept == 0.0:
        return _gain_silent(state, day, seen, settings)
    left = _left(state, seen, index, settings)
    ordinary = seen.component.sum(axis=0)
    broken = (
        seen.spread_weight
        * np.exp(likelihood.log_with_mean(seen.shape, seen.inverse_size, seen.reach, day.sends, left))
    ).sum(axis=0)
    return _log_odds(broken, ordinary, seen.pause)


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


def _more_sends_say_less(
    gain: FloatArray, state: State, day: Day, seen: Prediction, settings: DetectorSettings
) -> None:
    """Makes the day's evidence never rise with its sends, in place.

    A likelihood ratio against a mixture does not do so by itself: far below what "half is left" expects, a storm
    explains the day better than half does. "A share is left" therefore means *at most* that share: fewer sends count
    as that many where that says more. More than a healthy day's sends count as those of a healthy day.
    """
    plenty = day.sends >= seen.mean_before
    np.minimum(gain, 0.0, out=gain, where=plenty[None])
    running = np.flatnonzero(plenty.any(axis=0) & (state.evidence > RUNNING).any(axis=(0, 1)))
    mean, spread = seen.mean_before[:, running], np.maximum(seen.spread[running], 0.0)
    for index, kept in enumerate(settings.kept_shares):
        healthy = likelihood.closed_gain(mean, mean, spread, max(kept, settings.silent_leak))
        gain[index][:, running] = np.where(
            plenty[:, running], np.minimum(gain[index][:, running], healthy), gain[index][:, running]
        )
    expected = seen.mean_before[0]
    scatter = np.sqrt(expected + np.maximum(seen.spread, 0.0) * expected**2)
    asked = day.judged & (state.incident == 0) & (state.days_seen >= settings.learning_days)
    far = np.flatnonzero(asked & (expected - day.sends > FAR * scatter))
    largest = seen.mean_before[:, far].max(axis=0)
    # Where storms are known to happen they remain an explanation.
    stormy = np.log(np.maximum(state.storms / settings.storm_prior[0], 1.0))
    for index, kept in enumerate(settings.kept_shares):
        for part in PARTS if kept > 0 else ():
            rows = far[day.sends[far] < part * kept * largest]
            if rows.size:
                at_most = _gain_at_most(state, day, seen, settings, index, rows, part) - stormy[rows]
                gain[index][:, rows] = np.maximum(gain[index][:, rows], at_most)


def _gain_at_most(
    state: State,
    day: Day,
    seen: Prediction,
    settings: DetectorSettings,
    index: int,
    rows: NDArray[np.int64],
    part: float,
) -> FloatArray:
    """The gain of some pairs with at least a part of what the kept share expects, `[models, rows]`."""
    left = _left(state, seen, index, settings, rows)
    count = np.maximum(day.sends[rows], part * left)
    size, weight = seen.inverse_size[..., rows], seen.spread_weight[..., rows]
    shape, reach = likelihood.log_shape(count, size), count + 1.0 / size
    healthy, broken = (
        (weight * np.exp(likelihood.log_with_mean(shape, size, reach, count, mean))).sum(axis=0)
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
    some = np.maximum(2.0, LITTLE * seen.mean_before[0])
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


def follow_runs(state: State, day: Day, seen: Prediction, weighing: Weighing, gap: NDArray[np.int64]) -> None:
    """Keeps when each run of evidence began and what was sent and expected since, in place."""
    on = (weighing.total > RUNNING) & day.judged
    running = state.run_days >= 0
    state.run_days[:] = np.where(running, state.run_days + gap, state.run_days)
    state.run_days[:] = np.where(on & ~running, 0.0, state.run_days)
    state.run_days[:] = np.where(day.judged & ~(weighing.total > RUNNING), -1.0, state.run_days)
    going = (state.run_days >= 0).any(axis=0) | (state.incident > 0)
    expected = np.where(day.judged, (seen.weight * seen.mean_before).sum(axis=0), 0.0)
    sends = np.where(day.judged, day.sends, 0.0)
    state.run_sends[:] = np.where(going, state.run_sends + sends, 0.0)
    state.run_expected[:] = np.where(going, state.run_expected + expected, 0.0)


def learn_excursions(
    state: State, weighing: Weighing, live: BoolArray, ended: BoolArray, settings: DetectorSettings
) -> None:
    """Remembers how high the evidence climbed by chance, in place.

    An excursion is over when the evidence has fallen back; an incident that turned out to be a new normal
    (`ended`) was one too.
    """
    established = state.days_seen >= settings.learning_days
    fell = weighing.raw < SETTLED
    over = (state.peak > 1.0) & established & ((live & fell) | ended)
    height = np.minimum(state.peak, 2.0 * settings.threshold) - 1.0
    full = over & (state.excursions >= settings.excursion_memory)
    kept = np.where(full, 1.0 - 1.0 / settings.excursion_memory, 1.0)
    state.excess[:] = state.excess * kept + np.where(over, height, 0.0)
    state.excursions[:] = state.excursions * kept + over
    higher = np.where(live | (state.incident > 0), np.maximum(state.peak, weighing.raw), state.peak)
    state.peak[:] = np.where(over | (live & fell) | ended, 0.0, higher)
