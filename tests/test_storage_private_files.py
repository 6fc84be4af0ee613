"""What is in the data directory is its owner's alone, on systems where files have modes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from storage.file.database import Warehouse, transaction
from tests.storage_cast import save_a_run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no modes here")


def run(warehouse: Warehouse, number: int) -> dict[str, int]:
    """A run, and the modes of the files while it was in the middle of its work."""
    with warehouse.open_and_publish() as connection:
        with transaction(connection):
            save_a_run(connection, number)
        return modes(warehouse)


def modes(warehouse: Warehouse) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in warehouse.data_dir.iterdir()}


def test_whatever_the_umask(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "data")
    before = os.umask(0)
    try:
        during = [run(warehouse, 1), run(warehouse, 2)]
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(warehouse.data_dir.stat().st_mode) == 0o700
    assert modes(warehouse) == dict.fromkeys(
        ("campaign_health.duckdb", "campaign_health.previous.duckdb", "warehouse.duckdb", "warehouse.lock"), 0o600
    )
    for found in during:
        assert {"warehouse.duckdb", "warehouse.holder", "warehouse.duckdb.wal"} <= set(found)
        assert set(found.values()) == {0o600}


def test_files_from_before_are_closed_to_others(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    warehouse.path.chmod(0o666)
    run(warehouse, 2)
    assert modes(warehouse)["warehouse.duckdb"] == 0o600


def test_a_group_that_was_given_the_published_file_to_read_keeps_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    warehouse.published_path.chmod(0o664)
    run(warehouse, 2)
    assert modes(warehouse)["campaign_health.duckdb"] == 0o640
    assert modes(warehouse)["campaign_health.previous.duckdb"] == 0o640
