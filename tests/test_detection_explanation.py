"""A verdict can be followed step by step and said in one sentence."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pytest

from campaign_health.detection.explain.explanation import Budget, PairsDay, Words, explain_pair
from campaign_health.detection.pair.monitor import judge_panel
from campaign_health.detection.pair.panel import State
from campaign_health.words.numbers import how_rare, span
from tests.explanation_cast import explain_day

MONDAY = date(2026, 1, 5)
DAYS = 60


def one_pair() -> State:
    random = np.random.default_rng(1)
    events = random.poisson(100, (1, DAYS))
    return judge_panel(events.astype(float), random.binomial(events, 0.6).astype(float), MONDAY)[1]


def test_the_steps_lead_from_the_counts_to_the_verdict() -> None:
    steps = {step.label: step for step in explain_day(one_pair(), 118, 0, MONDAY + timedelta(days=DAYS))}
    assert next(iter(steps)) == "upstream"
    assert list(steps)[-1] == "verdict"
    assert steps["verdict"].value == "silent"
    ratio, factor, expected = (steps[label].value for label in ("ratio", "weekday", "expected"))
    assert ratio * factor * 118 == pytest.approx(expected, rel=0.1)
    assert steps["evidence"].value >= 1
    assert "an incident opens at" in steps["evidence"].sentence
    assert "one false alarm per campaign in 8 years" in steps["budget"].sentence
    assert "the same day" in steps["delay"].sentence


def test_the_explained_verdict_is_the_judged_one() -> None:
    state = one_pair()
    day = MONDAY + timedelta(days=DAYS)
    verdicts, _ = judge_panel(np.array([[118.0]]), np.array([[64.0]]), day, state=state)
    steps = {step.label: step.value for step in explain_day(state, 118, 64, day)}
    assert steps["expected"] == pytest.approx(verdicts.expected[0, 0])
    assert steps["verdict"] == "healthy"


def test_a_day_that_was_not_collected_says_so() -> None:
    steps = explain_day(one_pair(), None, 3, MONDAY + timedelta(days=DAYS))
    assert [step.label for step in steps] == ["counts", "verdict"]
    assert steps[-1].value == "not_collected"


def test_the_words_fit_the_stage() -> None:
    words = Words("journey started", "journeys started", "journey activated", "journeys activated")
    said = " ".join(
        step.sentence for step in explain_day(one_pair(), 90, 0, MONDAY + timedelta(days=DAYS), words=words)
    )
    assert "journeys activated" in said
    assert "sends" not in said


def test_the_verdict_of_a_pair_is_one_sentence_with_numbers() -> None:
    state, day = one_pair(), MONDAY + timedelta(days=DAYS)
    assert re.fullmatch(
        r"0 sends for 118 events; \d+ to \d+ were expected; by accident this happens about once in \d+ years\.",
        explain_day(state, 118, 0, day)[-1].sentence,
    )
    fell = explain_day(state, 1, 1, day)[-1].sentence
    assert fell == "1 send for 1 event; 0 to 4 were expected; the events themselves fell, and the sends with them."
    assert explain_day(state, None, 4, day)[-1].sentence.endswith("so nothing can be said.")
    fresh = judge_panel(np.array([[2.0]]), np.array([[1.0]]), MONDAY)[1]
    learning = explain_day(fresh, 2, 0, MONDAY + timedelta(days=1))[-1]
    assert (learning.value, learning.sentence) == ("learning", "0 sends for 2 events; too little history yet.")


def test_the_budget_is_said_as_the_user_set_it() -> None:
    state, day = one_pair(), MONDAY + timedelta(days=DAYS)
    one = np.array([90.0])
    steps = {step.label: step for step in explain_pair(state, 0, PairsDay(day, one, one / 2), budget=Budget(8, 4))}
    assert "one false alarm per campaign in 8 years, shared among the 4 links" in steps["budget"].sentence
    assert steps["budget"].value == 8


def test_a_dip_that_all_share_is_named_and_taken_off_the_expectation() -> None:
    random = np.random.default_rng(1)
    events = random.poisson(100, (7, DAYS + 1))
    sends = random.binomial(events, 0.8)
    sends[:, DAYS] = np.round(sends[:, DAYS] * 0.7)
    state = judge_panel(events[:, :DAYS], sends[:, :DAYS], MONDAY, shared_dip=True)[1]
    today, day = (events[:, DAYS].astype(float), sends[:, DAYS].astype(float)), MONDAY + timedelta(days=DAYS)
    judged, _ = judge_panel(events[:, DAYS:], sends[:, DAYS:], day, state=state, shared_dip=True)
    for row in range(7):
        steps = {step.label: step for step in explain_pair(state, row, PairsDay(day, *today, shared_dip=True))}
        assert steps["dip"].value == pytest.approx(0.7, abs=0.05)
        assert steps["expected"].value == pytest.approx(judged.expected[row, 0])
        assert steps["range"].value == span(judged.expected_low[row, 0], judged.expected_high[row, 0])


def test_how_rare_is_said_alike_in_verdict_and_calculation() -> None:
    steps = {step.label: step for step in explain_day(one_pair(), 118, 0, MONDAY + timedelta(days=DAYS))}
    assert how_rare(1 / 365.25 / 25) == "about once in 25 years"
    rare = how_rare(steps["probability"].value)
    assert steps["probability"].sentence.endswith(f"{rare}.")
    assert steps["verdict"].sentence.endswith(f"by accident this happens {rare}.")


def test_ratio_and_weekday_are_those_of_the_days_before() -> None:
    chance = np.random.default_rng(3)
    weekly = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.5])
    events = chance.poisson(np.tile(weekly * 300, 20)[None, :])
    sends = chance.binomial(events, np.tile(0.8 * np.array([1.2, 1.0, 1.0, 1.0, 1.0, 0.8, 0.8]), 20)[None, :])
    _, state = judge_panel(events, sends, MONDAY)
    day = MONDAY + timedelta(days=events.shape[1])
    steps = {step.label: step.value for step in explain_day(state, 390, 374, day)}
    overall = sends[0].sum() / events[0].sum()
    assert steps["ratio"] == pytest.approx(overall, rel=0.08)
    mondays = sends[0, ::7].sum() / events[0, ::7].sum()
    assert steps["ratio"] * steps["weekday"] == pytest.approx(mondays, rel=0.05)
