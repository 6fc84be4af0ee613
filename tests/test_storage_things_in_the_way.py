"""What stands where a file should be, or does not fit on the disk, is named; nothing waits for it or is lost to it."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from storage.errors import DiskFullError, StorageError, UnwritableDirectoryError
from storage.file import database
from storage.file.database import Warehouse, open_published, transaction
from tests.storage_cast import save_a_run


def warehouse_in(folder: Path) -> Warehouse:
    warehouse = Warehouse(folder)
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_a_run(connection, 1)
    return warehouse


def refused_within(seconds: float, act: object) -> StorageError:
    """What `act` raises; where it waits for ever, this fails instead of waiting with it."""
    raised: list[StorageError] = []

    def acts() -> None:
        try:
            act()  # type: ignore[operator]
        except StorageError as failure:
            raised.append(failure)

    thread = threading.Thread(target=acts, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it waits for ever"
    assert raised, "nothing was refused"
    return raised[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes among its files")
@pytest.mark.parametrize("is_published", [True, False])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path, is_published: bool) -> None:
    warehouse = warehouse_in(tmp_path)
    path = warehouse.published_path if is_published else warehouse.path
    path.unlink()
    os.mkfifo(path)

    def read() -> None:
        with open_published(tmp_path) if is_published else warehouse.open():
            pass

    failure = refused_within(20, read)
    assert isinstance(failure, UnwritableDirectoryError)
    assert f"{path} cannot be used: it is no file" in failure.message


def test_a_directory_in_the_place_of_the_older_generation_is_named(tmp_path: Path) -> None:
    warehouse = warehouse_in(tmp_path)
    warehouse.previous_path.mkdir()
    with pytest.raises(UnwritableDirectoryError) as refused:
        warehouse.publish()
    assert str(warehouse.previous_path) in refused.value.message


def test_a_link_in_the_place_of_the_published_file_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    warehouse = warehouse_in(tmp_path / "data")
    elsewhere = tmp_path / "elsewhere.duckdb"
    warehouse.published_path.replace(elsewhere)
    warehouse.published_path.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    warehouse.publish()
    assert f"was a link to {elsewhere}" in caplog.text
    assert not warehouse.published_path.is_symlink()
    assert elsewhere.read_bytes() == before


def full(copy: Path, published: Path, previous: Path) -> None:
    """A disk on which the published file finds no room."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_stored_and_found_no_room_to_be_published_is_not_called_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = warehouse_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(database, "replace_published", full)
        with (
            pytest.raises(DiskFullError) as refused,
            warehouse.open_and_publish() as connection,
            transaction(connection),
        ):
            connection.execute("UPDATE event_day SET events = 7")
    assert "is done in warehouse.duckdb, and is not published" in refused.value.message
    assert "untouched" not in refused.value.cure
    warehouse.publish()
    with open_published(tmp_path) as connection:
        assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(7,)]


def test_a_backup_without_room_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = warehouse_in(tmp_path / "data")
    folder = tmp_path / "backups"
    folder.mkdir()

    def half(connection: object, source: Path, target: Path, *, named: Path) -> None:
        target.write_bytes(b"half")
        target.with_name(f"{target.name}.wal").write_bytes(b"and its log")
        raise DiskFullError("No space left.", "Free some space.")

    monkeypatch.setattr("storage.file.backups.copy_whole", half)
    with pytest.raises(DiskFullError):
        warehouse.back_up(folder / "backup.duckdb")
    assert list(folder.iterdir()) == []
