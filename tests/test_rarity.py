"""How rare a break is said to be never contradicts the budget of false alarms, nor what was said of it before."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pytest

from campaign_health.detection.event.event_history import judge_event_panel
from campaign_health.detection.explain.explanation import Words
from campaign_health.detection.pair.detector_settings import DAYS_PER_YEAR, DetectorSettings
from campaign_health.detection.pair.monitor import judge_panel
from campaign_health.judge.explain.explained import LinkDay
from campaign_health.judge.explain.explaining_links import say_link
from campaign_health.words.numbers import how_rare
from campaign_health.words.sentences import seen_sentence
from tests.explanation_cast import explain_day
from tests.judge_cast import World, broken, day, morning_after, steady
from tests.status_world import collected, run

DAYS, BREAK = 75, 50
YEARS = re.compile(r"about once in (\d+) years|about once in (\d+) days|(less than) once")


def years_said(text: str) -> float:
    """The years of the one `once in …` of a text."""
    (found,) = YEARS.findall(text)
    return float(found[0]) if found[0] else float(found[1]) / DAYS_PER_YEAR if found[1] else 100.0


@pytest.mark.parametrize("years", [1.0, 8.0, 30.0])
def test_what_just_passes_the_threshold_is_as_rare_as_the_budget_says(years: float) -> None:
    settings = DetectorSettings(false_alarm_years=years)
    chance = np.random.default_rng(3)
    events = chance.poisson(40.0, (60, 220)).astype(float)
    sends = chance.binomial(events.astype(int), 0.8).astype(float)
    sends[:, 150:] = chance.binomial(sends[:, 150:].astype(int), 0.72)
    found, _ = judge_panel(events, sends, date(2026, 1, 1), settings=settings)
    opening = found.alert & ~np.hstack([np.zeros((60, 1), dtype=bool), found.alert[:, :-1]])
    below = opening & (sends < found.expected)
    assert below.sum() > 10
    assert (found.probability[below] <= 1.001 / (DAYS_PER_YEAR * years)).all()
    assert how_rare(1 / (DAYS_PER_YEAR * 8)) == "about once in 8 years"


def test_a_lost_event_is_as_rare_as_the_budget_says_at_least() -> None:
    counts = np.random.default_rng(5).poisson(3.0, (40, 160)).astype(float)
    counts[:20, 120:] = 0
    found, _ = judge_event_panel(counts, date(2026, 1, 1))
    assert found.lost[:, 120:].any()
    assert (found.probability[found.lost & (counts == 0)] <= 1.001 / (DAYS_PER_YEAR * 8)).all()


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str, float, dict[str, object]]]:
    """What is said each morning of a loss of two fifths: the day, its summary, its probability, what `explain` says."""
    world = World(
        tmp_path_factory.mktemp("lives"),
        [steady(1, DAYS), broken(steady(2, DAYS), BREAK, keep=0.6), steady(3, DAYS)],
    )
    (world.directory / "manifest.yaml").write_text("version: 1\n")
    told = []
    for last in range(BREAK, BREAK + 13):
        world.collect(0 if last == BREAK else last - 7, last)
        collected(world)
        assert run(world, "judge", now=morning_after(last)).exit_code == 0
        rows = world.rows("SELECT summary FROM incident WHERE status = 'open' AND campaign_id = 2")
        if rows:
            ((chance,),) = world.rows("SELECT probability FROM verdict WHERE campaign_id = 2 AND day = ?", day(last))
            found = json.loads(run(world, "explain", "2", "--json", now=morning_after(last)).stdout)
            told.append((last, str(rows[0][0]), float(chance), found))
    return told


@pytest.mark.slow("mornings of incidents")
def test_no_morning_of_an_incident_is_said_to_be_commoner_than_the_budget_or_than_the_morning_before(
    lives: list[tuple[int, str, float, dict[str, object]]],
) -> None:
    assert len(lives) > 8
    chances = [chance for _, _, chance, _ in lives]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] <= 1.001 / (DAYS_PER_YEAR * 8)
    for _, summary, chance, _ in lives:
        assert years_said(summary) >= 8
        assert how_rare(chance) in summary or "missing" in summary


@pytest.mark.slow("mornings of incidents")
def test_nor_does_explain_say_less_in_its_conclusion_or_in_its_calculation(
    lives: list[tuple[int, str, float, dict[str, object]]],
) -> None:
    for _, _, chance, found in lives:
        text = json.dumps(found, ensure_ascii=False)
        assert how_rare(chance) in str(found["conclusion"])
        for years in re.findall(
            r"(?:by accident this happens|a healthy campaign shows so few)[^.]*?once in (\d+) (?:years)", text, re.I
        ):
            assert int(years) >= 8
        assert "an alarm needs" not in text or "times likelier" in text


def test_a_count_inside_the_named_range_is_not_called_broken_by_itself() -> None:
    numbers = {"events": 69, "sent": 68, "expected_low": 56, "expected_high": 87, "probability": 1e-4}
    inside = seen_sentence("degraded", **numbers)  # type: ignore[arg-type]
    assert inside == (
        "68 sends for 69 events; 56 to 87 were expected; alone that would pass, but over all days since it began "
        "by accident this happens about once in 27 years."
    )
    assert "alone" not in seen_sentence("degraded", **{**numbers, "sent": 40})  # type: ignore[arg-type]
    days = [LinkDay(day(9), 69.0, sent, 70.0, 56.0, 87.0, 1e-4, 2000.0, 1431.0, "degraded") for sent in (68.0, 40.0)]
    said = [say_link(Words(), "sent", one, True, day(3), None) for one in days]
    assert "56 to 87 expected, and alone the day would pass. Broken: the days since" in said[0]
    assert "56 to 87 expected. Broken: the days since" in said[1]


def test_a_low_day_without_an_alarm_is_not_said_to_be_rarer_than_one_with() -> None:
    chance = np.random.default_rng(9)
    events = chance.poisson(60.0, (1, 90))
    _, state = judge_panel(events, chance.binomial(events, 0.8), date(2026, 1, 5))
    said = []
    for sends in range(20, 45):
        steps = {step.label: step.sentence for step in explain_day(state, 60, sends, date(2026, 4, 5))}
        if "probability" in steps and "the one that is open" not in steps["evidence"]:
            said.append(steps["probability"])
            is_alarm = "by accident" in steps["verdict"]
            assert is_alarm or "not enough for an alarm" in steps["probability"] or years_said(steps["probability"]) < 8
    assert len(said) > 5
