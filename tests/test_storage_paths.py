"""Paths of the data directory that cannot be used, or look as if they could not, are named or borne."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage.errors import (
    StorageError,
    UnwritableDirectoryError,
)
from storage.file.database import Warehouse, open_published


def test_a_log_of_a_file_that_was_moved_away_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb.wal").write_bytes(b"of another file")
    with Warehouse(tmp_path).open() as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
    assert (tmp_path / "warehouse.duckdb.wal.orphaned").read_bytes() == b"of another file"


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UnwritableDirectoryError, match="CAMPAIGN_HEALTH_DATA_DIR"), Warehouse(tmp_path / "file").open():
        pass
    with pytest.raises(UnwritableDirectoryError), Warehouse(tmp_path / "file" / "data").open():
        pass


def test_a_directory_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.path.mkdir()
    with pytest.raises(StorageError, match=r"warehouse\.duckdb cannot be used.*directory"), warehouse.open():
        pass
    warehouse.published_path.mkdir()
    with pytest.raises(StorageError, match=r"campaign_health\.duckdb cannot be used"), open_published(tmp_path):
        pass


@pytest.mark.parametrize("name", ["n" * 300, "loop"])
def test_a_path_that_leads_nowhere_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(StorageError, match="cannot be used"), Warehouse(tmp_path / name / "data").open():
        pass


def test_a_link_planted_where_the_holder_is_written_leads_nowhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    (tmp_path / "warehouse.holder").symlink_to(victim)
    with Warehouse(tmp_path).open():
        pass
    assert victim.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UnwritableDirectoryError, match="right to write"), Warehouse(tmp_path).open():
            pass
    finally:
        tmp_path.chmod(0o700)


def test_a_directory_name_with_quotes_works(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / 'it\'s; "data" 📈')
    warehouse.publish()
    with open_published(warehouse.data_dir) as connection:
        assert connection.execute("SELECT count(*) FROM event_vs_campaign").fetchone() == (0,)
