"""Whether an event itself fell to nothing, against its own history and against the rest of its project.

Each event has a level, a weekday pattern, a spread beyond chance and a habit: how often a silent day follows a
busy one, and a silent day a silent one (a Markov chain of order one, as for dry and wet days: Gabriel and Neumann
1962). A silent run's evidence is the sum of -ln P(silent day | healthy); it opens a loss at the same budget as every
other alarm. What all events of the project do together on a day (an outage, a holiday) scales the expectation first.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.detector_settings import DetectorSettings, chance_of
from campaign_health.detection.pair.memory import Memory
from campaign_health.detection.pair.ranges import probability_of_few, probable_range

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
MEMORY = 28.0  # days over which the level and spread follow the event
WEEKS = 6.0  # weeks over which the weekday pattern follows
ESTABLISHED = 14  # days with the event before it can be lost
FIRST_SILENT = (0.05, 10.0)  # silent days after busy ones, busy days: known of an event before anything is
NEXT_SILENT = (0.05, 1.0)  # silent days after silent ones, silent days
STRANGE = 2.0  # nats of silence from which on the days teach the level nothing more
STEADY_EVENTS = 5  # events the project's common level needs at least
OUTAGE = 0.1  # of its usual level: below it the whole project is down and no event is judged
SILENT_SHARE = 0.03  # of the expectation: so little is as good as nothing
ALIVE_SHARE = 0.1  # of the events: while so many go on, those that stopped stopped alone
QUIET_WEEKDAY = (0.8, 2.0, 1.0)  # share of its days silent, of at least so many, at so many events a day
BACK_SHARE = 0.5  # of the expectation: less is not back, or not before
BACK_DAYS = 28.0  # days on which the event has happened again


@dataclass
class EventState(Memory):
    """What is known of each event after its last day; one event per last index."""

    VERSION: ClassVar[int] = 2
    level: FloatArray
    seen: FloatArray  # days observed since the event began
    busy: FloatArray  # of them with the event
    weekday: FloatArray  # [7, events] factor
    weekday_seen: FloatArray
    spread: FloatArray
    first_silent: FloatArray
    first_days: FloatArray
    next_silent: FloatArray
    next_days: FloatArray
    run: FloatArray  # silent days observed so far in the present run
    run_age: FloatArray  # calendar days since the run began, -1 none
    evidence: FloatArray
    lost: NDArray[np.bool_]
    back: FloatArray  # nats that a lost event is back
    back_count: FloatArray  # events since it is
    back_expected: FloatArray
    back_days: FloatArray
    weekday_silent: FloatArray  # [7, events] share of its days on which nothing happened

    @classmethod
    def fresh(cls, events: int) -> Self:
        """The state of events nothing is known of."""
        zero = np.zeros(events)
        return cls(
            None, zero.copy(), zero.copy(), zero.copy(), np.ones((7, events)), np.zeros((7, events)), zero + 0.3,
            zero.copy(), zero.copy(), zero.copy(), zero.copy(), zero.copy(), zero - 1.0, zero.copy(),
            np.zeros(events, dtype=bool), zero.copy(), zero.copy(), zero.copy(), zero.copy(), np.zeros((7, events)),
        )  # fmt: skip

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> EventState:
        """The state of some events, in the order asked for; row -1 is an event nothing is known of."""
        return self._taken(rows, EventState.fresh(1))


@dataclass
class EventVerdicts:
    """What was found, every array `[events, days]`, but `project` `[days]`."""

    lost: BoolArray
    expected: FloatArray  # NaN where not judged
    expected_low: FloatArray
    expected_high: FloatArray
    probability: FloatArray  # that a healthy event is as quiet as this
    evidence: FloatArray  # nats
    threshold: FloatArray  # nats
    began: NDArray[np.int32]  # days before this one on which the silence began, -1 none
    volume_down: BoolArray  # below its own range, but not lost
    project: FloatArray  # the project's common level, 1 = usual


def judge_event_panel(
    counts: FloatArray,
    first_day: date,
    *,
    state: EventState | None = None,
    settings: DetectorSettings | None = None,
    against_project: bool = True,
) -> tuple[EventVerdicts, EventState]:
    """Judges every event of one project on every day, from that day and the days before it.

    `counts` is `[events, days]` of consecutive calendar days from `first_day`, NaN = not collected or not begun.
    Returns the verdicts and the EventState after the last day; the given state is not changed.
    """
    settings = settings or DetectorSettings()
    counts = np.asarray(counts, dtype=np.float64)
    events, days = counts.shape
    state = EventState.fresh(events) if state is None else deepcopy(state)
    gaps = np.ones((events, days), dtype=np.int64)
    if state.last_day is not None and days:
        passed = (first_day - state.last_day).days
        if passed < 1:
            raise ValueError(f"the state already knows {state.last_day}, which is not before {first_day}")
        gaps[:, 0] = passed
    weekdays = np.broadcast_to((first_day.weekday() + np.arange(days)) % 7, (events, days))
    verdicts = run_events(state, counts, weekdays, gaps, settings.threshold, against_project=against_project)
    if days:
        state.last_day = first_day + timedelta(days=days - 1)
    return verdicts, state


def run_events(
    state: EventState,
    counts: FloatArray,
    weekdays: NDArray[np.int64],
    gaps: NDArray[np.int64],
    threshold: float,
    *,
    against_project: bool,
) -> EventVerdicts:
    """The loop over columns; `weekdays` and `gaps` are `[events, columns]`. Moves `state` on in place."""
    shape = counts.shape
    mean = np.full(shape, np.nan)
    spread = np.zeros(shape)
    found = EventVerdicts(
        np.zeros(shape, dtype=bool), mean, mean, mean, mean, np.zeros(shape), np.full(shape, threshold),
        np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=bool), np.ones(shape[1]),
    )  # fmt: skip
    pair = np.arange(shape[0])
    with np.errstate(all="ignore"):
        for column in range(shape[1]):
            count, weekday = counts[:, column], weekdays[:, column]
            expected = state.level * state.weekday[weekday, pair]
            common = _common_level(state, count, expected) if against_project else 1.0
            found.project[column] = common
            judged = ~np.isnan(count) & (common > OUTAGE)
            scaled = expected * min(common, 1.0)
            state.run_age[:] = np.where(state.run_age >= 0, state.run_age + gaps[:, column], state.run_age)
            telling = judged & ~_quiet_weekday(state, weekday, pair)
            spread[:, column] = _judge_day(state, np.where(judged, count, 0.0), scaled, telling, threshold)
            _learn_day(state, np.where(judged, count, 0.0), scaled, weekday, judged)
            found.lost[:, column] = state.lost
            found.expected[:, column] = np.where(judged, scaled, np.nan)
            found.evidence[:, column] = state.evidence
            found.began[:, column] = state.run_age
        found.expected_low, found.expected_high = probable_range(found.expected, spread)
        few = probability_of_few(counts, found.expected, spread)
        few = np.minimum(few, np.where(found.evidence > 0, chance_of(found.evidence), 1.0))
        found.probability = np.where(np.isnan(found.expected), np.nan, few)
        found.volume_down = ~found.lost & (counts < found.expected_low)
    return found


def _common_level(state: EventState, count: FloatArray, expected: FloatArray) -> float:
    """The median of seen / expected over the established events: what the whole project did that day.

    Events that stopped are left out as long as enough others go on: what stops alone is no outage, however many stop.
    """
    asked = (state.busy >= ESTABLISHED) & ~state.lost & (expected >= 5.0) & ~np.isnan(count) & (state.run <= 1)
    if asked.sum() < STEADY_EVENTS:
        return 1.0
    kept = count[asked] / expected[asked]
    alive = kept > SILENT_SHARE
    return float(np.median(kept[alive] if alive.sum() >= ALIVE_SHARE * len(kept) else kept))


def _quiet_weekday(state: EventState, weekday: NDArray[np.int64], pair: NDArray[np.int64]) -> BoolArray:
    """Events that never happen on this weekday: its silence says nothing of a loss, nor of a habit."""
    share, times, level = QUIET_WEEKDAY
    quiet = (state.weekday_silent[weekday, pair] >= share) & (state.weekday_seen[weekday, pair] >= times)
    return np.asarray(quiet & (state.level >= level))


def _judge_day(
    state: EventState, count: FloatArray, expected: FloatArray, judged: BoolArray, threshold: float
) -> FloatArray:
    """Adds the day to the silent run or ends it, and opens or closes the loss, in place; the spread used."""
    spread = np.maximum(state.spread, 0.02) + 1.0 / np.maximum(state.level * np.minimum(state.seen, MEMORY), 1.0)
    silent = judged & (count <= SILENT_SHARE * expected) & (state.busy > 0)
    ended = judged & ~silent & (state.run > 0)
    _learn_habit(state, ended, judged & ~silent)
    chance = probability_of_few(count, expected, spread)
    first = (FIRST_SILENT[0] + state.first_silent) / (FIRST_SILENT[1] + state.first_days)
    following = (NEXT_SILENT[0] + state.next_silent) / (NEXT_SILENT[1] + state.next_days)
    habit = np.minimum(np.where(state.run > 0, following, first), 1.0)
    nats = -np.log(np.maximum(chance + (1.0 - chance) * habit, 1e-300))
    state.run += silent
    state.run_age[:] = np.where(silent & (state.run_age < 0), 0.0, state.run_age)
    state.evidence[:] = np.where(silent, state.evidence + nats, state.evidence)
    # back: counts that a lost event does not show, until it is sure
    gain = np.where(silent, 0.0, count * np.log(1.0 / SILENT_SHARE) - np.log1p(spread * expected) / spread)
    gain = np.where(judged, gain, 0.0)
    state.back[:] = np.where(state.lost, np.clip(state.back + gain, 0.0, 50.0), 0.0)
    since = state.back > 0
    for total, today in ((state.back_count, count), (state.back_expected, expected), (state.back_days, 1.0)):
        total[:] = np.where(since, total + np.where(judged, today, 0.0), 0.0)
    # At least half of a usual day's: on a day that hardly brings any, two stragglers are all that is expected.
    due = np.maximum(state.back_expected, state.level)
    enough = (state.back_count >= BACK_SHARE * due) | (state.back_days >= BACK_DAYS)
    over = (ended & ~state.lost) | (state.lost & (state.back >= 4.6) & enough)
    state.evidence[:] = np.where(over, 0.0, state.evidence)
    state.run[:] = np.where(ended, 0.0, state.run)
    state.run_age[:] = np.where(over, -1.0, state.run_age)
    state.lost &= ~over
    state.lost |= silent & (state.busy >= ESTABLISHED) & (state.evidence >= threshold)
    return spread


def _learn_habit(state: EventState, ended: BoolArray, busy: BoolArray) -> None:
    """A silent run that ended by itself is a habit of the event, once its weekdays are known."""
    ended, busy = ended & (state.seen > 14), busy & (state.seen > 14)
    fade = np.where(busy, 1.0 - 1.0 / 365.0, 1.0)
    state.first_silent[:] = state.first_silent * fade + ended
    state.first_days[:] = state.first_days * fade + busy
    state.next_silent[:] = state.next_silent * fade + np.where(ended, state.run - 1.0, 0.0)
    state.next_days[:] = state.next_days * fade + np.where(ended, state.run, 0.0)


def _learn_day(
    state: EventState, count: FloatArray, expected: FloatArray, weekday: NDArray[np.int64], judged: BoolArray
) -> None:
    pair = np.arange(len(state))
    state.seen += judged & ((state.seen > 0) | (count > 0))
    state.busy += judged & (count > 0)
    live = judged & (state.seen > 0) & ((state.evidence < STRANGE) | (state.busy < ESTABLISHED)) & ~state.lost
    factor = state.weekday[weekday, pair]
    scale = np.where(state.level > 0, expected / np.maximum(state.level * factor, 1e-9), 1.0)
    plain = count / np.maximum(factor * scale, 1e-3)
    plain = np.where(state.seen > 7, np.minimum(plain, 5.0 * state.level + 10.0), plain)
    gain = np.where(live, np.maximum(1.0 / np.maximum(state.seen, 1.0), 1.0 / MEMORY), 0.0)
    error = np.minimum(((count - expected) ** 2 - expected) / np.maximum(expected, 0.5) ** 2, 9.0)
    state.spread += np.where(state.seen > 14, gain * (error - state.spread), 0.0)
    state.level += gain * (plain - state.level)
    relative = np.clip(count / np.maximum(state.level * scale, 1e-9), 0.0, 5.0)
    trust = np.where(live & (state.seen > 1), state.level / (state.level + 1.0), 0.0)
    pace = trust * np.maximum(1.0 / (state.weekday_seen[weekday, pair] + 2.0), 1.0 / WEEKS)
    state.weekday[weekday, pair] = np.maximum(factor + pace * (relative - factor), 0.02)
    state.weekday_seen[weekday, pair] += live
    share = state.weekday_silent[weekday, pair]
    nothing = np.where(count <= SILENT_SHARE * state.level, 1.0, 0.0)
    pace = np.where(live, np.maximum(1.0 / np.maximum(state.weekday_seen[weekday, pair], 1.0), 1.0 / WEEKS), 0.0)
    state.weekday_silent[weekday, pair] = share + pace * (nothing - share)
