"""The schedule: what is caught up, what a failure and a wrong clock do, how it ends, and who is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.pipeline.order import MIXPANEL_SOURCES, Order, light_order, with_keys
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule import scheduler
from campaign_health.schedule.due_work import Task
from campaign_health.schedule.jobs import Ended, Job, JobResult
from campaign_health.schedule.scheduler import Schedule
from campaign_health.schedule.supervisor import Supervisor
from campaign_health.settings import Settings
from storage.file.database import Warehouse
from tests.collecting_cast import Install, Installation
from tests.rounds_cast import WORKER

COLLECT, REFRESH, TELL = Task("default", "collect"), Task("default", "refresh"), Task("default", "tell")


def test_a_service_without_keys_is_left_out_of_every_order(installation: Installation) -> None:
    installation.extra["CUSTOMERIO_APP_API_KEY"] = ""
    [workspace] = installation.settings().workspaces
    assert with_keys(Order(), workspace).in_turn() == MIXPANEL_SOURCES
    assert with_keys(light_order(), workspace).in_turn() == ("mixpanel_events",)


@pytest.fixture
def scheduled(install: Install) -> Installation:
    return install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10", CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin")


class Planned:
    """A schedule whose work is only written down."""

    def __init__(self, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installation, self.told = installation, list[str]()
        self.tasks: list[Task] = []
        self.environment = dict(installation.environment)
        monkeypatch.setattr(Supervisor, "submit", lambda _, task: self.tasks.append(task))
        self.schedule = Schedule(self.read, WORKER, self.told.append, self.environment)

    def read(self) -> Settings:
        return self.installation.settings()

    def look(self, days: float = 0.0) -> list[Task]:
        """What becomes due so many days after the cast's morning."""
        instant = self.installation.sandbox.now + timedelta(days=days)
        self.environment["CAMPAIGN_HEALTH_NOW"] = instant.isoformat()
        self.tasks.clear()
        self.schedule.look()
        return list(self.tasks)


@pytest.fixture
def planned(scheduled: Installation, monkeypatch: pytest.MonkeyPatch) -> Planned:
    return Planned(scheduled, monkeypatch)


def test_what_was_missed_is_caught_up_once(planned: Planned) -> None:
    assert planned.look() == [COLLECT, TELL]
    assert planned.look() == []
    assert planned.look(1 / 24) == []
    assert planned.look(1) == [COLLECT]


@pytest.mark.slow("kills")
def test_what_another_process_did_before_is_not_done_again(
    scheduled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scheduled.collect().exit_code() == 0
    planned = Planned(scheduled, monkeypatch)
    assert planned.look() == [TELL]
    assert planned.look(2 / 24) == [REFRESH]


def test_a_run_that_was_killed_in_the_middle_is_not_taken_for_the_mornings(
    scheduled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled.collect(Order(sources=frozenset({"customerio_campaigns", "mixpanel_events"})))
    assert Planned(scheduled, monkeypatch).look() == [COLLECT, TELL]


def test_a_clock_that_was_a_month_ahead_and_is_mended_silences_nothing(planned: Planned) -> None:
    planned.look()
    assert COLLECT in planned.look(30)
    assert planned.look(0.01) == [], "what was done before the clock went wrong is done"
    following = planned.schedule.next_instant
    assert following is not None
    assert following - planned.installation.sandbox.now < timedelta(days=1)
    for day in (1, 2, 3):
        assert COLLECT in planned.look(day)


def test_it_says_that_the_clock_is_set(planned: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(Supervisor, "step", stop)
    with StopSignals() as signals, pytest.raises(Stopped):
        planned.schedule.run_for_ever(signals)
    assert "CAMPAIGN_HEALTH_NOW is set: it is always 2026-11-21T" in planned.told[0]
    assert "nothing becomes due any more" in planned.told[0]


def test_other_settings_hold_from_the_next_look_on_and_bad_ones_do_not(planned: Planned) -> None:
    planned.look()
    planned.installation.extra["CAMPAIGN_HEALTH_COLLECT_AT"] = "half past six"
    planned.told.clear()
    planned.look()
    planned.look()
    assert len(planned.told) == 1, planned.told
    assert "The settings cannot be used, so the last ones still hold. CAMPAIGN_HEALTH_COLLECT_AT" in planned.told[0]
    planned.installation.extra["CAMPAIGN_HEALTH_COLLECT_AT"] = "11:00"
    assert planned.look() == []
    assert planned.told[1:] == ["The settings changed, and hold from now on."]
    assert planned.look(1.9 / 24) == []
    assert COLLECT in planned.look(2 / 24)


def test_another_data_directory_takes_a_new_start(planned: Planned, tmp_path: Path) -> None:
    planned.look()
    planned.installation.extra["CAMPAIGN_HEALTH_DATA_DIR"] = str(tmp_path / "other")
    planned.told.clear()
    planned.look()
    assert planned.told[0].startswith(f"The data directory stays {planned.installation.data_dir} until")
    planned.look()
    assert len(planned.told) == 2


def test_a_run_that_meets_another_one_comes_again_later(planned: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    planned.look()
    refused = JobResult(exit_code=2, refused="Another run is in progress on x: process 1.")
    planned.schedule.after(Ended(Job("collect", planned.read(), ("default",)), refused))
    assert planned.told[-2:] == [refused.refused, "collect again in 10 minutes."]
    assert planned.look() == []
    now = time.monotonic()
    monkeypatch.setattr(scheduler.time, "monotonic", lambda: now + 601)
    assert planned.look() == [COLLECT]


def test_after_a_run_that_lacked_something_the_next_refresh_is_a_whole_run(planned: Planned) -> None:
    planned.look()
    job = Job("collect", planned.read(), ("default",))
    planned.schedule.after(Ended(job, JobResult(exit_code=1)))
    assert planned.look(2 / 24) == [COLLECT]
    planned.schedule.after(Ended(job, JobResult()))
    assert planned.look(6 / 24) == [REFRESH]


def test_a_run_that_mixpanels_limit_ended_goes_on_when_the_hour_is_over(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned.look()
    job = Job("refresh", planned.read(), ("default",))
    planned.schedule.after(Ended(job, JobResult(exit_code=1, budget_spent=True)))
    now = time.monotonic()
    monkeypatch.setattr(scheduler.time, "monotonic", lambda: now + 61 * 60 + 1)
    assert planned.look() == [COLLECT]


def test_one_workspaces_unknown_zone_does_not_hold_the_schedule(
    scheduled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled.extra["CAMPAIGN_HEALTH_TIMEZONE"] = ""
    scheduled.collect(Order(sources=frozenset({"customerio_campaigns"})))
    with Warehouse(scheduled.data_dir).open() as connection:
        connection.execute("UPDATE workspace SET time_zone = 'Mars/Olympus'")
    planned = Planned(scheduled, monkeypatch)
    planned.look()
    assert planned.told[0].startswith("its times are taken as UTC's. The workspace's time zone 'Mars/Olympus'")
    assert COLLECT in planned.look(1)


def test_settings_that_cannot_be_used_at_the_beginning_are_refused(scheduled: Installation) -> None:
    scheduled.extra["CAMPAIGN_HEALTH_COLLECT_AT"] = "half past six"
    with pytest.raises(SettingsError):
        Schedule(scheduled.settings, WORKER, print, scheduled.environment)
    scheduled.extra.clear()
    with pytest.raises(CouldNotStart, match="no workspace 'other'"):
        Schedule(scheduled.settings, WORKER, print, scheduled.environment, ["other"])


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


def test_a_stop_that_is_taken_for_a_failure_on_its_way_ends_the_schedule_all_the_same(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_stopped(*_: object) -> None:
        with suppress(Stopped):  # as DuckDB does in the middle of a query
            os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(Supervisor, "step", be_stopped)
    with StopSignals() as signals, pytest.raises(Stopped):
        planned.schedule.run_for_ever(signals)
    assert not any("tried again" in line for line in planned.told)


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
