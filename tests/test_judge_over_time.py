"""Judging day after day: what is told once, what is held, what restated numbers change."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from campaign_health.decisions.record_decision import record_decision
from campaign_health.judge.judging import judge_all
from campaign_health.settings import load_settings
from storage.file.database import open_published, transaction
from tests.judge_cast import World, broken, day, morning_after, steady

DAYS = 45
BREAK = 30


@pytest.fixture
def one_silent(tmp_path: Path) -> World:
    """Two campaigns; the second one's sends stop on day 30. Collected up to day 32."""
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), BREAK)])
    world.collect(0, 32)
    return world


@pytest.mark.slow("histories judged again")
def test_judging_again_writes_nothing(one_silent: World) -> None:
    one_silent.judge(32)
    before = {name: one_silent.table(name) for name in ("verdict", "incident", "incident_change", "campaign_plan")}
    summary = one_silent.judge(32)
    assert (summary.verdicts_written, summary.opened) == (0, ())
    assert (summary.resumed_from, summary.campaigns, summary.open_incidents) == (day(32), 2, 1)
    assert {name: one_silent.table(name) for name in before} == before


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE campaign_day SET sent = 3 WHERE campaign_id = 2 AND day = '2026-09-02'",
        "UPDATE event_day SET events = events + 1 WHERE event = 'event_1' AND day = '2026-09-02'",
        "UPDATE campaign SET name = 'Another' WHERE campaign_id = 2",
        "INSERT INTO decision BY NAME SELECT 'default' AS workspace, 'x' AS decision_id, 'mute' AS kind, "
        "2 AS campaign_id, 'later' AS reason, DATE '2026-12-01' AS until, 'Ada' AS decided_by, "
        "TIMESTAMP '2026-09-02 10:00:00' AS decided_at",
    ],
)
def test_whatever_changes_is_judged_anew(one_silent: World, change: str) -> None:
    one_silent.judge(32)
    with one_silent.warehouse.open() as connection:
        connection.execute(change)
    assert one_silent.judge(32).resumed_from == day(24)


@pytest.mark.slow("histories judged again")
def test_another_setting_another_day_and_another_manifest_are_judged_anew(one_silent: World) -> None:
    one_silent.judge(32)
    assert one_silent.judge(32).resumed_from == day(32)
    assert one_silent.judge(33).resumed_from == day(24)
    (one_silent.directory / "campaigns.yaml").write_text("version: 1\ncampaigns: {}\n", encoding="utf-8")
    one_silent.environment["CAMPAIGN_HEALTH_MANIFEST"] = str(one_silent.directory / "campaigns.yaml")
    assert one_silent.judge(33).resumed_from == day(24)
    one_silent.environment["CAMPAIGN_HEALTH_FALSE_ALARM_YEARS"] = "5"
    assert one_silent.judge(33).resumed_from is None


@pytest.mark.slow("histories judged again")
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


@pytest.mark.slow("histories judged again")
def test_restated_numbers_withdraw_an_incident_and_that_is_told(one_silent: World) -> None:
    one_silent.judge(32)
    one_silent.stories = [steady(1, DAYS), steady(2, DAYS)]
    one_silent.collect(26, 33)
    one_silent.judge(33)
    assert one_silent.rows("SELECT status FROM incident") == [("withdrawn",)]
    newest = one_silent.rows("SELECT kind, news FROM incident_change ORDER BY recorded_at, kind")[-1]
    assert newest == ("withdrawn", True)
    assert one_silent.status(2, BREAK) == "healthy"


@pytest.mark.slow("histories judged again")
def test_numbers_that_are_restated_late_change_history_and_are_no_news(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), steady(2, DAYS)])
    world.collect(0, 40)
    world.judge(40)
    world.stories = [steady(1, DAYS), broken(steady(2, DAYS), 26, until=30)]
    world.collect(20, 41)
    world.judge(41)
    assert world.rows("SELECT status, opened_on FROM incident") == [("recovered", day(26))]
    assert world.rows("SELECT DISTINCT news FROM incident_change") == [(False,)]


@pytest.mark.slow("histories judged again")
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


@pytest.mark.slow("histories judged again")
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


@pytest.mark.slow("histories judged again")
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
    assert world.rows("SELECT status, recovered_on, expected_by FROM incident") == [("closed", day(31), "ada")]
    assert world.status(2, 33) in ("learning", "healthy")
    assert world.rows("SELECT kind, news FROM incident_change WHERE day > ? AND kind = 'closed'", day(30)) == [
        ("closed", False)
    ]


@pytest.mark.slow("histories judged again")
def test_another_time_zone_restates_history_and_alerts_nobody(one_silent: World) -> None:
    one_silent.stories = [steady(1, DAYS), steady(2, DAYS)]
    one_silent.collect(0, 32)
    one_silent.judge(32)
    one_silent.stories, one_silent.time_zone = [steady(1, DAYS), broken(steady(2, DAYS), BREAK)], "Asia/Tokyo"
    one_silent.collect(0, 33)
    one_silent.judge(33)
    assert one_silent.rows("SELECT news FROM incident_change WHERE kind = 'opened'") == [(False,)]
    assert one_silent.rows("SELECT status FROM incident") == [("open",)]


def test_a_workspace_without_data_is_no_error(tmp_path: Path) -> None:
    assert World(tmp_path, []).judge(5).as_of is None


def test_a_workspace_whose_only_day_is_not_over_is_not_judged(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS)])
    world.collect(0, 0, provisional=[0])
    assert world.judge(0).as_of is None
    assert world.rows("SELECT * FROM verdict") == []


@pytest.mark.slow("histories judged again")
def test_without_mixpanel_campaigns_are_judged_by_their_own_journeys(tmp_path: Path) -> None:
    failed = {("mixpanel_events", number) for number in range(20)}
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS), 17)], failed=failed)
    world.collect(0, 19)
    world.judge(19)
    assert [world.status(number, 19) for number in (1, 2)] == ["journeys_only", "silent"]


@pytest.mark.slow("histories judged again")
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
