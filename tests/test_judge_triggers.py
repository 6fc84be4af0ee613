"""Triggers that are edited, and events that are renamed or removed under a campaign."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.file.database import transaction
from storage.save import save_campaigns
from tests.judge_cast import World, broken, day, morning_after, steady

DAYS = 45
BREAK = 30


@pytest.mark.slow("histories judged again")
def test_a_repaired_trigger_ends_the_incident_of_a_renamed_event(tmp_path: Path) -> None:
    before, after = steady(2, DAYS), steady(2, DAYS)
    before.events[BREAK:] = 0
    for name in ("started", "activated", "sent", "delivered"):
        getattr(before, name)[BREAK:34] = 0
    renamed = steady(3, DAYS, name="Nobody", event="event.two", trigger=None, state="draft")
    renamed.events[:BREAK], renamed.events[BREAK:] = 0, after.events[BREAK:]
    world = World(tmp_path, [steady(1, DAYS), before, renamed, steady(4, DAYS), steady(5, DAYS)])
    world.collect(0, 33)
    world.judge(33)
    assert world.rows("SELECT campaign_id, kind FROM incident") == [(2, "event_lost")]
    before.trigger, before.edited_at = "event.two", morning_after(33) + timedelta(hours=1)
    for number in range(34, 37):
        world.collect(number, number)
    world.judge(36)
    assert world.rows("SELECT status, recovered_on FROM incident") == [("recovered", day(34))]
    assert world.status(2, 36) == "healthy"


@pytest.mark.slow("histories judged again")
def test_one_platform_that_sends_a_new_name_loses_the_campaign_a_part_of_its_sends(tmp_path: Path) -> None:
    days, since = 80, 70
    story = steady(2, days, level=120, event="report.exported", trigger="report.exported")
    renamed = steady(3, days, name="Nobody", event="report_exported", trigger=None, state="draft")
    renamed.events[:] = 0
    renamed.events[since:] = story.events[since:] // 3
    for name in ("events", "started", "activated", "sent", "delivered"):
        getattr(story, name)[since:] -= getattr(story, name)[since:] // 3
    world = World(tmp_path, [steady(1, days), story, renamed, *(steady(number, days) for number in range(4, 9))])
    world.collect(0, 75)
    world.judge(75)
    assert world.rows("SELECT campaign_id, kind, stage, cause, opened_on FROM incident") == [
        (2, "degraded", "event", "part_of_traffic_broke", day(since))
    ]
    ((missed,),) = world.rows("SELECT missed_sends FROM incident")
    assert 6 * 20 < missed < 6 * 55
    assert world.status(2, 75) == "degraded"


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize(
    ("levels", "stopped", "cause"),
    [
        ((60, 60), 2, "unknown"),
        ((60,), 1, "event_removed"),
        ((60, 60), 1, "event_removed"),
        ((900, 60, 60), 1, "event_removed"),
    ],
)
def test_an_event_is_called_removed_only_where_the_rest_of_the_project_goes_on(
    tmp_path: Path, levels: tuple[float, ...], stopped: int, cause: str
) -> None:
    stories = [steady(number, DAYS, level=level) for number, level in enumerate(levels, 1)]
    for story in stories[:stopped]:
        broken(story, BREAK, at="events")
    world = World(tmp_path, stories)
    world.collect(0, 33)
    world.judge(33)
    assert world.rows("SELECT kind, cause FROM incident") == [("event_lost", cause)] * stopped


@pytest.mark.slow("histories judged again")
def test_a_trigger_moved_to_another_event_is_learned_anew(tmp_path: Path) -> None:
    story = steady(2, DAYS)
    world = World(tmp_path, [steady(1, DAYS), story, steady(3, DAYS, level=200)])
    world.collect(0, 31)
    world.judge(31)
    story.trigger, story.edited_at = "event_3", morning_after(31) + timedelta(hours=1)
    for number in (32, 33):
        world.collect(number, number)
    world.judge(33)
    assert [world.status(2, number) for number in (31, 32, 33)] == ["healthy", "learning", "learning"]
    assert world.rows("SELECT * FROM incident") == []


@pytest.mark.slow("triggers moved")
def test_a_trigger_that_is_removed_does_not_rewrite_what_was_broken_before(tmp_path: Path) -> None:
    story = broken(steady(1, DAYS), BREAK, at="events")
    world = World(tmp_path, [story, *(steady(number, DAYS) for number in range(2, 9))])
    world.collect(0, 34)
    world.judge(34)
    stored = "SELECT cause, kind, stage, summary, incident_id, opened_on, status FROM incident"
    before = world.rows(stored)
    assert [row[:3] for row in before] == [("event_removed", "event_lost", "event")]
    story.trigger, story.edited_at = None, morning_after(34) + timedelta(hours=1)
    for number in range(35, 38):
        world.collect(number, number)
    world.judge(37)
    assert world.rows(stored) == before
    assert {world.status(1, number) for number in range(BREAK, 35)} == {"event_lost"}


@pytest.mark.slow("histories judged again")
def test_a_trigger_that_is_put_back_within_minutes_costs_no_learning(tmp_path: Path) -> None:
    story = steady(2, DAYS)
    world = World(tmp_path, [steady(1, DAYS), story, steady(3, DAYS)])
    world.collect(0, 31)
    for trigger, minutes in (("event_3", 60), ("event_2", 65)):
        story.trigger, story.edited_at = trigger, morning_after(31) + timedelta(minutes=minutes)
        with world.warehouse.open() as connection, transaction(connection):
            save_campaigns(connection, "default", [world._record(story, 32)], story.edited_at)
    for number in (32, 33):
        world.collect(number, number)
    world.judge(33)
    assert [world.status(2, number) for number in (31, 32, 33)] == ["healthy"] * 3
