"""What a healthy pair would send today: several models side by side, each a Gamma posterior of the ratio.

expected = ratio x weekday factor x exposure. The models differ in their exposure (families) and in how fast the
ratio may drift:

- *proportional*: the events of today and the days before, shared out by the learned delay;
- *saturating*: the same to the power of a learned elasticity (daily caps, one send per person);
- *lenient*: the events of today, never more than usual, and where they are fewer than usual no more sends for
  each than on the last days. It speaks for a campaign on days of an unusual event count, where a learned relation
  has no right to extrapolate.

The drift widens the posterior day by day (West and Harrison, Bayesian Forecasting and Dynamic Models, section
10.8: discounting; here the discount is 1/(1 + drift^2 x shape), so that quiet pairs remember longer).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair import likelihood
from campaign_health.detection.pair.delay import delay_shares, delayed
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
PROPORTIONAL, LENIENT, SATURATING = 0, 1, 2


@dataclass
class Day:
    """One day of all pairs as the detector sees it."""

    events: FloatArray  # 0 where unknown
    sends: FloatArray  # 0 where unknown
    weekday: IntArray
    observed: BoolArray  # both counts known
    judged: BoolArray  # observed, and events enough to expect anything


@dataclass
class Prediction:
    """What each model expects of the day. Leading index: the model."""

    mean: FloatArray  # from the newest ratio
    mean_before: FloatArray  # from the ratio before the present run of evidence: what a break takes away from
    level: FloatArray  # the mean and
    level_before: FloatArray  # the mean before without what is left of yesterday's deviation
    exposure: FloatArray  # events x weekday factor
    weekday_factor: FloatArray
    inverse_size: FloatArray  # [spreads + 1, models, pairs], settled
    shape: FloatArray  # log_shape of the day's sends
    reach: FloatArray  # the day's sends + 1 / inverse size
    weight: FloatArray  # [models, pairs] plausibility of the models
    spread_weight: FloatArray  # [spreads + 1, models, pairs] plausibility of the spreads, storms last
    at_rest: BoolArray  # a weekday on which the pair never sends: it expects next to nothing and proves nothing
    pause: FloatArray  # chance that the day is one of a pause
    delayed_events: FloatArray
    volume_step: FloatArray  # ln(events / usual events of that weekday)
    usual: FloatArray  # events of that weekday; infinite where none was seen yet
    typical: FloatArray  # expected sends over all models
    spread: FloatArray  # one inverse size that stands for all
    component: FloatArray  # [spreads + 1, models, pairs] weight x likelihood of the day
    ordinary: FloatArray  # [models, pairs] their sum: likelihood of the day, were it none of a pause
    likelihood: FloatArray  # [models, pairs] of the day's sends
    dip: float = 1.0  # what the whole project kept of its sends

    def without_dip(self) -> Prediction:
        """The same without the project's dip, which is no pair's own and teaches nothing about it."""
        if self.dip == 1.0:
            return self
        names = ("mean", "mean_before", "level", "level_before", "exposure", "typical")
        return replace(self, dip=1.0, **{name: getattr(self, name) / self.dip for name in names})


def predict(
    state: State, day: Day, settings: DetectorSettings, *, not_yet: BoolArray | None = None, shared_dip: bool = False
) -> Prediction:
    """The day's expectation from everything before it. Ages the ratios by the days passed, in place.

    `not_yet`: pairs that cannot have sent anything yet, so that their day is not judged.
    """
    pair = np.arange(len(state))
    shares = delay_shares(state, settings)
    events = delayed(state, shares)
    events = np.where(np.isnan(events), day.events, events)
    at_rest = rests(state, settings)[day.weekday, pair]
    factor = np.where(at_rest, settings.rest_factor, weekday_factors(state, settings)[day.weekday, pair])
    log_events = np.log(np.maximum(events, 0.5))
    volume = state.volume[day.weekday, pair]
    known_volume = state.volume_seen[day.weekday, pair] > 0
    step = np.where(known_volume, log_events - volume, 0.0)

    exposure = np.empty_like(state.ratio_shape)
    usual = np.where(state.usual_seen > 0, state.usual_volume, log_events)
    families = np.array(settings.families)
    for model, family in enumerate(families):
        if family == PROPORTIONAL:
            exposure[model] = events
        elif family == LENIENT:
            exposure[model] = np.where(known_volume, np.minimum(day.events, np.exp(volume)), day.events)
        else:
            exposure[model] = np.where(events > 0, np.exp(usual + state.elasticity * (log_events - usual)), 0.0)
    exposure *= factor
    day.judged = day.observed & (exposure[0] > 0)
    if not_yet is not None:
        day.judged &= ~not_yet

    _age(state, day.judged & (state.incident == 0), settings)
    ratio = state.ratio_shape / state.ratio_rate
    dip = common_dip(state, day, exposure[0] * ratio[0]) if shared_dip else 1.0
    exposure *= dip
    level = exposure * ratio
    level_before = exposure * (state.before_shape / state.before_rate)
    persistence = np.array(settings.persistence)[:, None] ** state.days_since
    mean = level * np.exp(persistence * state.deviation)
    mean_before = level_before * np.exp(persistence * state.deviation_before)
    unusual = np.where(known_volume, _unusual(state, step, volume, settings), 0.0)
    lately = _as_lately(state, np.minimum(events, np.exp(volume)) * factor * dip, ratio[0], settings)
    few = np.sqrt(np.where(known_volume & (step < 0), unusual, 0.0))
    for expected in (mean, mean_before):
        lenient = expected[families == LENIENT]
        expected[families == LENIENT] = lenient * np.minimum(1.0, lately / np.maximum(lenient, 1e-9)) ** few
    plausible = _plausibility(state, unusual, day.judged, settings)
    inverse_size = _inverse_sizes(state, day, shares, factor * ratio[0], mean, settings)
    shape = likelihood.log_shape(day.sends, inverse_size)
    reach = day.sends + 1.0 / inverse_size

    weight = np.exp(state.score - state.score.max(axis=(0, 1)))
    model_weight = weight.sum(axis=0)
    spreads = weight / np.maximum(model_weight, likelihood.IMPOSSIBLE)
    storm = state.storms / (state.storms + state.ordinary)
    spread_weight = np.concatenate([spreads * (1.0 - storm), np.broadcast_to(storm, (1, *mean.shape))])

    component = spread_weight * np.exp(likelihood.log_with_mean(shape, inverse_size, reach, day.sends, mean))
    pause = pause_chance(state, settings)
    ordinary = component.sum(axis=0)
    total = np.maximum(ordinary * (1.0 - pause) + np.where(day.sends == 0, pause, 0.0), 1e-300)
    typical = (plausible * mean).sum(axis=0)
    spread = (plausible * (spreads * np.maximum(inverse_size[:-1], -1.0)).sum(axis=0)).sum(axis=0)
    return Prediction(
        mean, mean_before, level, level_before, exposure, factor, inverse_size, shape, reach, plausible, spread_weight,
        at_rest, pause, events, step, np.where(known_volume, np.exp(volume), np.inf), typical, spread, component,
        ordinary, total, dip,
    )  # fmt: skip


def weekday_factors(state: State, settings: DetectorSettings) -> FloatArray:
    """What each weekday is times the ratio, `[7, pairs]`, Monday first; only their product has a meaning of its own."""
    factors: FloatArray = (settings.weekday_prior + state.weekday_sum) / (settings.weekday_prior + state.weekday_weight)
    return factors


def rests(state: State, settings: DetectorSettings) -> BoolArray:
    """On which weekdays a pair never sends, `[7, pairs]`, Monday first.

    Of a weekday that has had no sends of many that were due, nobody can say that sends stopped on it.
    """
    return (state.weekday_due >= settings.rest_due) & (state.weekday_sends <= settings.rest_leak * state.weekday_due)


def common_dip(state: State, day: Day, expected: FloatArray) -> float:
    """The share of the expectation that the project as a whole kept today: 1 unless most pairs dip together.

    The median over the established pairs with at least ten sends to expect, where there are five or more of
    them. A dip below a half is no dip but a break of everything, and nobody's excuse; a rise is none either.
    """
    asked = day.judged & (state.incident == 0) & (expected >= 10.0) & (state.days_seen >= 14)
    if asked.sum() < 5:
        return 1.0
    common = float(np.median(day.sends[asked] / expected[asked]))
    return common if 0.5 <= common < 0.9 else 1.0


def pause_chance(state: State, settings: DetectorSettings) -> FloatArray:
    """The chance that today is a day of a pause: begun today, or gone on from yesterday."""
    begins = state.pauses / (state.pauses + settings.pause_prior[1])
    goes_on = (state.pause_days + 0.001) / (state.pause_days + state.pauses + 1.0)
    return begins * (1.0 - state.pausing) + goes_on * state.pausing


def _age(state: State, live: BoolArray, settings: DetectorSettings) -> None:
    drift = np.array(settings.drifts)[:, None] ** 2
    kept = np.where(live, 1.0 / (1.0 + drift * state.days_since * state.ratio_shape), 1.0)
    state.ratio_shape *= kept
    state.ratio_rate *= kept * np.where(live, np.exp(-state.trend * np.minimum(state.days_since, 7.0)), 1.0)


def _inverse_sizes(
    state: State, day: Day, shares: FloatArray, chance: FloatArray, mean: FloatArray, settings: DetectorSettings
) -> FloatArray:
    """Settled inverse sizes [spreads + 1, models, pairs]: spread, ignorance of the ratio, binomial thinning, caps."""
    variance_missing = np.einsum("lp,lp,lp->p", shares, shares, np.nan_to_num(state.recent)) * chance**2
    thinned = -variance_missing / np.maximum(mean[0], 1e-9) ** 2
    lenient = np.array(settings.families)[:, None] == LENIENT
    ignorance = 1.0 / state.ratio_shape
    result = np.empty((len(settings.spreads) + 1, *mean.shape))
    apart = 1.0 / np.maximum(day.events, 0.5)
    for index, spread in enumerate((*settings.spreads, settings.wide_spread)):
        below: FloatArray | float = 0.0
        if index < len(settings.spreads) and settings.caps[index] > 0:
            below = -settings.caps[index] / np.maximum(mean, 1e-9)
        elif index < len(settings.spreads) and settings.thinned[index]:
            below = thinned
        result[index] = spread + ignorance + np.where(lenient, apart, below)
    return likelihood.settle(result)


def _unusual(state: State, step: FloatArray, usual: FloatArray, settings: DetectorSettings) -> FloatArray:
    """How far the event count is from its usual weekday level: 0 usual, 1 altogether unusual."""
    scatter = np.sqrt(np.maximum(state.volume_spread, settings.volume_scatter**2) + np.exp(-usual))
    away = np.where(step > 0, step / settings.volume_usual, -step / settings.volume_low) / scatter
    unusual: FloatArray = np.clip(away - 1.0, 0.0, 1.0)
    return unusual


def _as_lately(state: State, exposure: FloatArray, ratio: FloatArray, settings: DetectorSettings) -> FloatArray:
    """What the exposure would send at the ratio of the last days, which is trusted more the more was sent."""
    prior = settings.lately_prior
    lately: FloatArray = exposure * (state.lately_sends + prior) / (state.lately_events + prior / ratio)
    return lately


def _plausibility(state: State, unusual: FloatArray, judged: BoolArray, settings: DetectorSettings) -> FloatArray:
    """How far each model may acquit: learned weights, floored, and the lenient one heard on unusual days."""
    families = np.array(settings.families)
    weight = state.before_weight
    family = np.stack([weight[families == f].sum(axis=0) for f in range(3)])
    within = np.maximum(
        weight / np.maximum(family[families], likelihood.IMPOSSIBLE), np.array(settings.steady_floor)[:, None]
    )
    within /= np.stack([within[families == f].sum(axis=0) for f in range(3)])[families]
    family = np.maximum(family, settings.family_floor)
    family /= family.sum(axis=0)
    echo = state.unusual * settings.volume_echo**state.days_since
    state.unusual[:] = np.where(judged, np.maximum(unusual, echo), state.unusual)
    heard = 0.5 * state.unusual
    family = family * (1.0 - heard) + heard * (np.arange(3)[:, None] == LENIENT)
    plausible: FloatArray = within * family[families]
    return plausible
