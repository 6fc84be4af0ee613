"""One pair's verdict of one day as a calculation a person can follow, step by step, with the numbers."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.baseline import Prediction, weekday_factors
from campaign_health.detection.pair.delay import delay_shares
from campaign_health.detection.pair.detector_settings import DAYS_PER_YEAR, DetectorSettings
from campaign_health.detection.pair.fortnight import scatters
from campaign_health.detection.pair.monitor import Considered, PanelCounts, PanelVerdicts, consider, judge_panel
from campaign_health.detection.pair.panel import State
from campaign_health.detection.pair.verdicts import STATUS_NAMES, Status
from campaign_health.words.missing import missing_sentence
from campaign_health.words.numbers import count, how_rare, plural, share_text, span
from campaign_health.words.sentences import verdict_sentence
from campaign_health.words.status_words import STATUS_WORDS

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


class Step(NamedTuple):
    """One line of the calculation."""

    label: str
    value: float | str | None
    sentence: str


@dataclass(frozen=True)
class Words:
    """What the two counts are called in the sentences, one of them and many."""

    one_upstream: str = "event"
    upstream: str = "events"
    one_downstream: str = "send"
    downstream: str = "sends"

    def seen(self, upstream: float, downstream: float) -> str:
        """Both counts: `0 sends for 118 events`."""
        return (
            f"{plural(downstream, self.one_downstream, self.downstream)} for "
            f"{plural(upstream, self.one_upstream, self.upstream)}"
        )


@dataclass(frozen=True)
class Budget:
    """What the false-alarm budget is called in the sentences: the user's own years, shared among so many links."""

    years: float
    shared_by: int = 1

    @property
    def chance(self) -> float:
        """The probability on one day of what is just rare enough for an alarm."""
        return 1.0 / (DAYS_PER_YEAR * self.years)

    def step(self, needed: float) -> Step:
        """The line that says where the threshold comes from."""
        shared = f", shared among the {self.shared_by} links that are watched" if self.shared_by > 1 else ""
        return Step(
            "budget",
            self.years,
            f"{needed:.1f} is set by the budget of one false alarm per campaign in {self.years:g} years{shared}.",
        )


@dataclass(frozen=True)
class PairsDay:
    """One day's counts of all pairs, NaN = not collected, and whether each campaign was not running (None: all were).

    `shared_dip`: a dip of the ratio that most pairs share is taken off.
    """

    day: date
    upstream: FloatArray
    downstream: FloatArray
    not_running: BoolArray | None = None
    shared_dip: bool = False


def explain_pair(
    state: State,
    row: int,
    counts: PairsDay,
    *,
    settings: DetectorSettings | None = None,
    words: Words | None = None,
    budget: Budget | None = None,
    rarest: float | None = None,
) -> list[Step]:
    """The same of one of several pairs, `row`, judged among the others. `rarest`: how improbable its incident is."""
    settings, words = settings or DetectorSettings(), words or Words()
    upstream, downstream = counts.upstream, counts.downstream
    off = None if counts.not_running is None else counts.not_running[:, None]
    verdicts, after = judge_panel(
        upstream[:, None], downstream[:, None], counts.day, state=state, settings=settings, not_running=off,
        shared_dip=counts.shared_dip,
    )  # fmt: skip
    verdicts = verdicts.rows(np.array([row]))
    budget = budget or Budget(settings.false_alarm_years)
    _let_budget_speak(verdicts, budget, rarest)
    seen_up, seen_down = (None if math.isnan(part[row]) else float(part[row]) for part in (upstream, downstream))
    status = Status(int(verdicts.status[0, 0]))
    if seen_up is None or seen_down is None:
        unseen = Status.NOT_COLLECTED
        if status == Status.NOT_RUNNING:
            off_day = "It was not running, so nothing is expected, and the day changes nothing."
            return [Step("counts", None, off_day), Step("verdict", STATUS_NAMES[status], "Not running.")]
        return [
            Step("counts", None, "One of the counts was not collected, so the day is not judged and changes nothing."),
            Step("verdict", STATUS_NAMES[status], STATUS_WORDS[STATUS_NAMES[unseen]].meaning),
        ]
    now = _considered(state, counts, settings)
    seen = now.seen
    return [
        *_expectation(state, seen, row, seen_up, counts.day, settings, words),
        *_comparison(verdicts, float(seen.spread[row]), (seen_up, seen_down), words, budget),
        *(
            [_surge(float(after.surge[row]), settings, words)]
            if status == Status.SURGING
            else [*_two_weeks(state, now, row, settings, words), *_evidence(verdicts, budget)]
        ),
        Step("verdict", STATUS_NAMES[status], _verdict_sentence(verdicts, counts.day, (seen_up, seen_down), words)),
    ]


def _let_budget_speak(verdicts: PanelVerdicts, budget: Budget, rarest: float | None) -> None:
    """How rare the day is for the whole campaign, whose links share the budget: as an open incident is. In place."""
    chance = np.minimum(verdicts.probability * budget.shared_by, 1.0)
    chance = np.minimum(chance, budget.chance) if verdicts.alert[0, 0] else np.maximum(chance, budget.chance)
    if verdicts.alert[0, 0] and rarest is not None:
        chance = np.minimum(chance, rarest)
    verdicts.probability = np.where(verdicts.status == Status.SURGING, verdicts.probability, chance)


def _verdict_sentence(verdicts: PanelVerdicts, day: date, seen: tuple[float, float], words: Words) -> str:
    status = Status(int(verdicts.status[0, 0]))
    if np.isfinite(verdicts.total_sends[0, 0]):
        totals = float(verdicts.total_sends[0, 0]), float(verdicts.total_expected[0, 0])
        began = day - timedelta(days=int(verdicts.began[0, 0]))
        return missing_sentence(words.downstream, *totals, began, day, float(verdicts.probability[0, 0]))
    low, high, chance = (
        None if math.isnan(array[0, 0]) else float(array[0, 0])
        for array in (verdicts.expected_low, verdicts.expected_high, verdicts.probability)
    )
    fell = f"the {words.upstream} themselves fell, and the {words.downstream} with them"
    where = fell if status == Status.VOLUME_DOWN else ""
    within = bool(verdicts.alert[0, 0]) and low is not None and seen[1] >= low
    return verdict_sentence(STATUS_NAMES[status], words.seen(*seen), low, high, chance, where, within=within)


def _considered(state: State, counts: PairsDay, settings: DetectorSettings) -> Considered:
    column = PanelCounts(
        counts.upstream[:, None],
        counts.downstream[:, None],
        np.full((len(state), 1), counts.day.weekday()),
        np.full((len(state), 1), 1 if state.last_day is None else (counts.day - state.last_day).days),
        None if counts.not_running is None else counts.not_running[:, None],
    )
    with np.errstate(all="ignore"):
        return consider(deepcopy(state), column, 0, settings, shared_dip=counts.shared_dip)


def _expectation(
    state: State, seen: Prediction, row: int, upstream: float, day: date, settings: DetectorSettings, words: Words
) -> list[Step]:
    shares = delay_shares(state, settings)[:, row]
    lags = [int(lag) for lag in np.flatnonzero(shares >= 0.05)]
    named = {0: "the same day", 1: "a day later"}
    spoken = ", ".join(f"{share_text(shares[lag])} {named.get(lag, f'{lag} days later')}" for lag in lags)
    events = float(seen.delayed_events[row])
    factors, known = weekday_factors(state, settings)[:, row], state.weekday_weight[:, row]
    # Ratio and weekday are learned as a product: shown are a ratio that is the week's and weekdays that even out.
    week = float(np.average(factors, weights=known)) if known.sum() > 0 else 1.0
    ratio = float(state.ratio_shape[0, row] / state.ratio_rate[0, row]) * week
    factor = float(seen.weekday_factor[row]) / week
    return [
        Step("upstream", upstream, f"{plural(upstream, words.one_upstream, words.upstream)} on this day."),
        Step(
            "delay",
            spoken,
            f"{words.downstream.capitalize()} come {spoken}: {events:,.1f} {words.upstream} count today.",
        ),
        Step("ratio", ratio, f"So far {ratio:.3f} {words.downstream} came from each of the {words.upstream}."),
        Step("weekday", factor, _weekday_words(day, factor, words, at_rest=bool(seen.at_rest[row]))),
        *_dip(seen.dip, words),
        Step(
            "expected",
            float(seen.typical[row]),
            f"So {seen.typical[row]:,.1f} {words.downstream} were expected (what changed lately by itself is allowed "
            "for, and that they need not rise and fall quite as the events do).",
        ),
    ]


def _weekday_words(day: date, factor: float, words: Words, *, at_rest: bool) -> str:
    weekday = WEEKDAYS[day.weekday()]
    if at_rest:
        return f"It has had no {words.downstream} on {weekday} so far: next to none are expected, and none say nothing."
    return f"On {weekday} it usually is {factor:.2f} times that."


def _dip(dip: float, words: Words) -> list[Step]:
    if dip == 1.0:
        return []
    return [
        Step(
            "dip",
            dip,
            f"All campaigns together had {share_text(dip)} of their usual {words.downstream} on this day: that is no "
            "one's own break, and as much is taken off.",
        )
    ]


def _comparison(
    verdicts: PanelVerdicts, spread: float, counts: tuple[float, float], words: Words, budget: Budget
) -> list[Step]:
    (upstream, downstream), low = counts, float(verdicts.expected_low[0, 0])
    high = float(verdicts.expected_high[0, 0])
    if math.isnan(low) or upstream == 0:
        return [Step("range", None, f"Without {words.upstream} there is nothing to expect: the day says nothing.")]
    scatter = math.sqrt(max(spread, 0.0))
    beyond = f"; this one's days scatter by {share_text(scatter)} beyond chance" if scatter >= 0.005 else ""
    were = "was" if round(downstream) == 1 else "were"
    steps = [
        Step("range", span(low, high), f"95 of 100 healthy days lie within {span(low, high)}{beyond}."),
        Step("downstream", downstream, f"{plural(downstream, words.one_downstream, words.downstream)} {were} seen."),
    ]
    chance = float(verdicts.probability[0, 0])
    if int(verdicts.status[0, 0]) == Status.SURGING:
        said = f"A healthy campaign shows so many on a single day {how_rare(chance)}."
        steps.append(Step("probability", chance, said))
    elif downstream < low or verdicts.alert[0, 0]:
        often, is_calm = how_rare(chance), not verdicts.alert[0, 0] and chance == budget.chance
        often = f"oftener than {often.removeprefix('about ')}: not enough for an alarm" if is_calm else often
        said = f"A healthy campaign shows so few, on this day or in this run of days, {often}."
        steps.append(Step("probability", chance, said))
    return steps


def _surge(evidence: float, settings: DetectorSettings, words: Words) -> Step:
    said = f"The evidence that {settings.surge_factor:g} times as many {words.downstream} come as the {words.upstream} "
    said += f"explain adds up to {evidence:.1f}; it is said at {settings.threshold:.1f}, and never raises an alarm."
    return Step("surge", evidence, said)


def _two_weeks(state: State, now: Considered, row: int, settings: DetectorSettings, words: Words) -> list[Step]:
    """The last fourteen days together; nothing where they are not judged yet, or while an incident is open."""
    if state.incident[row] or not now.day.judged[row] or state.fortnight_days[row] + 1 < settings.fortnight_least:
        return []
    sends, expected, evidence = (float(getattr(now.fortnight, n)[row]) for n in ("sends", "expected", "evidence"))
    scatter = float(scatters(state, settings)[0, row])
    said = (
        f"The last 14 days with {words.upstream} together: "
        f"{plural(sends, words.one_downstream, words.downstream)}, where about "
        f"{count(expected)} were expected at the ratio of the weeks before; this one's totals of 14 days scatter by "
        f"{share_text(scatter)} beyond chance."
    )
    if evidence <= 0:
        return [Step("two weeks", 0.0, f"{said} That is no evidence for a break.")]
    daily = float(now.proof.daily[row])
    both = 0.5 * (daily + evidence)
    return [
        Step("two weeks", evidence, f"{said} The evidence that a share of them is gone is {evidence:.1f}."),
        Step(
            "together",
            both,
            f"The mean of this and of the days' own evidence, {daily:.1f}, is {both:.1f}; it counts where the days "
            "alone do not open an incident and it does.",
        ),
    ]


def _evidence(verdicts: PanelVerdicts, budget: Budget) -> list[Step]:
    evidence, needed = float(verdicts.evidence[0, 0]), float(verdicts.threshold[0, 0])
    began = int(verdicts.began[0, 0])
    since = "" if began < 0 else " today" if began == 0 else f" over {began + 1} days"
    kept = float(verdicts.kept[0, 0])
    stays = bool(verdicts.alert[0, 0]) and evidence < needed
    held = ", and the one that is open stays until enough comes again" if stays else ""
    said = (
        f"The evidence for a break adds up to {evidence:.1f}{since}; an incident opens at {needed:.1f}{held}. "
        "With every 2.3 a break explains the days ten times better than chance does."
    )
    steps = [Step("evidence", evidence, said), budget.step(needed)]
    if not math.isnan(kept):
        steps.append(Step("kept", kept, f"Since it began, {share_text(kept)} of what was expected came."))
    return steps
