"""The evidence of two weeks together: the sends of the last fourteen days against the ratio of the weeks before them.

Days are not independent: a pair whose days scatter by 12 % beyond chance may scatter by 16 % over two weeks, not by the
3 % that lone days promise. A sum of daily evidence counts the same luck again and again, and what guards it against
that makes it blind for a third of the sends. Totals of two weeks have a scatter of their own, learned from the pair's
own past totals, and tell a lasting loss from luck.

Per pair and reading of the relation (in proportion to events, or to a learned power of them):

    expected = sends before / exposure before x exposure of the fourteen days
    evidence = ln p(sends | a share of the expected) - ln p(sends | expected),

p a negative binomial mixed over fixed scatters, each weighted by how well it predicted the past totals. The days
before are remembered with weights that fall by a twentieth a day. None of the fourteen days has a say in the ratio or
the scatter that they are judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair import likelihood
from campaign_health.detection.pair.baseline import PROPORTIONAL, SATURATING, Day, Prediction
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.evidence import Weighing
from campaign_health.detection.pair.panel import FORTNIGHT, State

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
SENDS, EXPOSURES = 0, slice(1, 3)  # rows of State.fortnights
PRIOR_SENDS = 0.5  # sends' worth of ignorance in the ratio of the days before
WORST_SCORE = -30.0  # nats: one total may not say more against a scatter
BOUND = 50.0  # nats: two weeks never say more


@dataclass
class Fortnight:
    """The last fourteen judged days of each pair, `[pairs]`, before an incident blanks them."""

    evidence: FloatArray  # nats that a share of their sends is gone
    sends: FloatArray  # as they were counted, however absurd
    expected: FloatArray  # in proportion to events
    ratio: FloatArray  # sends per exposure of the days before


def weigh_fortnight(state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> Fortnight:
    """Takes the day into the totals where no incident is open, in place, and weighs what they say."""
    live = day.judged & (state.incident == 0)
    _take_in(state, day, seen, live, settings)
    _learn_scatter(state, live, settings)
    recent = state.fortnights[:, :FORTNIGHT].sum(axis=1)
    sends, exposures = recent[SENDS], recent[EXPOSURES]
    before = state.fortnight_before[:, 0]
    ratio = (before[SENDS] + PRIOR_SENDS) / np.maximum(before[EXPOSURES], 1e-9)
    expected = ratio * exposures
    newest = state.fortnights[:, : settings.fortnight_newest].sum(axis=1)
    asked = live & (state.fortnight_days >= settings.fortnight_least)
    # Nothing is asked of totals that are near what was expected, nor of a loss that the newest days no longer show.
    short = (sends < settings.fortnight_short * expected).all(axis=0)
    short &= newest[SENDS] < settings.fortnight_short * ratio[0] * newest[1]
    state.fortnight_evidence[live] = 0.0
    rows = np.flatnonzero(asked & short)
    if rows.size:
        said = _evidence(
            sends[rows], expected[:, rows], before[SENDS, rows], state.fortnight_score[..., rows], settings
        )
        state.fortnight_evidence[rows] = said
    _, sent, exposure = state.fortnight_counts.sum(axis=1)
    return Fortnight(state.fortnight_evidence.copy(), sent, ratio[0] * exposure, ratio[0])


@dataclass
class Proof:
    """What decides whether an incident opens, `[pairs]`."""

    evidence: FloatArray  # nats, to be held against the threshold
    daily: FloatArray  # nats of the days alone
    silent: BoolArray  # for a full stop rather than for a loss
    slowly: BoolArray  # the two weeks together passed the threshold, the days alone would not have


def prove(weighing: Weighing, fortnight: Fortnight, settings: DetectorSettings) -> Proof:
    """The evidence of the days, or the mean of it and that of the two weeks where only that passes the threshold.

    However two tests depend on each other, the mean of their nats is a test at the same rate of false alarms: the root
    of a product of two e-values is an e-value (Vovk and Wang, E-values: calibration, combination and applications,
    Annals of Statistics 49, 2021, section 4).
    """
    silent = weighing.scaled[0] >= weighing.scaled[1]
    daily = weighing.strongest
    together = 0.5 * (daily + fortnight.evidence)
    slowly = (fortnight.evidence > 0.0) & (daily < settings.threshold) & (together >= settings.threshold)
    return Proof(np.where(slowly, together, daily), daily, silent, slowly)


def loss_began(
    state: State, rows: NDArray[np.int64], fortnight: Fortnight, settings: DetectorSettings
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """When the loss in the fourteen days began, most likely: calendar days before today, sends and expectation since.

    The change point of a Poisson count: the days since are as many as make `sends ln(sends / expected) - sends +
    expected` largest, and no fewer than the newest ones that had to be short as well.
    """
    gap, sent, exposure = state.fortnight_counts[..., rows]
    sends, expected = np.cumsum(sent, axis=0), np.cumsum(exposure * fortnight.ratio[rows], axis=0)
    kept = np.minimum(sends, expected)
    gain = kept * np.log(np.maximum(kept, 1e-9) / np.maximum(expected, 1e-9)) - kept + expected
    least = settings.fortnight_newest - 1
    first = least + gain[least:].argmax(axis=0)
    place = np.arange(rows.size)
    age = np.cumsum(gap, axis=0) - gap
    return age[first, place], sends[first, place], expected[first, place]


def scatters(state: State, settings: DetectorSettings) -> FloatArray:
    """The learned scatter of a total beyond chance, as a share of it, `[readings, pairs]`."""
    weight = np.exp(state.fortnight_score - state.fortnight_score.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    scatter: FloatArray = np.sqrt((weight * np.array(settings.fortnight_scatters)[:, None] ** 2).sum(axis=1))
    return scatter


def blank_fortnight(state: State, where: BoolArray) -> None:
    """Forgets the last fourteen days where an incident opens, in place: they are no history to judge others by."""
    state.fortnights[:, :FORTNIGHT, where] = 0.0
    state.fortnight_counts[1:, :, where] = 0.0


def rescale_before(state: State, where: BoolArray, share: FloatArray) -> None:
    """Makes a new level, `share` of the one before, that of the days before, in place."""
    factor = np.where(where, share, 1.0)
    state.fortnight_before[SENDS] *= factor
    state.fortnights[SENDS] *= factor


def _take_in(state: State, day: Day, seen: Prediction, live: BoolArray, settings: DetectorSettings) -> None:
    saturating = settings.families.index(SATURATING)
    exposures = seen.exposure[[settings.families.index(PROPORTIONAL), saturating]]
    # A day of absurdly many events or sends counts as a day of many: its events and sends are made fewer alike.
    many = settings.fortnight_most * seen.usual * seen.weekday_factor
    part = np.minimum(1.0, many / np.maximum(exposures[0], 1e-9))
    sends = np.minimum(day.sends, settings.surge_clip * seen.typical + 3.0)
    new = np.stack([sends * part, *(exposures * part)])
    kept, decay = state.fortnights, 1.0 - settings.fortnight_fading
    for older, last in enumerate((FORTNIGHT - 1, 2 * FORTNIGHT - 1)):
        summed = state.fortnight_before[:, older] * decay + kept[:, last]
        state.fortnight_before[:, older] = np.where(live, summed, state.fortnight_before[:, older])
    counts = np.stack([np.maximum(state.days_since, 1.0), day.sends, exposures[0]])
    for days, newest in ((kept, new), (state.fortnight_counts, counts)):
        np.copyto(days, np.concatenate([newest[:, None], days[:, :-1]], axis=1), where=live)
    state.fortnight_days += live


def _learn_scatter(state: State, live: BoolArray, settings: DetectorSettings) -> None:
    """How well each scatter predicts the total that ended fourteen days ago, in place, a few times per fortnight."""
    every = settings.fortnight_every
    due = live & (state.fortnight_days >= settings.fortnight_least + FORTNIGHT) & (state.fortnight_days % every == 0)
    rows = np.flatnonzero(due)
    if not rows.size:
        return
    sends, *exposures = state.fortnights[:, FORTNIGHT:, rows].sum(axis=1)
    before = state.fortnight_before[:, 1][..., rows]
    expected = np.stack(exposures) * (before[SENDS] + PRIOR_SENDS) / np.maximum(before[EXPOSURES], 1e-9)
    size = _inverse_sizes(before[SENDS], settings)
    count, reach = sends[None, None], sends + 1.0 / size
    shape = likelihood.log_shape(np.broadcast_to(count, size.shape), size)
    nats = likelihood.log_with_mean(shape, size, reach, count, expected[:, None])
    nats = np.maximum(nats - nats.max(axis=1, keepdims=True), WORST_SCORE) * every / FORTNIGHT
    score = state.fortnight_score[..., rows] + nats
    state.fortnight_score[..., rows] = score - score.max(axis=1, keepdims=True)


def _evidence(
    sends: FloatArray, expected: FloatArray, before: FloatArray, score: FloatArray, settings: DetectorSettings
) -> FloatArray:
    """Nats against the reading of the relation that explains the totals better, `[rows]`.

    "A share is left" means at most that share: fewer sends count as the share itself.
    """
    size = _inverse_sizes(before, settings)
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    strongest = np.zeros_like(expected)
    for share in settings.kept_shares:
        if share == 0.0:
            continue
        left = share * expected
        count = np.maximum(sends, left)[:, None]
        shape, reach = likelihood.log_shape(*np.broadcast_arrays(count, size)), count + 1.0 / size
        broken, healthy = (
            (weight * np.exp(likelihood.log_with_mean(shape, size, reach, count, mean[:, None]))).sum(axis=1)
            for mean in (left, expected)
        )
        said = np.log(np.maximum(broken, likelihood.IMPOSSIBLE) / np.maximum(healthy, likelihood.IMPOSSIBLE))
        strongest = np.maximum(strongest, said)
    nats: FloatArray = np.minimum(strongest.min(axis=0), BOUND)
    return nats


def _inverse_sizes(before: FloatArray, settings: DetectorSettings) -> FloatArray:
    """Of a total, `[1, scatters, rows]`: its own scatter, and how little is known of the ratio."""
    scatter = np.array(settings.fortnight_scatters)[:, None] ** 2
    size: FloatArray = (scatter + 1.0 / (before + PRIOR_SENDS))[None]
    return size
