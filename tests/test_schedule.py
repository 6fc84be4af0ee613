"""The schedule: when it is due, what is caught up, what a failure does, how it ends, and who is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.errors import CouldNotStart
from campaign_health.judge.judging import judge_workspace
from campaign_health.judge.summary import JudgeSummary
from campaign_health.pipeline import Order
from campaign_health.pipeline.order import MIXPANEL_SOURCES, light_order
from campaign_health.process.run_lock import SCHEDULE, holder_of, only_one
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule import daily_run, scheduler
from campaign_health.schedule.scheduler import Schedule, Task, is_due, refresh_hours, with_keys
from storage.file.database import Warehouse
from tests.collecting_cast import Install, Installation, Notes

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST_SIX = time_of_day(6, 30)


def test_the_morning_is_due_once_its_time_has_come() -> None:
    morning = datetime(2026, 11, 24, 6, 30, tzinfo=BERLIN)
    for minutes, due in ((-1, False), (0, True), (1, True)):
        now = morning + timedelta(minutes=minutes)
        assert is_due(morning - timedelta(hours=20), HALF_PAST_SIX, BERLIN, now) is due
    assert not is_due(morning, HALF_PAST_SIX, BERLIN, morning + timedelta(hours=20))
    assert is_due(None, HALF_PAST_SIX, BERLIN, morning)
    # Before today's time it is yesterday's that may have been missed.
    assert is_due(morning - timedelta(days=2), HALF_PAST_SIX, BERLIN, morning - timedelta(hours=1))


def test_the_time_is_the_workspaces_own_also_after_a_clock_change() -> None:
    before, after = datetime(2026, 10, 24, 4, 30, tzinfo=UTC), datetime(2026, 10, 26, 5, 30, tzinfo=UTC)
    ran = before - timedelta(hours=2)
    assert is_due(ran, HALF_PAST_SIX, BERLIN, before)
    assert not is_due(before, HALF_PAST_SIX, BERLIN, after - timedelta(days=1, minutes=1))
    assert is_due(before, HALF_PAST_SIX, BERLIN, after)


def test_refreshes_follow_the_morning_until_midnight() -> None:
    assert refresh_hours(HALF_PAST_SIX, 4) == [10, 14, 18, 22]
    assert refresh_hours(time_of_day(23, 0), 4) == []
    assert refresh_hours(HALF_PAST_SIX, 0) == []


def test_a_service_without_keys_is_left_out_of_every_order(installation: Installation) -> None:
    installation.extra["CUSTOMERIO_APP_API_KEY"] = ""
    [workspace] = installation.settings().workspaces
    assert with_keys(Order(), workspace).in_turn() == MIXPANEL_SOURCES
    assert with_keys(light_order(), workspace).in_turn() == ("mixpanel_events",)


@pytest.fixture
def scheduled(install: Install) -> Installation:
    return install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10")


def schedule_of(installation: Installation) -> tuple[Schedule, list[str]]:
    told: list[str] = []
    return Schedule(installation.settings(), Notes(), told.append, installation.environment), told


def test_what_was_missed_is_caught_up_once(scheduled: Installation) -> None:
    schedule, _ = schedule_of(scheduled)
    [workspace] = scheduled.settings().workspaces
    assert schedule.missed(workspace) == [Task("default", "collect")]
    scheduled.collect(Order(sources=frozenset({"customerio_campaigns"})))
    assert schedule.missed(workspace) == [Task("default", "digest")]


def test_a_run_collects_judges_and_publishes_and_what_fails_never_ends_the_schedule(scheduled: Installation) -> None:
    schedule, told = schedule_of(scheduled)
    with StopSignals() as signals:
        schedule.do(Task("default", "collect"), signals)
        assert scheduled.value("SELECT count(*) FROM verdict") > 0
        assert not any("failed" in line for line in told), told
        scheduled.sandbox.fail("unauthorized", endpoint="customerio", at="every", times=None)
        schedule.do(Task("default", "refresh"), signals)
        # After a run that lacked something, the next refresh is a whole run that makes up for it.
        scheduled.sandbox.mend()
        schedule.do(Task("default", "refresh"), signals)
    runs = scheduled.rows(
        "SELECT count(*), bool_and(outcome = 'complete') FROM collection GROUP BY run_id ORDER BY min(started_at)"
    )
    assert runs == [(8, True), (3, False), (8, True)]


def test_new_counts_are_never_published_beside_old_verdicts(
    scheduled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[int] = []
    publish = Warehouse.publish

    def watched(warehouse: Warehouse, *arguments: Any) -> None:
        publish(warehouse, *arguments)
        published.append(scheduled.value("SELECT count(*) FROM verdict"))

    monkeypatch.setattr(Warehouse, "publish", watched)
    schedule, told = schedule_of(scheduled)
    with StopSignals() as signals:
        schedule.do(Task("default", "collect"), signals)
    assert published, told
    assert all(published)
    assert len(published) == 1


def test_a_job_that_meets_another_run_comes_again_later(scheduled: Installation) -> None:
    schedule, told = schedule_of(scheduled)
    with StopSignals() as signals, only_one(scheduled.data_dir, "collect"):
        schedule.do(Task("default", "collect"), signals)
    assert "in progress" in told[-2]
    assert "collect of default again at" in told[-1]


def test_a_second_scheduler_on_the_same_data_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    assert holder_of(tmp_path, SCHEDULE) is None
    with only_one(tmp_path, SCHEDULE):
        with pytest.raises(CouldNotStart, match=f"process {os.getpid()} on"), only_one(tmp_path, SCHEDULE):
            pytest.fail("two schedulers")
        holder = holder_of(tmp_path, SCHEDULE)
        assert holder is not None
        assert holder["pid"] == os.getpid()
    assert holder_of(tmp_path, SCHEDULE) is None


def test_a_link_planted_where_the_holder_is_written_leads_nowhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / f"{SCHEDULE}.holder").symlink_to(victim)
    with only_one(data_dir, SCHEDULE):
        holder = holder_of(data_dir, SCHEDULE)
    assert holder is not None
    assert holder["pid"] == os.getpid()
    assert victim.read_text() == "precious"


def test_a_stop_waits_for_a_save_and_comes_once() -> None:
    reached: list[str] = []

    def work(signals: StopSignals) -> None:
        with signals.held():
            os.kill(os.getpid(), signal.SIGTERM)
            reached.append("saved")
        reached.append("not stopped")

    with StopSignals() as signals:
        with pytest.raises(Stopped) as stopped:
            work(signals)
        # What then saves and cleans up is not stopped again.
        os.kill(os.getpid(), signal.SIGTERM)
    assert reached == ["saved"]
    assert stopped.value.exit_code == 143


@pytest.mark.slow("kills")
def test_a_stop_while_it_judges_comes_when_the_verdicts_are_published(
    scheduled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_and_be_stopped(*arguments: Any) -> JudgeSummary:
        os.kill(os.getpid(), signal.SIGTERM)
        return judge_workspace(*arguments)

    monkeypatch.setattr(daily_run, "judge_workspace", judge_and_be_stopped)
    schedule, told = schedule_of(scheduled)
    with StopSignals() as signals, pytest.raises(Stopped):
        schedule.do(Task("default", "collect"), signals)
    assert scheduled.value("SELECT count(*) FROM verdict") > 0
    assert not any("failed" in line for line in told), told


def test_a_stop_that_is_taken_for_a_failure_on_its_way_ends_the_schedule_all_the_same(
    scheduled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_stopped(*_: object) -> None:
        with suppress(Stopped):  # as DuckDB does in the middle of a query
            os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(scheduler, "collect_judge_and_tell", be_stopped)
    schedule, told = schedule_of(scheduled)
    with StopSignals() as signals, pytest.raises(Stopped):
        schedule.run_for_ever(signals)
    assert not any("failed" in line for line in told)


def start(installation: Installation, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "campaign_health", *arguments],
        env={**os.environ, **installation.environment, "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=installation.data_dir,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for_requests(installation: Installation, endpoint: str) -> None:
    deadline = time.monotonic() + 60
    while installation.sandbox.count(endpoint) == 0:
        assert time.monotonic() < deadline, "the program asked for nothing"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        pytest.param("collect", signal.SIGTERM, 143, marks=pytest.mark.slow("kills"), id="collect by SIGTERM"),
        pytest.param("collect", signal.SIGINT, 130, marks=pytest.mark.slow("kills"), id="collect by Ctrl-C"),
        pytest.param("run", signal.SIGTERM, 0, id="the scheduler by SIGTERM"),
    ],
)
def test_a_signal_in_the_middle_keeps_and_publishes_what_was_complete(
    scheduled: Installation, command: str, number: int, code: int
) -> None:
    # One campaign's sends never come: the run is then in the middle of them for certain.
    scheduled.sandbox.fail("hang", endpoint="customerio.metrics", at="every", campaign=2, times=None)
    process = start(scheduled, command)
    try:
        wait_for_requests(scheduled, "customerio.metrics")
        process.send_signal(number)
        _, stderr = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    outcomes = dict(scheduled.rows("SELECT source, outcome FROM collection"))
    assert outcomes["mixpanel_events"] == "complete"
    assert outcomes["customerio_metrics"] in ("partial", "failed")
    assert outcomes["customerio_journeys"] == "failed"
    assert scheduled.value("SELECT count(*) FROM event_day WHERE state = 'observed'") > 0
    assert scheduled.rows("SELECT DISTINCT state FROM campaign_day WHERE campaign_id = 2") == [("not_collected",)]
    scheduled.sandbox.mend()
    assert scheduled.collect().exit_code() == 0
    assert scheduled.rows("SELECT DISTINCT state FROM campaign_day WHERE campaign_id = 2") == [("observed",)]
