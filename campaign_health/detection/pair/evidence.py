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

from campaign_health.detection.pair.baseline import Day, Prediction
from campaign_health.detection.pair.day_gain import RUNNING, day_gain
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
SETTLED = 0.5  # nats below which an excursion is over


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
    gain = np.where(seen.at_rest, 0.0, day_gain(state, day, seen, settings))
    fade = np.where(np.array(settings.kept_shares) > 0, 1.0 - settings.fading, 1.0)[:, None, None]
    updated = np.where(day.judged, np.maximum(0.0, state.evidence * fade + gain), state.evidence)
    updated = np.where(state.days_seen >= settings.learning_days, updated, 0.0)
    state.evidence[:] = np.where(state.incident == 0, updated, state.evidence)
    total = -np.log(np.maximum((seen.weight * np.exp(-updated)).sum(axis=1), 1e-300))
    total = np.maximum(total - np.array(settings.kept_handicap)[:, None] - _storm_handicap(state, settings), 0.0)
    raw = np.stack([total[0], total[1:].max(axis=0)])
    prior = settings.excursion_prior
    excess = np.maximum((prior + state.excess) / (prior + state.excursions), 1.0)
    scaled = raw / excess
    return Weighing(gain, total, raw, excess, scaled, scaled.max(axis=0))


def _storm_handicap(state: State, settings: DetectorSettings) -> FloatArray:
    """Nats more that a run of low days has to show, `[kept shares, pairs]`, of a pair that has known storms.

    A storm is a lone day or a few: the longer the run, the less it may be one. Silence is no storm.
    """
    known = np.log(np.maximum(state.storms / settings.storm_prior[0], 1.0))
    passed = np.maximum(state.run_days + 1.0, 0.0)
    handicap: FloatArray = known * np.clip(1.0 - passed / settings.storm_days, 0.0, 1.0)
    handicap[np.array(settings.kept_shares) == 0.0] = 0.0
    return handicap


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
