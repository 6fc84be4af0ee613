"""From stored numbers to stored verdicts and incidents, in a real file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from campaign_health.judge import judge_all
from campaign_health.settings import load_settings
from storage.database import open_published, transaction
from storage.decisions import record_decision
from tests.judge_cast import Story, World, day, morning_after, steady

DAYS = 60


def _broken_from(story: Story, number: int, until: int | None = None, keep: float = 0.0) -> Story:
    bad = slice(number, until)
    story.sent[bad] = np.round(story.sent[bad] * keep).astype(np.int64)
    story.delivered[bad] = np.minimum(story.delivered[bad], story.sent[bad])
    return story


@pytest.fixture
def one_silent(tmp_path: Path) -> World:
    """Three campaigns; the second one's sends stop on day 50."""
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 50), steady(3, DAYS)])
    world.collect(0, 52)
    return world


def test_the_campaign_that_fell_silent_is_named_and_no_other(one_silent: World) -> None:
    summary = one_silent.judge(52)
    assert summary.opened == ("2-2026-09-20",)
    assert [one_silent.status(number, 52) for number in (1, 2, 3)] == ["healthy", "silent", "healthy"]
    ((status, kind, opened, stage, cause, missed),) = one_silent.rows(
        "SELECT status, kind, opened_on, stage, cause, missed_sends FROM incident"
    )
    assert (status, kind, opened, stage) == ("open", "silent", day(50), "sent")
    assert cause
    assert 120 < missed < 200


def test_every_day_of_a_campaign_has_a_verdict_up_to_the_last(one_silent: World) -> None:
    one_silent.judge(52)
    assert one_silent.rows("SELECT campaign_id, count(*), min(day), max(day) FROM verdict GROUP BY 1 ORDER BY 1") == [
        (number, 53, day(0), day(52)) for number in (1, 2, 3)
    ]


def test_judging_again_writes_nothing(one_silent: World) -> None:
    one_silent.judge(52)
    before = {name: one_silent.table(name) for name in ("verdict", "incident", "incident_change", "campaign_plan")}
    summary = one_silent.judge(52)
    assert summary.verdicts_written == 0
    assert summary.opened == ()
    assert summary.resumed_from == day(44)
    assert {name: one_silent.table(name) for name in before} == before


def test_the_break_is_news_once_and_its_end_too(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 50, until=54)])
    world.collect(0, 49)
    world.judge(49)
    news = []
    for number in range(50, 58):
        world.collect(number, number)
        world.judge(number)
        news.append(world.rows("SELECT kind FROM incident_change WHERE news AND recorded_at = ?", _naive(number)))
    kinds = [kind for found in news for (kind,) in found if kind != "cause_changed"]
    assert kinds == ["opened", "recovered"]
    assert world.rows("SELECT status, recovered_on FROM incident") == [("recovered", day(54))]


def test_a_day_that_could_not_be_collected_is_neither_alarm_nor_recovery(tmp_path: Path) -> None:
    failed = {(source, number) for source in ("customerio_metrics", "customerio_journeys") for number in (20, 53)}
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 50)], failed=failed)
    world.collect(0, 53)
    world.judge(53)
    assert [world.status(1, number) for number in (20, 53)] == ["not_collected", "not_collected"]
    assert world.rows("SELECT campaign_id, status FROM incident") == [(2, "open")]


def test_without_journeys_events_are_judged_against_sends(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 50)], journeys=False)
    world.collect(0, 52)
    world.judge(52)
    assert world.rows("SELECT campaign_id, stage FROM incident") == [(2, "sent")]
    assert world.status(1, 52) == "healthy"


def test_the_first_link_that_breaks_says_where(tmp_path: Path) -> None:
    stories = [steady(number, DAYS) for number in range(1, 6)]
    for story, series in zip(stories, (("started", "activated", "sent", "delivered"), ("activated", "sent", "delivered"),
                                       ("sent", "delivered"), ("delivered",)), strict=False):  # fmt: skip
        for name in series:
            getattr(story, name)[50:] = 0
    world = World(tmp_path, stories)
    world.collect(0, 53)
    world.judge(53)
    assert world.rows("SELECT campaign_id, stage FROM incident ORDER BY 1") == [
        (1, "started"), (2, "activated"), (3, "sent"), (4, "delivered"),
    ]  # fmt: skip
    assert world.status(5, 53) == "healthy"


def test_a_lost_event_is_told_from_a_lost_campaign(tmp_path: Path) -> None:
    story = steady(2, DAYS)
    for series in (story.events, story.started, story.activated, story.sent, story.delivered):
        series[50:] = 0
    world = World(tmp_path, [steady(1, DAYS), story, steady(3, DAYS), steady(4, DAYS)])
    world.collect(0, 52)
    world.judge(52)
    ((campaign, kind, stage, cause, missed),) = world.rows(
        "SELECT campaign_id, kind, stage, cause, missed_sends FROM incident"
    )
    assert (campaign, kind, stage, cause) == (2, "event_lost", "event", "event_removed")
    assert 120 < missed < 200


def test_an_event_that_only_mixpanel_lost_breaks_no_campaign(tmp_path: Path) -> None:
    story = steady(2, DAYS)
    story.events[50:] = 0
    world = World(tmp_path, [steady(1, DAYS), story, steady(3, DAYS), steady(4, DAYS)])
    world.collect(0, 52)
    world.judge(52)
    assert world.rows("SELECT * FROM incident") == []


def test_a_stopped_campaign_is_not_running_and_no_incident(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), steady(2, DAYS, stopped_on=50)])
    world.collect(0, 53)
    world.judge(53)
    assert world.rows("SELECT status, cause FROM verdict WHERE campaign_id = 2 AND day = ?", day(53)) == [
        ("not_running", "campaign_stopped")
    ]
    assert world.rows("SELECT * FROM incident") == []


def test_stopping_a_broken_campaign_closes_its_incident(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS, stopped_on=54), 50)])
    world.collect(0, 56)
    world.judge(56)
    assert world.rows("SELECT status, recovered_on FROM incident") == [("recovered", day(54))]
    ((detail,),) = world.rows("SELECT detail FROM incident_change WHERE kind = 'recovered'")
    assert json.loads(detail)["how"] == "not_running"


def test_a_young_campaign_is_learning_and_a_rare_one_too_quiet_to_tell(tmp_path: Path) -> None:
    rare = steady(2, DAYS, level=0.05)
    world = World(tmp_path, [steady(1, DAYS, first_day=50), rare, steady(3, DAYS)])
    world.collect(0, 55)
    world.judge(55)
    assert [world.status(number, 55) for number in (1, 2, 3)] == ["learning", "too_quiet", "healthy"]
    assert world.rows("SELECT * FROM incident") == []


def test_a_campaign_without_an_event_is_judged_by_its_journeys(tmp_path: Path) -> None:
    story = steady(2, DAYS, trigger=None)
    for series in (story.started, story.activated, story.sent, story.delivered):
        series[50:] = 0
    world = World(tmp_path, [steady(1, DAYS), story, steady(3, DAYS, trigger=None)])
    world.collect(0, 53)
    world.judge(53)
    assert world.rows("SELECT campaign_id, kind, stage FROM incident") == [(2, "silent", "started")]
    assert world.status(3, 53) == "healthy"


def test_a_trigger_that_misspells_an_event_is_found_within_days(tmp_path: Path) -> None:
    story = steady(2, DAYS, event="project_created", trigger="project.created", first_day=45)
    for series in (story.started, story.activated, story.sent, story.delivered):
        series[:] = 0
    world = World(tmp_path, [steady(1, DAYS), story])
    world.collect(0, 50)
    world.judge(50)
    assert world.rows("SELECT campaign_id, stage, cause, opened_on, detected_on FROM incident") == [
        (2, "event", "event_unknown", day(45), day(47))
    ]


def test_a_running_day_is_shown_and_not_judged(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 50)])
    world.collect(0, 49)
    world.collect(50, 50, provisional=[50])
    world.judge(49)
    assert world.rows("SELECT * FROM incident") == []
    assert [world.status(number, 50) for number in (1, 2)] == [None, None]


def test_a_running_day_of_an_open_incident_says_so(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 48)])
    world.collect(0, 49)
    world.collect(50, 50, provisional=[50])
    world.judge(49)
    assert [world.status(number, 50) for number in (1, 2)] == [None, "silent"]


def test_old_incidents_of_the_first_run_are_no_news_and_open_ones_are(tmp_path: Path) -> None:
    stories = [steady(1, DAYS), _broken_from(steady(2, DAYS), 30, until=34), _broken_from(steady(3, DAYS), 40)]
    world = World(tmp_path, stories)
    world.collect(0, 55)
    world.judge(55)
    assert world.rows("SELECT campaign_id, kind, news FROM incident_change WHERE kind <> 'cause_changed' ORDER BY day") == [
        (2, "opened", False), (2, "recovered", False), (3, "opened", True),
    ]  # fmt: skip


def test_a_restatement_withdraws_an_incident_and_is_told(tmp_path: Path) -> None:
    healthy, broken = steady(2, DAYS), _broken_from(steady(2, DAYS), 50)
    world = World(tmp_path, [steady(1, DAYS), broken])
    world.collect(0, 51)
    world.judge(51)
    world.stories = [steady(1, DAYS), healthy]
    world.collect(45, 52)
    world.judge(52)
    assert world.rows("SELECT status FROM incident") == [("withdrawn",)]
    assert world.rows("SELECT kind, news FROM incident_change ORDER BY recorded_at, kind")[-1] == ("withdrawn", True)
    assert world.status(2, 50) == "healthy"


def test_a_restatement_that_is_old_changes_history_without_being_news(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), steady(2, DAYS)])
    world.collect(0, 56)
    world.judge(56)
    world.stories = [steady(1, DAYS), _broken_from(steady(2, DAYS), 40, until=44)]
    world.collect(35, 57)
    world.judge(57)
    assert world.rows("SELECT status, opened_on FROM incident") == [("recovered", day(40))]
    assert world.rows("SELECT DISTINCT news FROM incident_change") == [(False,)]


def test_judging_as_of_a_day_sees_nothing_after_it(one_silent: World) -> None:
    one_silent.judge(52, as_of=49)
    assert one_silent.rows("SELECT max(day) FROM verdict") == [(day(49),)]
    assert one_silent.rows("SELECT * FROM incident") == []
    one_silent.judge(52, as_of=50)
    assert one_silent.rows("SELECT opened_on, detected_on FROM incident") == [(day(50), day(50))]


def test_judging_as_of_an_earlier_day_forgets_what_came_later_and_finds_it_again(one_silent: World) -> None:
    one_silent.judge(52)
    before = one_silent.table("verdict"), one_silent.table("incident")
    one_silent.judge(52, as_of=49)
    assert one_silent.rows("SELECT * FROM incident") == []
    one_silent.judge(52)
    assert (one_silent.table("verdict"), one_silent.table("incident")) == before


def test_an_expected_break_becomes_the_new_normal(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), _broken_from(steady(2, DAYS), 40, keep=0.4)])
    world.collect(0, 45)
    world.judge(45)
    ((incident_id,),) = world.rows("SELECT incident_id FROM incident WHERE status = 'open'")
    with world.warehouse.open() as connection, transaction(connection):
        now = morning_after(45)
        record_decision(
            connection, "default", "expected", "ada", now, incident_id=incident_id, reason="Only for Pro now"
        )
    world.collect(46, 48)
    world.judge(48)
    assert world.rows("SELECT status, recovered_on, expected_by FROM incident") == [("recovered", day(46), "ada")]
    assert world.status(2, 48) == "learning"


def test_a_workspace_without_data_is_no_error(tmp_path: Path) -> None:
    world = World(tmp_path, [])
    assert world.judge(5).as_of is None


def test_judging_every_workspace_publishes(one_silent: World) -> None:
    settings = load_settings({"CAMPAIGN_HEALTH_DATA_DIR": str(one_silent.directory)}, one_silent.directory)
    judge_all(one_silent.warehouse, settings, morning_after(52))
    with open_published(one_silent.directory) as connection:
        assert connection.execute("SELECT count(*) FROM verdict").fetchone() == (3 * 53,)


def _naive(number: int) -> datetime:
    return datetime.combine(day(number + 1), datetime.min.time(), UTC).replace(tzinfo=None) + timedelta(hours=9)
