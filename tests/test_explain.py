"""`explain` says of a campaign what its verdict says: the same event, the same numbers, the same budget."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from campaign_health.detection.explain.explanation import Words
from campaign_health.judge.explain.explained import LinkDay
from campaign_health.judge.explain.explaining_links import say_link
from campaign_health.words.numbers import span
from tests.judge_cast import Story, World, broken, day, morning_after, steady

DAYS = 60
BREAK = 40
SERIES = ("events", "started", "activated", "sent", "delivered")


def _run(world: World, last: int, *arguments: str) -> str:
    environment = {
        "CAMPAIGN_HEALTH_DATA_DIR": str(world.directory),
        "CAMPAIGN_HEALTH_NOW": morning_after(last).isoformat(),
        "CAMPAIGN_HEALTH_MANIFEST": str(world.directory / "manifest.yaml"),
    }
    (world.directory / "manifest.yaml").write_text("version: 1\n")
    return CliRunner().invoke(campaign_health, list(arguments), env=environment, catch_exceptions=False).stdout


def _found(world: World, last: int, campaign: int, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(world, last, "explain", str(campaign), "--json", *arguments))
    return found


def _text(world: World, last: int, campaign: int, *arguments: str) -> str:
    return " ".join(_run(world, last, "explain", str(campaign), *arguments).split())


def _explained(world: World, last: int, campaign: int, *arguments: str) -> tuple[dict[str, Any], str]:
    return _found(world, last, campaign, *arguments), _text(world, last, campaign, *arguments)


def _renamed(world_days: int, repaired: int) -> tuple[Story, Story]:
    """A campaign whose event got a new name on day BREAK; its journeys come back on day `repaired`."""
    old = steady(2, world_days)
    new = steady(3, world_days, name="Nobody", event="event.two", trigger=None, state="draft")
    new.events[:BREAK], new.events[BREAK:] = 0, old.events[BREAK:]
    old.events[BREAK:] = 0
    for name in SERIES[1:]:
        getattr(old, name)[BREAK:repaired] = 0
    return old, new


def _part_renamed() -> list[Story]:
    old = steady(1, DAYS, level=120, event="report.exported", trigger="report.exported")
    new = steady(50, DAYS, name="Nobody", event="report_exported", trigger=None, state="draft")
    new.events[:] = 0
    new.events[BREAK:] = old.events[BREAK:] // 3
    for name in SERIES:
        getattr(old, name)[BREAK:] -= getattr(old, name)[BREAK:] // 3
    return [old, new, *(steady(number, DAYS) for number in range(2, 9))]


@pytest.mark.slow("explanations")
def test_a_lost_event_is_explained_by_its_own_numbers(tmp_path: Path) -> None:
    old, new = _renamed(DAYS, DAYS)
    world = World(tmp_path, [steady(1, DAYS), old, new, steady(4, DAYS)])
    world.collect(0, BREAK + 3)
    _run(world, BREAK + 3, "judge")
    found, text = _explained(world, BREAK + 3, 2)
    ((summary,),) = world.rows("SELECT summary FROM incident")
    expected = summary.split("; ")[1]
    assert found["conclusion"].split("; ")[:2] == ["0 events named event_2", expected]
    event = found["links"][0]
    assert (event["upstream"], event["stage"], event["broken"]) == ("history", "event", True)
    assert event["began_on"] == day(BREAK).isoformat()
    steps = {label: value for label, value, _ in event["calculation"]}
    assert steps["events"] == 0
    assert f"{steps['range']} were expected" == expected
    assert steps["evidence"] > 5
    assert steps["budget"] == 8
    assert "one false alarm per campaign in 8 years" in text
    assert "32 years" not in text
    assert "Holds" not in text


@pytest.mark.slow("explanations")
def test_a_day_before_the_repair_is_explained_with_the_event_of_that_day(tmp_path: Path) -> None:
    repaired = BREAK + 4
    old, new = _renamed(DAYS, repaired)
    world = World(tmp_path, [steady(1, DAYS), old, new, steady(4, DAYS)])
    world.collect(0, repaired - 1)
    _run(world, repaired - 1, "judge")
    old.trigger, old.edited_at = "event.two", morning_after(repaired - 1)
    for number in range(repaired, repaired + 3):
        world.collect(number, number)
    _run(world, repaired + 2, "judge")
    found, text = _explained(world, repaired + 2, 2, "--day", day(BREAK + 2).isoformat())
    assert found["event"] == "event_2"
    assert "0 events named event_2" in text
    assert "named event.two" not in text
    now = _found(world, repaired + 2, 2)
    assert now["event"] == "event.two"


@pytest.mark.slow("explanations")
def test_a_part_that_went_to_a_new_name_is_explained_by_what_is_missing_and_who_brought_it(tmp_path: Path) -> None:
    world = World(tmp_path, _part_renamed())
    world.collect(0, BREAK + 5)
    _run(world, BREAK + 5, "judge")
    found, text = _explained(world, BREAK + 5, 1)
    assert (found["status"], found["stage"]) == ("degraded", "event")
    steps = {label: value for label, value, _ in found["links"][0]["calculation"]}
    assert 0.2 < steps["missing"] < 0.45
    assert f"{steps['range']} were expected" in found["conclusion"]
    assert "report_exported, which began then, brought" in text
    assert "The calculation: the event's own history" in text


@pytest.mark.slow("explanations")
def test_the_level_of_a_small_project_is_not_claimed_to_be_known(tmp_path: Path) -> None:
    world = World(tmp_path, [broken(steady(number, DAYS), BREAK, at="events", keep=0.2) for number in range(1, 4)])
    world.collect(0, BREAK)
    _run(world, BREAK, "judge")
    text = _text(world, BREAK, 1)
    assert "usual level" not in text


@pytest.mark.slow("explanations")
def test_a_dip_that_all_campaigns_share_is_named_and_table_and_calculation_agree(tmp_path: Path) -> None:
    stories = [broken(steady(number, DAYS, level=100), BREAK, BREAK + 1, keep=0.7) for number in range(1, 8)]
    world = World(tmp_path, stories)
    world.collect(0, BREAK)
    _run(world, BREAK, "judge")
    found, _ = _explained(world, BREAK, 1)
    (link,) = [link for link in found["links"] if (link["upstream"], link["downstream"]) == ("activated", "sent")]
    steps = {label: value for label, value, _ in link["calculation"]}
    today = link["days"][-1]
    assert steps["range"] == span(today["expected_low"], today["expected_high"])
    assert "All campaigns together had 7" in link["sentence"]


@pytest.mark.slow("explanations")
def test_messages_that_do_not_arrive_are_explained_by_their_deliveries(tmp_path: Path) -> None:
    world = World(tmp_path, [broken(steady(1, DAYS), BREAK, at="delivered"), *(steady(n, DAYS) for n in range(2, 6))])
    world.collect(0, BREAK + 2)
    _run(world, BREAK + 2, "judge")
    found, _ = _explained(world, BREAK + 2, 1)
    assert found["conclusion"].startswith("0 deliveries for ")


@pytest.mark.slow("explanations")
def test_a_day_on_which_the_whole_project_was_silent_says_nothing_of_its_events(tmp_path: Path) -> None:
    stories = [broken(steady(1, DAYS), BREAK, at="events"), *(steady(number, DAYS) for number in range(2, 9))]
    for story in stories:
        story.events[BREAK + 3] = 0
    world = World(tmp_path, stories)
    world.collect(0, BREAK + 4)
    _run(world, BREAK + 4, "judge")
    text = _text(world, BREAK + 4, 1, "--day", day(BREAK + 3).isoformat())
    assert "event_1: the whole project was at zero, so the day says nothing of this event." in text


def test_an_open_incident_is_explained_by_the_evidence_that_raised_it_whatever_its_later_days_add() -> None:
    words = Words("journey activated", "journeys activated", "send", "sends")
    today = LinkDay(day(30), 50, 20, 50.0, 40.0, 60.0, 1e-6, 1187.0, 1431.0, "degraded")
    told = say_link(words, "sent", today, True, day(22), (day(24), 5147.0))
    assert "on Tue 25 Aug the days since Sun 23 Aug were 5,147 times likelier" in told
    assert "an alarm needs 1,431 times" in told
    assert "1,187" not in told
    unknown = say_link(words, "sent", today, True, day(22), None)
    assert "1,187" not in unknown
    stronger = say_link(words, "sent", replace(today, evidence=9000.0), True, day(22), (day(24), 5147.0))
    assert "the days since Sun 23 Aug are 9,000 times likelier" in stronger
