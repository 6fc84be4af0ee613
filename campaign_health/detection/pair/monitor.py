"""Judges many pairs of an upstream and a downstream count at once: one loop over days, NumPy over pairs."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.alarm import close, follow_alerts, open_alerts
from campaign_health.detection.pair.baseline import Day, Prediction, predict
from campaign_health.detection.pair.delay import plausible_events, remember
from campaign_health.detection.pair.detector_settings import DetectorSettings, chance_of
from campaign_health.detection.pair.evidence import Weighing, follow_runs, weigh
from campaign_health.detection.pair.fortnight import Fortnight, Proof, prove, weigh_fortnight
from campaign_health.detection.pair.learning import learn, learn_deviation
from campaign_health.detection.pair.likelihood import closed_gain
from campaign_health.detection.pair.not_yet import not_yet_possible
from campaign_health.detection.pair.panel import State
from campaign_health.detection.pair.ranges import probability_of_few, probable_range
from campaign_health.detection.pair.verdicts import Change, Status

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass
class PanelVerdicts:
    """What was found, every array `[pairs, days]`. See docs/detection.md for each one's meaning."""

    alert: BoolArray  # an incident is open
    status: NDArray[np.int8]  # of Status
    expected: FloatArray  # downstream count, NaN where not judged
    expected_low: FloatArray
    expected_high: FloatArray
    probability: FloatArray  # that a healthy pair shows this few
    evidence: FloatArray  # nats
    threshold: FloatArray  # nats
    began: NDArray[np.int32]  # days before this one on which the evidence began, -1 none
    kept: FloatArray  # share of the sends left since then
    change: NDArray[np.int8]  # of Change
    # where only two weeks together told, on the day they did: what was sent and expected since it began; else NaN
    total_sends: FloatArray
    total_expected: FloatArray

    @classmethod
    def blank(cls, pairs: int, days: int) -> PanelVerdicts:
        """Verdicts of days nothing is known of."""

        def numbers() -> FloatArray:
            return np.full((pairs, days), np.nan)

        return cls(
            alert=np.zeros((pairs, days), dtype=bool),
            status=np.full((pairs, days), Status.NOT_COLLECTED, dtype=np.int8),
            expected=numbers(),
            expected_low=numbers(),
            expected_high=numbers(),
            probability=numbers(),
            evidence=numbers(),
            threshold=numbers(),
            began=np.full((pairs, days), -1, dtype=np.int32),
            kept=numbers(),
            change=np.zeros((pairs, days), dtype=np.int8),
            total_sends=numbers(),
            total_expected=numbers(),
        )

    def rows(self, index: NDArray[np.int64] | slice) -> PanelVerdicts:
        """The verdicts of some pairs."""
        return PanelVerdicts(*(getattr(self, f.name)[index] for f in fields(self)))


@dataclass(frozen=True)
class PanelCounts:
    """Counts `[pairs, columns]`, NaN = not collected, with each column's `weekdays` (Monday = 0) and `gaps` (days since
    the pair's column before). `not_running` is True where the campaign was not; None = it always was."""

    upstream: FloatArray
    downstream: FloatArray
    weekdays: NDArray[np.int64]
    gaps: NDArray[np.int64]
    not_running: BoolArray | None = None


def judge_panel(
    upstream: FloatArray,
    downstream: FloatArray,
    first_day: date,
    *,
    state: State | None = None,
    settings: DetectorSettings | None = None,
    not_running: BoolArray | None = None,
    shared_dip: bool = False,
) -> tuple[PanelVerdicts, State]:
    """Judges every pair on every day from that day and the days before it.

    Args:
        upstream, downstream: counts `[pairs, days]` of consecutive calendar days, NaN = not collected.
        first_day: the calendar day of the first column.
        state: the State after an earlier day (it is not changed); None = nothing known yet.
        not_running: `[pairs, days]`, True where the campaign was not running.
        shared_dip: a dip of the ratio that most pairs share on a day is taken as the project's, not the pairs'.

    Returns the verdicts and the State after the last column. Judging all days at once and judging them in pieces
    give the same.
    """
    settings = settings or DetectorSettings()
    upstream = np.asarray(upstream, dtype=np.float64)
    downstream = np.asarray(downstream, dtype=np.float64)
    pairs, days = upstream.shape
    if downstream.shape != upstream.shape:
        raise ValueError(f"upstream is {upstream.shape}, downstream is {downstream.shape}")
    state = State.fresh(pairs, settings) if state is None else deepcopy(state)
    if len(state) != pairs:
        raise ValueError(f"the state is of {len(state)} pairs, the counts are of {pairs}")
    gaps = np.ones((pairs, days), dtype=np.int64)
    if state.last_day is not None and days:
        passed = (first_day - state.last_day).days
        if passed < 1:
            raise ValueError(f"the state already knows {state.last_day}, which is not before {first_day}")
        gaps[:, 0] = passed
    weekdays = (first_day.weekday() + np.arange(days)) % 7
    counts = PanelCounts(upstream, downstream, np.broadcast_to(weekdays, (pairs, days)), gaps, not_running)
    verdicts = run(state, counts, settings, shared_dip=shared_dip)
    if days:
        state.last_day = first_day + timedelta(days=days - 1)
    return verdicts, state


def run(state: State, counts: PanelCounts, settings: DetectorSettings, *, shared_dip: bool = False) -> PanelVerdicts:
    """The loop over columns, each column a day of its own for every pair. Moves `state` on in place."""
    shape = counts.upstream.shape
    verdicts = PanelVerdicts.blank(*shape)
    spread, storm, pause = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    with np.errstate(all="ignore"):
        for column in range(shape[1]):
            seen = _judge_day(state, counts, column, settings, verdicts, shared_dip)
            spread[:, column], storm[:, column], pause[:, column] = seen.spread, seen.spread_weight[-1, 0], seen.pause
        _say_ranges(verdicts, counts.downstream, spread, storm, pause, settings)
    return verdicts


@dataclass
class Considered:
    """One day of all pairs, what was expected of it, and what it proves with the days before it."""

    day: Day
    seen: Prediction
    weighing: Weighing
    fortnight: Fortnight
    proof: Proof


def consider(
    state: State, counts: PanelCounts, column: int, settings: DetectorSettings, *, shared_dip: bool = False
) -> Considered:
    """Expects and weighs a day, in place, before anything is opened, ended or learned from it."""
    downstream, weekday, gap = counts.downstream[:, column], counts.weekdays[:, column], counts.gaps[:, column]
    off = None if counts.not_running is None else counts.not_running[:, column]
    upstream = plausible_events(state, counts.upstream[:, column], weekday, settings)
    observed = ~(np.isnan(upstream) | np.isnan(downstream))
    if off is not None:
        observed &= ~off
    day = Day(np.where(observed, upstream, 0.0), np.where(observed, downstream, 0.0), weekday, observed, observed)
    # While it is not running no journey begins, whatever the event does: nothing is sent for those days later.
    remember(state, upstream if off is None else np.where(off, 0.0, upstream), gap)
    state.days_since += gap
    seen = predict(state, day, settings, not_yet=not_yet_possible(state, day, settings), shared_dip=shared_dip)
    weighing = weigh(state, day, seen, settings)
    follow_runs(state, day, seen, weighing, gap)
    fortnight = weigh_fortnight(state, day, seen, settings)
    return Considered(day, seen, weighing, fortnight, prove(weighing, fortnight, settings))


def _judge_day(
    state: State,
    counts: PanelCounts,
    column: int,
    settings: DetectorSettings,
    verdicts: PanelVerdicts,
    shared_dip: bool,
) -> Prediction:
    now = consider(state, counts, column, settings, shared_dip=shared_dip)
    day, seen, weighing, proof = now.day, now.seen, now.weighing, now.proof
    off = None if counts.not_running is None else counts.not_running[:, column]
    gap = counts.gaps[:, column]
    state.incident_age += np.where(state.incident > 0, gap, 0)

    calm = state.incident == 0
    change = follow_alerts(state, day, seen, weighing, settings)
    opened = open_alerts(state, day, weighing, proof, now.fortnight, calm, settings)
    change[opened] = Change.OPENED
    if off is not None:
        stopped = off & (state.incident > 0)
        close(state, stopped)
        change[stopped] = Change.CLOSED
    alert = state.incident > 0

    live = day.judged & ~alert & (change == Change.NONE)
    established = state.days_seen >= settings.learning_days
    trust = np.where(established, 1.0 / (1.0 + np.exp(weighing.strongest - settings.suspicion)), 1.0)
    own = seen.without_dip()
    # However many more were sent, the day teaches no more than that it was a surge.
    taught = replace(day, sends=np.minimum(day.sends, settings.surge_most * seen.typical + 10.0))
    learn(state, taught, own, live, trust, settings)
    learn_deviation(state, taught, seen)
    _renew_before(state, live & ((weighing.strongest < settings.calm) | ~established))
    _follow_surge(state, day, seen, settings)
    state.days_seen += day.judged
    state.days_since[:] = np.where(day.judged, 0.0, state.days_since)
    no_events = day.observed & (seen.exposure[0] <= 0)
    just_silent = opened & (state.incident == 1)
    state.run_sends[:] = np.where(just_silent, day.sends, state.run_sends)
    state.run_expected[:] = np.where(just_silent, seen.typical, state.run_expected)
    kept = np.where(state.run_expected > 0, state.run_sends / np.maximum(state.run_expected, 1e-9), np.nan)
    longest = np.max(state.run_days, axis=0)
    running = longest >= 0
    slowly = np.flatnonzero(opened & proof.slowly & (state.run_sends < state.run_expected))
    verdicts.total_sends[slowly, column] = state.run_sends[slowly]
    verdicts.total_expected[slowly, column] = state.run_expected[slowly]
    verdicts.alert[:, column] = alert
    verdicts.change[:, column] = change
    verdicts.expected[:, column] = np.where(day.judged, seen.typical, np.where(no_events, 0.0, np.nan))
    verdicts.evidence[:, column] = np.where(day.observed, proof.evidence, np.nan)
    verdicts.threshold[:, column] = settings.threshold
    began = np.where(alert, state.incident_age, np.where(running, longest, -1.0))
    verdicts.began[:, column] = began
    verdicts.kept[:, column] = np.where(alert | running, kept, np.nan)
    verdicts.status[:, column] = _status(state, day, seen, weighing, off, settings)
    return seen


def _renew_before(state: State, calm: BoolArray) -> None:
    """Days without suspicion become the baseline a later break is measured against, in place."""
    state.before_shape[:] = np.where(calm, state.ratio_shape, state.before_shape)
    state.before_rate[:] = np.where(calm, state.ratio_rate, state.before_rate)
    weight = np.exp(state.score - state.score.max(axis=(0, 1))).sum(axis=0)
    state.before_weight[:] = np.where(calm, weight / weight.sum(axis=0), state.before_weight)


def _follow_surge(state: State, day: Day, seen: Prediction, settings: DetectorSettings) -> None:
    """A CUSUM for more sends than events explain, and how much a silent day would prove, in place."""
    gain = closed_gain(day.sends, seen.typical, seen.spread, settings.surge_factor)
    surge = np.clip(state.surge + gain, 0.0, 2.0 * settings.threshold)
    state.surge[:] = np.where(day.judged, surge, state.surge)
    size = np.maximum(seen.spread, 1e-6)
    nats = np.minimum(np.log1p(size * seen.typical) / size, settings.threshold)
    gain = 1.0 / np.minimum(state.days_seen + 1.0, settings.quiet_days)
    provable = state.provable + gain * (np.where(day.judged, nats, 0.0) - state.provable)
    state.provable[:] = np.where(day.observed, provable, state.provable)


def _status(
    state: State,
    day: Day,
    seen: Prediction,
    weighing: Weighing,
    off: BoolArray | None,
    settings: DetectorSettings,
) -> NDArray[np.int8]:
    status = np.full(len(state), Status.HEALTHY, dtype=np.int8)
    low = np.maximum(np.log(2.0), 3.0 * np.sqrt(state.volume_spread))
    status[day.judged & (seen.volume_step < -low) & (day.events > 0)] = Status.VOLUME_DOWN
    surging = (state.surge >= settings.threshold) & (day.sends > settings.surge_factor * seen.typical)
    status[day.judged & surging] = Status.SURGING
    quiet = state.provable * settings.quiet_days < settings.threshold * weighing.excess[0]
    status[quiet] = Status.TOO_QUIET
    status[state.days_seen < settings.learning_days] = Status.LEARNING
    status[state.incident > 0] = Status.DEGRADED
    status[state.incident == 1] = Status.SILENT
    status[~day.observed] = Status.NOT_COLLECTED
    if off is not None:
        status[off] = Status.NOT_RUNNING
    return status


def _say_ranges(
    verdicts: PanelVerdicts,
    downstream: FloatArray,
    spread: FloatArray,
    storm: FloatArray,
    pause: FloatArray,
    settings: DetectorSettings,
) -> None:
    """Fills the ranges and probabilities of all days at once."""
    verdicts.expected_low, verdicts.expected_high = probable_range(verdicts.expected, spread)
    few = probability_of_few(downstream, verdicts.expected, spread)
    stormy = probability_of_few(downstream, verdicts.expected, np.full_like(spread, settings.wide_spread))
    ordinary = 1.0 - storm - pause
    few = ordinary * few + storm * stormy + pause
    surging = verdicts.status == Status.SURGING
    few = np.where(surging, 1.0 - few, few)
    # A day with as many sends as expected is judged by itself, unless two weeks with it are what tells.
    told = (downstream < verdicts.expected) | np.isfinite(verdicts.total_sends)
    run_of_days = np.where(told & (verdicts.evidence > 0), chance_of(verdicts.evidence), 1.0)
    few = np.where(surging, few, np.minimum(few, run_of_days))
    verdicts.probability = np.where(np.isnan(verdicts.expected), np.nan, np.clip(few, 0.0, 1.0))
