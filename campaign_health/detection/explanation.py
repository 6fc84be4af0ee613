"""One pair's verdict of one day as a calculation a person can follow, step by step, with the numbers."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from campaign_health.detection.baseline import Day, Prediction, predict
from campaign_health.detection.delay import delay_shares, remember
from campaign_health.detection.monitor import PanelVerdicts, judge_panel
from campaign_health.detection.panel import State
from campaign_health.detection.settings import DetectorSettings
from campaign_health.detection.verdicts import STATUS_NAMES, Status, rarity, sentence

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


class Step(NamedTuple):
    """One line of the calculation."""

    label: str
    value: float | str | None
    sentence: str


@dataclass(frozen=True)
class Words:
    """What the two counts are called in the sentences."""

    upstream: str = "events"
    downstream: str = "sends"


def explain_day(
    state: State,
    upstream: float | None,
    downstream: float | None,
    day: date,
    *,
    settings: DetectorSettings | None = None,
    words: Words | None = None,
) -> list[Step]:
    """The verdict of `day` from the State of one pair after the day before, as steps from counts to verdict.

    `state` holds exactly one pair and is not changed; None = not collected. Raises ValueError for a state of
    several pairs or one that already knows the day.
    """
    if len(state) != 1:
        raise ValueError(f"one pair is explained at a time; the state holds {len(state)}")
    settings, words = settings or DetectorSettings(), words or Words()
    counts = [np.array([[math.nan if count is None else float(count)]]) for count in (upstream, downstream)]
    verdicts, _ = judge_panel(counts[0], counts[1], day, state=state, settings=settings)
    status = Status(int(verdicts.status[0, 0]))
    low, high, chance = (
        float(array[0, 0]) for array in (verdicts.expected_low, verdicts.expected_high, verdicts.probability)
    )
    said = sentence(status, upstream, downstream, low, high, chance, words.upstream, words.downstream)
    verdict = Step("verdict", STATUS_NAMES[status], said)
    if upstream is None or downstream is None:
        return [
            Step("counts", None, "One of the counts was not collected, so the day is not judged and changes nothing."),
            verdict,
        ]
    seen = _predict(state, counts[0][0], counts[1][0], day, settings)
    return [
        *_expectation(state, seen, upstream, day, settings, words),
        *_comparison(verdicts, seen, upstream, downstream, words),
        *_evidence(verdicts, settings),
        verdict,
    ]


def _predict(
    state: State, upstream: np.ndarray, downstream: np.ndarray, day: date, settings: DetectorSettings
) -> Prediction:
    copy = deepcopy(state)
    gap = np.array([1 if state.last_day is None else (day - state.last_day).days])
    remember(copy, upstream, gap)
    copy.days_since += gap
    known = np.array([True])
    with np.errstate(all="ignore"):
        return predict(copy, Day(upstream, downstream, np.array([day.weekday()]), known, known), settings)


def _expectation(
    state: State, seen: Prediction, upstream: float, day: date, settings: DetectorSettings, words: Words
) -> list[Step]:
    shares = delay_shares(state, settings)[:, 0]
    lags = [int(lag) for lag in np.flatnonzero(shares >= 0.05)]
    named = {0: "the same day", 1: "a day later"}
    spoken = ", ".join(f"{shares[lag]:.0%} {named.get(lag, f'{lag} days later')}" for lag in lags)
    events = float(seen.delayed_events[0])
    factor = float(seen.weekday_factor[0])
    ratio = float(state.ratio_shape[0, 0] / state.ratio_rate[0, 0])
    return [
        Step("upstream", upstream, f"{upstream:,.0f} {words.upstream} on this day."),
        Step(
            "delay",
            spoken,
            f"{words.downstream.capitalize()} come {spoken}: {events:,.1f} {words.upstream} count today.",
        ),
        Step("ratio", ratio, f"So far {ratio:.3f} {words.downstream} came from each of the {words.upstream}."),
        Step("weekday", factor, f"On {WEEKDAYS[day.weekday()]} it is {factor:.2f} times that."),
        Step(
            "expected",
            float(seen.typical[0]),
            f"Together with the other models of a healthy campaign, {seen.typical[0]:,.1f} {words.downstream} "
            "were expected.",
        ),
    ]


def _comparison(
    verdicts: PanelVerdicts, seen: Prediction, upstream: float, downstream: float, words: Words
) -> list[Step]:
    low, high = float(verdicts.expected_low[0, 0]), float(verdicts.expected_high[0, 0])
    if math.isnan(low) or upstream == 0:
        return [Step("range", None, f"Without {words.upstream} there is nothing to expect: the day says nothing.")]
    scatter = math.sqrt(max(float(seen.spread[0]), 0.0))
    chance = float(verdicts.probability[0, 0])
    return [
        Step(
            "range",
            f"{low:,.0f} to {high:,.0f}",
            f"95 of 100 healthy days lie between {low:,.0f} and {high:,.0f} "
            f"(this one scatters by {scatter:.0%} beyond chance).",
        ),
        Step("downstream", downstream, f"{downstream:,.0f} {words.downstream} were seen."),
        Step(
            "probability",
            chance,
            f"A healthy campaign shows so few, on this day or in this run of days, {rarity(chance)}.",
        ),
    ]


def _evidence(verdicts: PanelVerdicts, settings: DetectorSettings) -> list[Step]:
    evidence, needed = float(verdicts.evidence[0, 0]), float(verdicts.threshold[0, 0])
    began = int(verdicts.began[0, 0])
    since = "" if began < 0 else " today" if began == 0 else f" over {began + 1} days"
    kept = float(verdicts.kept[0, 0])
    steps = [
        Step(
            "evidence",
            evidence,
            f"The evidence for a break adds up to {evidence:.1f}{since}; an incident opens at {needed:.1f}. "
            "Each 2.3 more means that a break explains the days ten times better than chance.",
        ),
        Step(
            "budget",
            settings.false_alarm_years,
            f"{needed:.1f} is set by the budget of one false alarm per campaign in "
            f"{settings.false_alarm_years:g} years.",
        ),
    ]
    if not math.isnan(kept):
        steps.append(Step("kept", kept, f"Since it began, {kept:.0%} of what was expected came."))
    return steps
