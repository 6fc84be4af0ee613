"""Measures each candidate hand-over: when the old event fell, how far, and how much of it the new one took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import Counts
from campaign_health.detection.rename.beginnings import Pairs
from campaign_health.detection.rename.hand_over_settings import HandOverSettings

STOP_DAYS = 6  # days ahead over which a stopped event is quiet
LEAST_DUE = 2.0  # expected events without which a silence is none
ALIVE_SHARE = 0.3  # of its usual week: an event above it was still there
PATTERN_PRIOR = 5.0  # events, at most, with which a weekday's factor is drawn towards 1
LEVEL_ERROR = 0.05  # relative error of the former level: events drift
CHANCE_GAP = 3.0  # expected events: a gap or overlap of fewer may be chance
Flags = NDArray[np.bool_]
Columns = NDArray[np.intp]


@dataclass(frozen=True)
class Measures:
    """One value per pair. Columns are columns of the panel; nats and standard errors as named."""

    stop: Columns  # first column on which the old event was down, -1 while it goes on
    lag: Counts  # active days between the beginning and the stop; negative where the old one stopped first
    volume: Counts  # new events over lost events after the change
    volume_noise: Counts  # standard error of its logarithm
    moved: Counts  # share of the old event's expected traffic missing lately
    drop_sigmas: Counts  # how many standard errors the fall is
    silence: Counts  # nats: -log chance of the silence had the old event gone on
    shape: Counts  # nats: the new event follows what the old one lost rather than the project's pattern
    misfit: Counts  # mean squared error, in its variance, of *the new event is the lost part, day for day*
    new_events: Counts  # events of the new name in the compared days
    expected_old: Counts  # events of the old name expected a day
    lost_level: Counts  # events a day that the old name lost
    gradual: Flags
    partial: Flags
    alive_before: Flags  # the old event was there until the change
    alive_again: Flags  # the old event came back later on


@dataclass(frozen=True)
class _Course:
    """Both events of each pair around the beginning of the new one: a row per pair, a column per day of `offsets`.

    `lam` and `seen` are what was due of the old event and what came, 0 before anything may have changed; `new` is what
    came of the new one, `expected` what the old one would have had. `dispersion` is one value per pair.
    """

    offsets: Columns
    lam: Counts
    seen: Counts
    new: Counts
    expected: Counts
    dispersion: Counts


def measure(
    counts: Counts,
    known: Flags,
    level: Counts,
    weekday: Columns,
    pairs: Pairs,
    settings: HandOverSettings,
) -> Measures:
    """All measures of all pairs at once. `level` is the project's level per day, `weekday` each column's weekday."""
    back, ahead = settings.pattern_days, settings.watched_days
    last = counts.shape[1] - 1
    offsets = np.arange(-back, ahead + 1)
    columns = pairs.birth[:, None] + offsets[None, :]
    inside = (columns >= 0) & (columns <= last)
    columns = np.clip(columns, 0, last)
    old, new = counts[pairs.old[:, None], columns], counts[pairs.new[:, None], columns]
    old_known = known[pairs.old[:, None], columns] & inside
    new_known = known[pairs.new[:, None], columns] & inside
    project, day_of_week = level[columns], weekday[columns]

    baseline = _baseline_days(old, old_known, offsets, settings)
    expected, spread, baseline_sum = _expected(old, baseline, project, day_of_week, offsets, settings)
    dispersion = np.maximum(spread, 1.0)

    after = (offsets[None, :] >= -settings.gap_days) & old_known
    lam, seen = np.where(after, expected, 0.0), np.where(after, old, 0.0)
    stop_at, stopped = _stop(seen, lam, after, settings)
    from_stop = offsets[None, :] >= offsets[stop_at][:, None]
    course = _Course(offsets, lam, seen, new, expected, dispersion)
    gradual = stopped & _gradual(course, offsets[stop_at])
    lag = _lag(course, stop_at, stopped, back)

    both = after & new_known & (offsets[None, :] >= 0)
    start = np.where(stopped & ~gradual, np.maximum(offsets[stop_at], 0), 0)
    compared = both & (offsets[None, :] >= start[:, None]) & (offsets[None, :] < start[:, None] + settings.volume_days)
    lost_days = np.where(compared, expected - old, 0.0)
    lost, taken = lost_days.sum(axis=1), np.where(compared, new, 0.0).sum(axis=1)
    compared_expected = np.where(compared, expected, 0.0).sum(axis=1)
    fell = lost > 0.05 * compared_expected  # else nothing was lost: then over what the old event should have had
    volume = np.minimum(taken / np.maximum(np.where(fell, lost, compared_expected), 1e-9), 1e6)
    level_error = LEVEL_ERROR * compared_expected / np.maximum(lost, 1e-9)
    noise = np.sqrt(
        2 * dispersion / np.maximum(lost, 1.0)
        + dispersion / np.maximum(baseline_sum, 1.0)
        + np.minimum(level_error, 2.0) ** 2
    )
    error = np.sqrt(
        dispersion * compared_expected
        + compared_expected**2
        * (dispersion / np.maximum(baseline_sum, 1.0) + 0.05**2 / np.maximum(compared.sum(axis=1), 1))
        + 1e-9
    )
    days = np.maximum(compared.sum(axis=1), 1)
    moved = _missing_lately(seen, lam, both, 7)
    silence = np.where(stopped, np.where(from_stop, lam, 0.0).sum(axis=1) / dispersion, 0.0)
    return Measures(
        stop=np.where(stopped, pairs.birth + offsets[stop_at], -1),
        lag=lag,
        volume=volume,
        volume_noise=noise,
        moved=np.clip(moved, 0.0, 1.0),
        drop_sigmas=lost / error,
        silence=silence,
        shape=_shape(new, expected - old, project, compared, dispersion, baseline_sum),
        misfit=_misfit(new, expected - old, expected, np.minimum(volume, 5.0), both, dispersion),
        new_events=np.where(both, new, 0.0).sum(axis=1),
        expected_old=compared_expected / days,
        lost_level=lost / days,
        gradual=gradual | (~stopped & ~_steady_share(seen, lam, both, offsets)),
        partial=~stopped & _steady_share(seen, lam, both, offsets),
        alive_before=_alive_before(old, expected, old_known, offsets, np.where(stopped, offsets[stop_at], 0)),
        alive_again=stopped & _came_back(counts, known, pairs, offsets, expected, settings),
    )


def _baseline_days(old: Counts, known: Flags, offsets: Columns, settings: HandOverSettings) -> Flags:
    """Days that show the old event's former level: known, since it first happened, before anything changed."""
    begun = np.logical_or.accumulate((old > 0) & known, axis=1)
    usual = known & begun & (offsets[None, :] < -settings.gap_days)
    until_birth = known & begun & (offsets[None, :] < 0)
    return np.where((usual.sum(axis=1) >= 7)[:, None], usual, until_birth)


def _expected(
    old: Counts, baseline: Flags, project: Counts, day_of_week: Columns, offsets: Columns, settings: HandOverSettings
) -> tuple[Counts, Counts, Counts]:
    """Expected old events per day, their variance over their mean, and the events the level rests on."""
    newest = baseline & (offsets[None, :] >= -settings.gap_days - settings.baseline_days)
    few = newest.sum(axis=1) < 7
    newest = np.where(few[:, None], baseline, newest)
    recency = np.where(newest, 0.5 ** (-offsets[None, :] / settings.level_half_life), 0.0)
    level = (old * recency).sum(axis=1) / np.maximum((project * recency).sum(axis=1), 1e-9)
    wide = (old * baseline).sum(axis=1) / np.maximum((project * baseline).sum(axis=1), 1e-9)
    expected = level[:, None] * project
    for weekday in range(7):
        chosen = day_of_week == weekday
        mine = chosen & baseline
        got = (old * mine).sum(axis=1)
        due = wide * (project * mine).sum(axis=1)
        usual = np.minimum(0.5 * wide, PATTERN_PRIOR)
        factor = (got + usual) / np.maximum(due + usual, 1e-9)
        expected = np.where(chosen, expected * factor[:, None], expected)
    residual = np.where(newest, (old - expected) ** 2 / np.maximum(expected, 0.25), 0.0)
    spread = residual.sum(axis=1) / np.maximum(newest.sum(axis=1) - 2, 1)
    return expected, spread, (old * newest).sum(axis=1)


def _stop(seen: Counts, lam: Counts, after: Flags, settings: HandOverSettings) -> tuple[Columns, Flags]:
    """Index of the first day from which on next to nothing came, over the next days and to the end; and whether any."""
    down = after & (seen <= 0.25 * lam + 0.5) & (seen < np.maximum(lam, 0.5))
    for days in (STOP_DAYS, seen.shape[1]):
        rest_seen, rest_due = _ahead(seen, days), _ahead(lam, days)
        down &= (rest_seen <= settings.straggler_share * rest_due + np.where(rest_due > 4, 0.5, 0.0)) & (rest_due > 0)
    down &= _ahead(lam, seen.shape[1]) >= LEAST_DUE
    return np.argmax(down, axis=1), np.asarray(down.any(axis=1))


def _alive_before(old: Counts, expected: Counts, known: Flags, offsets: Columns, end: Columns) -> Flags:
    """Whether the old event was still there in the week before column `end`: it did not stop long before."""
    week = known & (offsets[None, :] >= end[:, None] - 7) & (offsets[None, :] < end[:, None])
    due, got = np.where(week, expected, 0.0).sum(axis=1), np.where(week, old, 0.0).sum(axis=1)
    return np.asarray(got >= ALIVE_SHARE * due)


def _ahead(values: Counts, days: int) -> Counts:
    """Sum of each column and the ones after it, `days` in all."""
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    end = np.minimum(np.arange(values.shape[1]) + days, values.shape[1])
    return sums[:, end] - sums[:, :-1]


def _gradual(course: _Course, stop: Columns) -> Flags:
    """Whether traffic moved over several days: in between, the old event had less, and both together about as much."""
    between = (course.offsets[None, :] >= 0) & (course.offsets[None, :] < stop[:, None]) & (course.lam > 0)
    due, got, begun = (np.where(between, values, 0.0).sum(axis=1) for values in (course.lam, course.seen, course.new))
    lost = due - got
    error = np.sqrt(course.dispersion * np.maximum(due, 1.0))
    sure = (lost > 2.0 * error) & (lost > 0.15 * due)
    level = (lost > 0.07 * due) & (begun > 0.15 * due) & (got + begun < 1.3 * due + 1.5 * error)
    return np.asarray((stop >= 3) & (sure | level))


def _lag(course: _Course, stop_at: Columns, stopped: Flags, birth: int) -> Counts:
    """Active days between beginning and stop: days on which the old event would usually have happened.

    0 where so few events were due in between that their absence (or lateness) may be chance.
    """
    offsets, lam = course.offsets, course.lam
    usual = np.maximum(lam.max(axis=1), 1e-9)[:, None]
    active = lam > 0.25 * usual
    stop = offsets[stop_at][:, None]
    overlapping = (offsets[None, :] >= 0) & (offsets[None, :] < stop)
    missing = (offsets[None, :] < 0) & (offsets[None, :] >= stop)
    overlap, gap = (active & overlapping).sum(axis=1), (active & missing).sum(axis=1)
    both = course.seen[:, birth] + course.new[:, birth]
    shared_day = (both < 1.35 * course.expected[:, birth]) & (overlap >= 1)
    lag = np.where(offsets[stop_at] >= 0, overlap - shared_day, -gap)
    due = np.where(overlapping | missing, lam, 0.0).sum(axis=1) / course.dispersion
    return np.where(stopped & (due > CHANCE_GAP), lag, 0).astype(np.float64)


def _missing_lately(seen: Counts, lam: Counts, both: Flags, days: int) -> Counts:
    """Share of the expected traffic missing over the newest `days` known days after the beginning."""
    newest_first = np.cumsum(both[:, ::-1], axis=1)[:, ::-1]
    recent = both & (newest_first <= days)
    due, got = np.where(recent, lam, 0.0).sum(axis=1), np.where(recent, seen, 0.0).sum(axis=1)
    return np.asarray(1.0 - got / np.maximum(due, 1e-9))


def _steady_share(seen: Counts, lam: Counts, both: Flags, offsets: Columns) -> Flags:
    """Whether the old event lost its share at once and not more and more of it."""
    order = np.cumsum(both, axis=1)
    first = both & (order >= 2) & (order <= 4)
    newest_first = np.cumsum(both[:, ::-1], axis=1)[:, ::-1]
    late = both & (newest_first <= 4) & (order >= 2)
    shares = []
    for chosen in (first, late):
        due, got = np.where(chosen, lam, 0.0).sum(axis=1), np.where(chosen, seen, 0.0).sum(axis=1)
        shares.append(1.0 - got / np.maximum(due, 1e-9))
    enough = both.sum(axis=1) >= 2
    return np.asarray(enough & (shares[1] - shares[0] < 0.15) & (shares[0] >= 0.6 * shares[1]))


def _shape(new: Counts, lost: Counts, project: Counts, compared: Flags, dispersion: Counts, baseline: Counts) -> Counts:
    """Half the log likelihood ratio (normal, over-dispersed): *follows what was lost* or *follows the project*."""
    lost = np.where(compared, np.maximum(lost, 0.0), 0.0)
    mine = np.where(compared, new, 0.0)
    rhythm = np.where(compared, project, 0.0)
    total = mine.sum(axis=1, keepdims=True)
    as_lost = lost * total / np.maximum(lost.sum(axis=1, keepdims=True), 1e-9)
    as_project = rhythm * total / np.maximum(rhythm.sum(axis=1, keepdims=True), 1e-9)
    middle = 0.5 * (as_lost + as_project)
    per_weekday = dispersion / np.maximum(baseline / 7, 1.0)  # how well the weekday pattern is known
    variance = dispersion[:, None] * middle + (0.15**2 + per_weekday[:, None]) * middle**2 + 1.0
    gain = ((mine - as_project) ** 2 - (mine - as_lost) ** 2) / (2.0 * variance)
    return np.asarray(np.clip(0.5 * np.where(compared, gain, 0.0).sum(axis=1), -1.5, 2.0))


def _misfit(new: Counts, lost: Counts, expected: Counts, volume: Counts, days: Flags, dispersion: Counts) -> Counts:
    """Mean squared error of *the new event is the lost part, day for day*, in its variance: about 1 if true."""
    predicted = volume[:, None] * np.where(days, np.maximum(lost, 0.0), 0.0)
    variance = (
        dispersion[:, None] * (predicted + volume[:, None] ** 2 * expected)
        + (0.12 * volume[:, None] * expected) ** 2
        + 1.0
    )
    error = np.where(days, (new - predicted) ** 2 / variance, 0.0)
    return np.asarray(error.sum(axis=1) / np.maximum(days.sum(axis=1), 1))


def _came_back(
    counts: Counts, known: Flags, pairs: Pairs, offsets: Columns, expected: Counts, settings: HandOverSettings
) -> Flags:
    """Whether the old event happens again, in earnest, at the panel's end."""
    usual = expected[:, offsets < 0].mean(axis=1)
    back = np.zeros(len(pairs), dtype=np.bool_)
    for days, share in ((4, 0.35), (14, 1.5 * settings.straggler_share)):
        days_known = known[pairs.old, -days:]
        got = np.where(days_known, counts[pairs.old, -days:], 0.0).sum(axis=1)
        far = pairs.birth + (settings.watched_days if days == 14 else 0) < counts.shape[1] - days
        back |= far & (got > share * usual * days_known.sum(axis=1)) & (got >= 3)
    return back
