"""What the schedule does when a part of it fails, or is taken from it while it waits."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule import scheduler
from campaign_health.schedule.due_work import Task
from campaign_health.schedule.jobs import Ended, Job, JobResult
from campaign_health.schedule.scheduler import Schedule
from campaign_health.schedule.supervisor import Supervisor
from tests.rounds_cast import WORKER, running_company


def test_what_was_to_come_again_goes_with_its_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: list[Task] = []
    monkeypatch.setattr(Supervisor, "submit", lambda _, task: tasks.append(task))
    with running_company(tmp_path, ("acme", "bolt")) as company:
        schedule = Schedule(company.settings, WORKER, print, company.environment)
        schedule.look()
        for name in ("acme", "bolt"):
            refused = JobResult(exit_code=2, refused="Another run is in progress.")
            schedule.after(Ended(Job("collect", company.settings(), (name,)), refused))
        del company.sandboxes["acme"]
        company.write()
        now = time.monotonic()
        monkeypatch.setattr(scheduler.time, "monotonic", lambda: now + 601)
        tasks.clear()
        schedule.look()
    assert tasks == [Task("bolt", "collect")]


def test_what_runs_is_watched_also_where_it_cannot_be_decided_what_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is told, once as long as it lasts, and again where it comes back."""
    told, looks, steps = list[str](), list[int](), list[int]()

    def look(_: Schedule) -> None:
        looks.append(len(looks))
        if len(looks) != 3:
            raise RuntimeError("no")

    def step(*_: object) -> None:
        steps.append(len(looks))
        if len(steps) == 4:
            raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(Schedule, "look", look)
    monkeypatch.setattr(Supervisor, "step", step)
    monkeypatch.setattr(scheduler, "LOOK_EVERY_SECONDS", 0.0)
    with running_company(tmp_path, ["acme"]) as company, StopSignals() as signals, pytest.raises(Stopped):
        Schedule(company.settings, WORKER, told.append, company.environment).run_for_ever(signals)
    assert steps == [1, 2, 3, 4]
    assert sum("it failed in an unforeseen way (RuntimeError)" in line for line in told) == 2
