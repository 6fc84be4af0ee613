"""The data directory goes away under a program that runs for ever: no new history is begun in its place."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.pipeline import Order
from campaign_health.schedule.child_process import ChildProcess
from campaign_health.schedule.due_work import Task
from campaign_health.schedule.jobs import Job
from campaign_health.schedule.scheduler import Schedule
from campaign_health.schedule.supervisor import Supervisor
from storage.errors import VanishedError
from storage.file.database import Warehouse, transaction
from tests.collecting_cast import Install
from tests.rounds_cast import WORKER
from tests.storage_cast import numbers, save_a_run


def seen(directory: Path) -> Warehouse:
    warehouse = Warehouse(directory)
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_a_run(connection, 1)
    warehouse.never_begin_anew()
    return warehouse


@pytest.mark.parametrize("left", ["nothing", "an empty mount point"])
def test_no_new_warehouse_is_made_where_one_was_seen(tmp_path: Path, left: str) -> None:
    data, away = tmp_path / "data", tmp_path / "away"
    warehouse = seen(data)
    data.rename(away)
    if left == "an empty mount point":
        data.mkdir()
    for attempt in (warehouse.publish, lambda: numbers(Warehouse(data))):
        with pytest.raises(VanishedError, match=rf"{data} is gone.*Nothing was made in its place. Mount the disk"):
            attempt()
    assert not data.exists() or not list(data.iterdir())
    if data.exists():
        data.rmdir()
    away.rename(data)
    assert numbers(warehouse) == [(1, 60)]


def test_a_lost_warehouse_is_still_restored_from_the_copy_beside_it(tmp_path: Path) -> None:
    warehouse = seen(tmp_path)
    warehouse.path.unlink()
    assert numbers(warehouse) == [(1, 60)]


def test_a_place_where_nothing_was_ever_seen_is_begun(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "new")
    warehouse.never_begin_anew()
    assert numbers(warehouse) == []


def test_the_schedule_says_so_once_does_nothing_and_works_again_when_the_volume_is_back(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled = install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10")
    scheduled.collect(Order(sources=frozenset({"customerio_campaigns"})))
    told: list[str] = []
    tasks: list[Task] = []
    environment = dict(scheduled.environment)
    monkeypatch.setattr(Supervisor, "submit", lambda _, task: tasks.append(task))
    schedule = Schedule(scheduled.settings, WORKER, told.append, environment)
    schedule.look()
    away = tmp_path / "away"
    scheduled.data_dir.rename(away)
    told.clear()
    tasks.clear()
    for day in range(1, 4):
        environment["CAMPAIGN_HEALTH_NOW"] = (scheduled.sandbox.now + timedelta(days=day)).isoformat()
        schedule.look()
    assert (len(told), tasks) == (1, [])
    assert "is gone" in told[0]
    assert not scheduled.data_dir.exists()
    away.rename(scheduled.data_dir)
    schedule.look()
    assert told[1:] == ["The warehouse is there again."]
    assert Task("default", "collect") in tasks


def test_a_piece_of_work_that_was_begun_before_the_volume_went_begins_nothing_anew(
    install: Install, tmp_path: Path
) -> None:
    scheduled = install()
    scheduled.data_dir.rename(tmp_path / "away")
    ended = threading.Event()
    job = Job("publish", scheduled.settings(), ("default",), warehouse_seen=True)
    child = ChildProcess(job, WORKER, scheduled.environment, 60, ended.set)
    assert ended.wait(60)
    result = child.result
    assert result is not None
    assert not result.published
    assert "is gone" in result.problems[""][0]
    assert not scheduled.data_dir.exists()
