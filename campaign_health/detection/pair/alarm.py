"""The life of an alert: opened by evidence, worsened, ended by evidence, or accepted as the new normal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.baseline import Day, Prediction
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.evidence import Weighing, learn_excursions
from campaign_health.detection.pair.fortnight import Fortnight, Proof, blank_fortnight, loss_began, rescale_before
from campaign_health.detection.pair.likelihood import closed_gain
from campaign_health.detection.pair.panel import State, log_prior
from campaign_health.detection.pair.verdicts import Change

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
SILENT = 1  # value of State.incident; larger values are 1 + the index of a kept share
NEW_DRIFT = 0.04  # per day: how fast the level of an incident may move while it is learned


def open_alerts(
    state: State,
    day: Day,
    weighing: Weighing,
    proof: Proof,
    fortnight: Fortnight,
    calm: BoolArray,
    settings: DetectorSettings,
) -> BoolArray:
    """Opens an alert where the evidence passes the threshold, in place; says where.

    `calm`: pairs that had no alert before the day. The baseline is set back to what it was before the run of
    evidence began.
    """
    established = state.days_seen >= settings.learning_days
    opened: BoolArray = day.judged & calm & established & (proof.evidence >= settings.threshold)
    share = np.where(proof.silent, 0, 1 + weighing.total[1:].argmax(axis=0))
    pair = np.arange(len(state))
    state.incident[:] = np.where(opened, 1 + share, state.incident)
    began = np.maximum(state.run_days[share, pair], 0.0)
    state.incident_age[:] = np.where(opened, began, state.incident_age)
    state.ratio_shape[:] = np.where(opened, state.before_shape, state.ratio_shape)
    state.ratio_rate[:] = np.where(opened, state.before_rate, state.ratio_rate)
    _open_slowly(state, opened & proof.slowly, fortnight, settings)
    blank_fortnight(state, opened)
    state.incident_zero_days[:] = np.where(opened, np.where(day.sends == 0, 1.0, 0.0), state.incident_zero_days)
    for name in ("incident_days", "silence", "back_sends", "back_expected", "recovery"):
        array = getattr(state, name)
        array[:] = np.where(opened, 0.0, array)
    worth = settings.ratio_prior[0]
    state.new_shape[:] = np.where(opened, worth, state.new_shape)
    state.new_rate[:] = np.where(opened, worth * state.ratio_rate[0] / state.ratio_shape[0], state.new_rate)
    return opened


def _open_slowly(state: State, where: BoolArray, fortnight: Fortnight, settings: DetectorSettings) -> None:
    """What is particular where only the two weeks together opened the alert, in place.

    It began where they say, and what is expected is what they expect: the ratio of the weeks before, which the one
    that is learned day by day may have left with the loss.
    """
    rows = np.flatnonzero(where)
    if not rows.size:
        return
    age, sends, expected = loss_began(state, rows, fortnight, settings)
    left = np.abs(np.array(settings.kept_shares)[1:, None] - sends / np.maximum(expected, 1e-9)).argmin(axis=0)
    state.incident[rows] = 2 + left
    state.incident_age[rows] = age
    state.run_sends[rows], state.run_expected[rows] = sends, expected
    daily = state.ratio_shape[0, rows] / state.ratio_rate[0, rows]
    higher = np.maximum(fortnight.ratio[rows] / daily, 1.0)
    state.ratio_rate[:, rows] /= higher
    state.before_shape[:, rows], state.before_rate[:, rows] = state.ratio_shape[:, rows], state.ratio_rate[:, rows]


def follow_alerts(
    state: State, day: Day, seen: Prediction, weighing: Weighing, settings: DetectorSettings
) -> NDArray[np.int8]:
    """One judged day of the alerts that were open before it, in place; what changed, `[pairs]` of Change."""
    change = np.zeros(len(state), dtype=np.int8)
    inside = (state.incident > 0) & day.judged
    if not inside.any():
        learn_excursions(state, weighing, day.judged & (state.incident == 0), np.zeros_like(inside), settings)
        return change
    pair = np.arange(len(state))
    expected = (seen.weight * seen.mean_before).sum(axis=0)
    zero = inside & (day.sends == 0)
    state.incident_days += inside
    state.incident_zero_days += np.where(zero, np.minimum(1.0, expected), 0.0)
    shares = np.array(settings.kept_shares)
    for index, kept in enumerate(np.maximum(shares, settings.silent_leak)):
        back = state.recovery[index] - closed_gain(day.sends, expected, seen.spread, kept)
        state.recovery[index] = np.where(inside, np.maximum(0.0, back), state.recovery[index])
    current = np.maximum(state.incident - 1, 0)
    evidence_back = state.recovery[current, pair]
    restart = inside & (evidence_back <= 0)
    state.back_sends[:] = np.where(restart, 0.0, state.back_sends + np.where(inside, day.sends, 0.0))
    state.back_expected[:] = np.where(restart, 0.0, state.back_expected + np.where(inside, expected, 0.0))
    sure = inside & (evidence_back >= settings.recovery)
    # More than half of what was missing must be back: where a third was lost, that is more than where all was.
    half_back = np.maximum(settings.recovered_share, 0.5 + 0.5 * shares[current])
    enough = state.back_sends >= half_back * state.back_expected
    recovered = sure & enough
    _move_share(state, sure & ~enough, settings)

    worsened = _fall_silent(state, day, seen, expected, inside & ~recovered, settings)
    accepted = _steady(state, day, seen, expected, inside & ~recovered & ~worsened, settings)
    _adopt(state, accepted, settings)
    paused = recovered & (state.incident_days <= settings.pause_days + 1)
    blank = paused & (state.incident_zero_days > 0)
    state.pauses += blank
    state.pause_days += np.where(blank, np.maximum(state.incident_zero_days - 1.0, 0.0), 0.0)
    learn_excursions(state, weighing, day.judged & (state.incident == 0), accepted, settings)
    close(state, recovered | accepted)
    change[worsened] = Change.WORSENED
    change[recovered] = Change.RECOVERED
    change[accepted] = Change.ACCEPTED
    return change


def close(state: State, where: BoolArray) -> None:
    """Ends the alerts of some pairs and wipes their evidence, in place."""
    state.incident[:] = np.where(where, 0, state.incident)
    state.incident_age[:] = np.where(where, -1.0, state.incident_age)
    state.evidence[:] = np.where(where, 0.0, state.evidence)
    state.fortnight_evidence[:] = np.where(where, 0.0, state.fortnight_evidence)
    state.run_days[:] = np.where(where, -1.0, state.run_days)
    for name in ("run_sends", "run_expected"):
        array = getattr(state, name)
        array[:] = np.where(where, 0.0, array)


def _move_share(state: State, where: BoolArray, settings: DetectorSettings) -> None:
    """Some but not all sends came back: the incident goes on at the kept share that fits, in place."""
    share = state.back_sends / np.maximum(state.back_expected, 1e-9)
    candidates = np.array(settings.kept_shares)[1:, None]
    nearest = 2 + np.abs(candidates - share).argmin(axis=0)
    moved = where & (nearest != state.incident)
    state.incident[:] = np.where(moved, nearest, state.incident)
    state.recovery[:] = np.where(moved, 0.0, state.recovery)
    state.silence[:] = np.where(moved, 0.0, state.silence)


def _fall_silent(
    state: State, day: Day, seen: Prediction, expected: FloatArray, where: BoolArray, settings: DetectorSettings
) -> BoolArray:
    """Degraded incidents in which now nothing is sent at all, in place; says where that became certain."""
    partial = where & (state.incident > SILENT)
    left = np.array(settings.kept_shares)[np.maximum(state.incident - 1, 0)] * expected
    nats = np.log1p(np.maximum(seen.spread, 1e-6) * left) / np.maximum(seen.spread, 1e-6)
    silence = np.where(day.sends <= settings.silent_leak * expected, state.silence + nats, 0.0)
    state.silence[:] = np.where(partial, silence, state.silence)
    worsened: BoolArray = partial & (state.silence >= settings.threshold)
    state.incident[:] = np.where(worsened, SILENT, state.incident)
    state.recovery[:] = np.where(worsened, 0.0, state.recovery)
    return worsened


def _steady(
    state: State, day: Day, seen: Prediction, expected: FloatArray, inside: BoolArray, settings: DetectorSettings
) -> BoolArray:
    """Learns the incident's own level, in place; says where it has held long enough to be the new normal."""
    weight = 1.0 / (1.0 + 0.1 * expected)
    aged = state.new_shape / (1.0 + NEW_DRIFT**2 * state.new_shape)
    rate = state.new_rate * aged / state.new_shape
    state.new_rate[:] = np.where(inside, rate + weight * seen.exposure[0], state.new_rate)
    state.new_shape[:] = np.where(inside, aged + weight * day.sends, state.new_shape)
    share = _new_share(state)
    steady: BoolArray = (
        inside
        & (state.incident > SILENT)
        & (state.incident_days >= settings.accept_days)
        & (share > settings.accept_share)
        & (state.new_shape > 5.0)
    )
    return steady


def _new_share(state: State) -> FloatArray:
    share: FloatArray = (state.new_shape / state.new_rate) * (state.ratio_rate[0] / state.ratio_shape[0])
    return share


def _adopt(state: State, where: BoolArray, settings: DetectorSettings) -> None:
    share = _new_share(state)
    ratio = state.ratio_shape / state.ratio_rate * share
    rescale_before(state, where, share)
    state.ratio_shape[:] = np.where(where, state.new_shape, state.ratio_shape)
    state.ratio_rate[:] = np.where(where, state.new_shape / ratio, state.ratio_rate)
    state.before_shape[:] = np.where(where, state.ratio_shape, state.before_shape)
    state.before_rate[:] = np.where(where, state.ratio_rate, state.before_rate)
    prior = log_prior(settings)
    state.score[:] = np.where(where, prior, state.score)
    state.before_weight[:] = np.where(where, np.array(settings.model_prior)[:, None], state.before_weight)
