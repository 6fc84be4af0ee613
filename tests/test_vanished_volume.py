"""The data directory goes away under a program that runs for ever: no new history is begun in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.process.stopping import StopSignals
from campaign_health.schedule.scheduler import Schedule, Task
from storage.errors import VanishedError
from storage.file.database import Warehouse, transaction
from tests.collecting_cast import Install, Notes
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


@pytest.mark.slow("kills")
def test_the_schedule_says_so_goes_on_trying_and_works_again_when_the_volume_is_back(
    install: Install, tmp_path: Path
) -> None:
    scheduled = install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10")
    told: list[str] = []
    schedule = Schedule(scheduled.settings(), Notes(), told.append, scheduled.environment)
    away = tmp_path / "away"
    with StopSignals() as signals:
        schedule.do(Task("default", "collect"), signals)
        Warehouse(scheduled.data_dir).never_begin_anew()
        scheduled.data_dir.rename(away)
        for kind in ("collect", "refresh", "digest"):
            told.clear()
            schedule.do(Task("default", kind), signals)
            assert "is gone" in told[0]
            assert f"{kind} of default again at" in told[1]
            assert len(told) == 2
            assert not scheduled.data_dir.exists()
        away.rename(scheduled.data_dir)
        schedule.do(Task("default", "refresh"), signals)
    assert scheduled.value("SELECT count(DISTINCT run_id) FROM collection") == 2
