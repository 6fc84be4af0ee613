"""Judging day after day: what is told once, what is held, what restated numbers change."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from campaign_health.decisions.recording import record_decision
from campaign_health.judge.judging import judge_all
from campaign_health.settings import load_settings
from storage.file.database import open_published, transaction
from storage.save import save_campaigns
from tests.judge_cast import World, broken, day, morning_after, steady

DAYS = 45
BREAK = 30


@pytest.fixture
def one_silent(tmp_path: Path) -> World:
    """Two campaigns; the second one's sends stop on day 30. Collected up to day 32."""
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK)])
    world.collect(0, 32)
    return world


def test_judging_again_writes_nothing(one_silent: World) -> None:
    one_silent.judge(32)
    before = {name: one_silent.table(name) for name in ("verdict", "incident", "incident_change", "campaign_plan")}
    summary = one_silent.judge(32)
    assert (summary.verdicts_written, summary.opened) == (0, ())
    assert summary.resumed_from == day(24)
    assert {name: one_silent.table(name) for name in before} == before


def test_a_break_is_news_once_and_its_end_too(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK, until=32)])
    world.collect(0, 29)
    world.judge(29)
    news = []
    for number in range(30, 34):
        world.collect(number, number)
        world.judge(number)
        rows = world.rows("SELECT kind FROM incident_change WHERE news AND recorded_at = ?", _morning(number))
        news.append([kind for (kind,) in rows if kind != "cause_changed"])
    assert [kind for kinds in news for kind in kinds] == ["opened", "recovered"]
    assert news[0] == ["opened"]
    assert world.rows("SELECT status, recovered_on FROM incident") == [("recovered", day(32))]


def test_days_that_could_not_be_collected_are_neither_alarm_nor_recovery(tmp_path: Path) -> None:
    failed = {(source, number) for source in ("customerio_metrics", "customerio_journeys") for number in (20, 33)}
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK)], failed=failed)
    world.collect(0, 33)
    world.judge(33)
    assert [world.status(1, number) for number in (20, 33)] == ["not_collected", "not_collected"]
    assert world.rows("SELECT campaign_id, status FROM incident") == [(2, "open")]


def test_without_journeys_events_are_judged_against_sends(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK)], journeys=False)
    world.collect(0, 32)
    world.judge(32)
    assert world.rows("SELECT campaign_id, stage FROM incident") == [(2, "sent")]
    assert world.status(1, 32) == "healthy"


def test_a_running_day_opens_nothing_and_is_told_only_of_what_is_open(one_silent: World) -> None:
    one_silent.stories = [broken(steady(1, DAYS), 33), broken(steady(2, DAYS), BREAK)]
    one_silent.collect(33, 33, provisional=[33])
    one_silent.judge(32)
    assert [one_silent.status(number, 33) for number in (1, 2)] == [None, "silent"]
    assert one_silent.rows("SELECT campaign_id FROM incident") == [(2,)]


def test_old_incidents_of_the_first_run_are_no_news_and_open_ones_are(tmp_path: Path) -> None:
    stories = [steady(1, DAYS), broken(steady(2, DAYS), 22, until=26), broken(steady(3, DAYS), BREAK)]
    world = World(tmp_path, stories)
    world.collect(0, 40)
    world.judge(40)
    rows = world.rows("SELECT campaign_id, kind, news FROM incident_change WHERE kind <> 'cause_changed' ORDER BY day")
    assert rows == [(2, "opened", False), (2, "recovered", False), (3, "opened", True)]


def test_restated_numbers_withdraw_an_incident_and_that_is_told(one_silent: World) -> None:
    one_silent.judge(32)
    one_silent.stories = [steady(1, DAYS), steady(2, DAYS)]
    one_silent.collect(26, 33)
    one_silent.judge(33)
    assert one_silent.rows("SELECT status FROM incident") == [("withdrawn",)]
    newest = one_silent.rows("SELECT kind, news FROM incident_change ORDER BY recorded_at, kind")[-1]
    assert newest == ("withdrawn", True)
    assert one_silent.status(2, BREAK) == "healthy"


def test_numbers_that_are_restated_late_change_history_and_are_no_news(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), steady(2, DAYS)])
    world.collect(0, 40)
    world.judge(40)
    world.stories = [steady(1, DAYS), broken(steady(2, DAYS), 26, until=30)]
    world.collect(20, 41)
    world.judge(41)
    assert world.rows("SELECT status, opened_on FROM incident") == [("recovered", day(26))]
    assert world.rows("SELECT DISTINCT news FROM incident_change") == [(False,)]


def test_judging_as_of_a_day_sees_nothing_after_it(one_silent: World) -> None:
    one_silent.judge(32)
    before = one_silent.table("verdict"), one_silent.table("incident")
    one_silent.judge(32, as_of=29)
    assert one_silent.rows("SELECT max(day) FROM verdict") == [(day(29),)]
    assert one_silent.rows("SELECT * FROM incident") == []
    one_silent.judge(32, as_of=30)
    assert one_silent.rows("SELECT opened_on, detected_on FROM incident") == [(day(30), day(30))]
    one_silent.judge(32)
    assert (one_silent.table("verdict"), one_silent.table("incident")) == before


def test_judging_as_of_a_day_before_a_recovery_leaves_no_trace_in_what_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK, 33)])
    for number in (31, 35):
        world.collect(0, number)
        world.judge(number)
    told = world.table("incident_change", "kind, day, news")
    assert [kind for kind, _, _ in told] == ["opened", "recovered"]
    world.judge(35, as_of=31)
    assert world.table("incident_change", "kind, day, news") == told[:1]
    assert world.rows("SELECT status FROM incident") == [("open",)]
    world.judge(35)
    assert world.table("incident_change", "kind, day, news") == told
    assert world.rows("SELECT status FROM incident") == [("recovered",)]


def test_a_break_that_a_person_expects_becomes_the_new_normal(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK - 6, keep=0.4)])
    world.collect(0, 30)
    world.judge(30)
    ((incident_id,),) = world.rows("SELECT incident_id FROM incident WHERE status = 'open'")
    with world.warehouse.open() as connection, transaction(connection):
        now = morning_after(30)
        record_decision(
            connection, "default", "expected", "ada", now, incident_id=incident_id, reason="Only for Pro now"
        )
    world.collect(31, 33)
    world.judge(33)
    assert world.rows("SELECT status, recovered_on, expected_by FROM incident") == [("recovered", day(31), "ada")]
    assert world.status(2, 33) in ("learning", "healthy")
    assert world.rows("SELECT kind, news FROM incident_change WHERE day > ? AND kind = 'recovered'", day(30)) == [
        ("recovered", False)
    ]


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


def test_another_time_zone_restates_history_and_alerts_nobody(one_silent: World) -> None:
    one_silent.stories = [steady(1, DAYS), steady(2, DAYS)]
    one_silent.collect(0, 32)
    one_silent.judge(32)
    one_silent.stories, one_silent.time_zone = [steady(1, DAYS), broken(steady(2, DAYS), BREAK)], "Asia/Tokyo"
    one_silent.collect(0, 33)
    one_silent.judge(33)
    assert one_silent.rows("SELECT news FROM incident_change WHERE kind = 'opened'") == [(False,)]
    assert one_silent.rows("SELECT status FROM incident") == [("open",)]


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


def test_a_workspace_without_data_is_no_error(tmp_path: Path) -> None:
    assert World(tmp_path, []).judge(5).as_of is None


def test_a_workspace_whose_only_day_is_not_over_is_not_judged(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS)])
    world.collect(0, 0, provisional=[0])
    assert world.judge(0).as_of is None
    assert world.rows("SELECT * FROM verdict") == []


def test_without_mixpanel_campaigns_are_judged_by_their_own_journeys(tmp_path: Path) -> None:
    failed = {("mixpanel_events", number) for number in range(20)}
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), 17)], failed=failed)
    world.collect(0, 19)
    world.judge(19)
    assert [world.status(number, 19) for number in (1, 2)] == ["healthy", "silent"]


def test_without_customerio_nothing_is_said_of_any_campaign(tmp_path: Path) -> None:
    sources = ("customerio_metrics", "customerio_journeys")
    failed = {(source, number) for source in sources for number in range(20)}
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), 15)], failed=failed)
    world.collect(0, 19)
    world.judge(19)
    assert world.rows("SELECT DISTINCT status FROM verdict WHERE day = ?", day(19)) == [("not_collected",)]
    assert world.rows("SELECT * FROM incident") == []


def test_events_without_any_campaign_are_no_error(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS)])
    world.collect(0, 19)
    for table in ("campaign", "campaign_version", "campaign_day", "journey_day"):
        with world.warehouse.open() as connection:
            connection.execute(f"DELETE FROM {table}")
    assert world.judge(19).campaigns == 0


def test_judging_every_workspace_publishes(one_silent: World) -> None:
    settings = load_settings({"CAMPAIGN_HEALTH_DATA_DIR": str(one_silent.directory)}, one_silent.directory)
    judge_all(one_silent.warehouse, settings, morning_after(32))
    with open_published(one_silent.directory) as connection:
        assert connection.execute("SELECT count(*) FROM verdict").fetchone() == (2 * 33,)


def _morning(number: int) -> datetime:
    return morning_after(number).replace(tzinfo=None)
