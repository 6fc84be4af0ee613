"""What looks like an end and is none, and what looks like a break and is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.detection.pair.detector_settings import DetectorSettings
from tests.judge_cast import FIRST, World, broken, steady

DAYS, LOST = 130, 80
CHAIN = ("events", "started", "activated", "sent", "delivered")


@pytest.mark.slow("histories judged again")
def test_two_stragglers_on_a_weekend_do_not_end_the_loss_of_a_weekday_event(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=20)
    for number in range(DAYS):
        if (FIRST.weekday() + number) % 7 >= 5:
            broken(story, number, number + 1, at="events", keep=0.08)
    broken(story, LOST, at="events")
    saturday = next(number for number in range(LOST + 10, DAYS) if (FIRST.weekday() + number) % 7 == 5)
    for name in CHAIN:
        getattr(story, name)[saturday] = 2
    world = World(tmp_path, [story, *(steady(number, DAYS) for number in range(4, 10))])
    world.collect(0, saturday + 10)
    world.judge(saturday + 10)
    assert world.rows("SELECT status, cause FROM incident") == [("open", "event_removed")]
    assert world.rows("SELECT kind FROM incident_change WHERE kind <> 'cause_changed'") == [("opened",)]


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("level", [2, 5, 20])
def test_an_event_that_vanishes_from_mixpanel_while_its_campaign_runs_on_is_no_break(
    tmp_path: Path, level: float
) -> None:
    stories = [steady(number, DAYS, level=level, seed=number) for number in range(20, 26)]
    for story in stories:
        story.events[LOST:] = 0
    world = World(tmp_path, [*stories, *(steady(number, DAYS) for number in range(4, 14))])
    world.collect(0, DAYS - 5)
    world.judge(DAYS - 5)
    assert world.rows("SELECT campaign_id, kind, opened_on FROM incident") == []


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("source", ["customerio_journeys", "customerio_metrics"])
def test_a_day_without_journeys_is_no_loss_of_a_campaign_that_runs_on_without_its_event(
    tmp_path: Path, source: str
) -> None:
    story = steady(20, DAYS, level=60)
    story.events[LOST:] = 0
    unanswered = {(source, LOST + 12), (source, LOST + 13)}
    world = World(tmp_path, [story, *(steady(number, DAYS) for number in range(4, 14))], failed=unanswered)
    for last in (LOST + 11, LOST + 12, LOST + 13, LOST + 14):
        world.collect(0, last)
        world.judge(last, as_of=last)
        assert world.rows("SELECT campaign_id, kind, opened_on FROM incident") == []


@pytest.mark.slow("histories judged again")
def test_a_campaign_that_ran_on_without_its_event_and_then_stops_is_broken_since_it_stopped(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=30)
    story.events[LOST:] = 0
    broken(story, LOST + 25, at="started")
    world = World(tmp_path, [story, *(steady(number, DAYS) for number in range(4, 14))])
    world.collect(0, LOST + 35)
    world.judge(LOST + 35)
    ((opened, missed),) = world.rows("SELECT opened_on, missed_sends FROM incident WHERE status = 'open'")
    assert abs((opened - FIRST).days - (LOST + 25)) <= 1
    assert missed > 0


@pytest.mark.slow("histories judged again")
def test_the_loss_of_an_event_is_found_as_soon_as_before(tmp_path: Path) -> None:
    story = broken(steady(2, DAYS, level=5), LOST, at="events")
    world = World(tmp_path, [story, *(steady(number, DAYS) for number in range(4, 10))])
    world.collect(0, LOST + 12)
    world.judge(LOST + 12)
    ((opened, detected),) = world.rows("SELECT opened_on, detected_on FROM incident")
    assert (opened - FIRST).days in (LOST - 1, LOST)
    # A silent day of five events proves about five nats; the budget asks for so many.
    assert (detected - opened).days <= DetectorSettings().threshold / 1.5
