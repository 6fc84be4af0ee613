"""A warehouse that was moved away or lost comes back from its published copy, which nothing empty ever replaces."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from storage.errors import BusyError, CorruptFileError, ForeignFileError, NewerFileError, StorageError
from storage.file import whole_copy
from storage.file.database import Warehouse, open_published, transaction
from tests.storage_cast import lost, numbers, save_a_run

ROOT = Path(__file__).resolve().parents[1]


def test_a_lost_warehouse_is_restored_whole_and_it_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    warehouse = lost(tmp_path)
    copy = warehouse.published_path.read_bytes()
    assert warehouse.exists()
    with caplog.at_level(logging.WARNING):
        assert numbers(warehouse) == [(1, 60)]
    assert caplog.messages == [
        f"warning: {warehouse.path} was missing; it was restored from its published copy {warehouse.published_path}."
    ]
    assert warehouse.published_path.read_bytes() == copy
    warehouse.publish()
    with open_published(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM event_day").fetchone() == (60,)


def test_publishing_alone_loses_nothing(tmp_path: Path) -> None:
    warehouse = lost(tmp_path)
    warehouse.publish()
    assert numbers(warehouse) == [(1, 60)]
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_a_run(connection, 2)
    assert numbers(warehouse) == [(2, 60)]


def test_it_is_said_on_standard_error(tmp_path: Path) -> None:
    lost(tmp_path)
    code = (
        "import pathlib, sys\nfrom storage.file.database import Warehouse\n"
        "Warehouse(pathlib.Path(sys.argv[1])).publish()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stderr.startswith(f"warning: {tmp_path}/warehouse.duckdb was missing; it was restored")
    assert done.stdout == ""


def test_a_log_of_the_lost_file_is_not_played_into_the_restored_one(tmp_path: Path) -> None:
    warehouse = lost(tmp_path)
    (tmp_path / "warehouse.duckdb.wal").write_bytes(b"of the lost file")
    assert numbers(warehouse) == [(1, 60)]
    assert (tmp_path / "warehouse.duckdb.wal.orphaned").read_bytes() == b"of the lost file"


def half_written(warehouse: Warehouse) -> None:
    """Leaves the warehouse as a kill in the middle of a checkpoint does: a block torn, and its holder's file there."""
    with warehouse.path.open("rb+") as file:
        for offset in range(16_384, warehouse.path.stat().st_size, 65_536):
            file.seek(offset)
            file.write(b"\xff" * 64)
    warehouse.path.with_suffix(".holder").write_text("{}")


def test_a_warehouse_that_a_kill_tore_gives_way_to_its_published_copy_and_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse = lost(tmp_path)
    warehouse.publish()
    half_written(warehouse)
    torn = warehouse.path.read_bytes()
    with caplog.at_level(logging.WARNING):
        assert numbers(warehouse) == [(1, 60)]
    assert [message for message in caplog.messages if "killed in the middle of it" in message]
    assert (tmp_path / "warehouse.duckdb.cut-off").read_bytes() == torn
    warehouse.publish()
    assert numbers(warehouse) == [(1, 60)]


def test_a_torn_warehouse_that_was_never_published_begins_anew(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 1)
    half_written(warehouse)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 2)
    assert numbers(warehouse)[0][0] == 2


def test_a_whole_warehouse_whose_last_holder_was_killed_stays(tmp_path: Path) -> None:
    warehouse = lost(tmp_path)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 2)
    warehouse.path.with_suffix(".holder").write_text("{}")
    assert numbers(warehouse)[0][0] == 2
    assert not (tmp_path / "warehouse.duckdb.cut-off").exists()


@pytest.mark.parametrize("content", ["empty database", "no rows"])
def test_a_copy_without_rows_is_nothing_to_restore(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse = Warehouse(tmp_path)
    if content == "no rows":
        warehouse.publish()
        warehouse.path.unlink()
    else:
        duckdb.connect(warehouse.published_path).close()
    warehouse.publish()
    assert not caplog.messages
    with open_published(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)


_UNUSABLE = {
    "damaged": (CorruptFileError, "Move campaign_health.duckdb away"),
    "another program's": (ForeignFileError, "Move it away"),
    "newer": (NewerFileError, "Update campaign-health"),
    "held": (BusyError, "read_only=True"),
}


@pytest.mark.parametrize("state", _UNUSABLE)
def test_a_copy_that_cannot_be_used_stops_everything_and_both_files_are_named(tmp_path: Path, state: str) -> None:
    warehouse = lost(tmp_path)
    holder: subprocess.Popen[str] | None = None
    if state == "damaged":
        warehouse.published_path.write_bytes(b"damaged")
    elif state == "another program's":
        warehouse.published_path.unlink()
        with duckdb.connect(warehouse.published_path) as connection:
            connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
    elif state == "newer":
        with duckdb.connect(warehouse.published_path) as connection:
            connection.execute("INSERT INTO schema_migration VALUES (9001, 'later', TIMESTAMP '2027-01-01')")
    else:
        hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
        holder = subprocess.Popen(
            [sys.executable, "-c", hold, str(warehouse.published_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
    before = warehouse.published_path.read_bytes()
    kind, cure = _UNUSABLE[state]
    try:
        with pytest.raises(kind) as raised:
            warehouse.publish()
    finally:
        if holder is not None:
            holder.communicate()
    assert f"{warehouse.path} is missing" in raised.value.message
    assert str(warehouse.published_path) in raised.value.message
    assert "Put a backup of warehouse.duckdb in its place. Or else: " in raised.value.cure
    assert cure in raised.value.cure
    assert warehouse.published_path.read_bytes() == before
    assert not warehouse.path.exists()


def test_a_warehouse_begun_anew_never_replaces_the_copy_that_came_back(tmp_path: Path) -> None:
    warehouse = lost(tmp_path / "data")
    away = tmp_path / "away.duckdb"
    warehouse.published_path.rename(away)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 2)
    shutil.copyfile(away, warehouse.published_path)
    before = warehouse.published_path.read_bytes()
    for _ in range(2):
        with pytest.raises(StorageError, match=r"campaign_health\.duckdb.*warehouse\.duckdb was begun anew.*move"):
            warehouse.publish()
    assert warehouse.published_path.read_bytes() == before
    warehouse.path.unlink()
    assert numbers(warehouse) == [(1, 60)]


_KILLED = """
import os, signal, sys
from pathlib import Path
from storage.file import database
from storage.file import whole_copy
from storage.file.database import Warehouse

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

step = sys.argv[2]
if step == "in the copy":
    whole_copy.read_whole = die
elif step == "before the rename":
    Path.replace = die
else:
    database.sync_directory = die
Warehouse(Path(sys.argv[1])).publish()
"""


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("step", ["in the copy", "before the rename", "after the rename"])
def test_a_kill_at_any_step_leaves_nothing_half(tmp_path: Path, step: str) -> None:
    warehouse = lost(tmp_path)
    before = warehouse.published_path.read_bytes()
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), step], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert warehouse.published_path.read_bytes() == before
    assert warehouse.path.exists() == (step == "after the rename")
    assert numbers(warehouse) == [(1, 60)]
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow("histories judged again")
def test_a_full_disk_is_named_and_nothing_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = lost(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(whole_copy.os, "fsync", full)
        with pytest.raises(StorageError, match=r"No space left"):
            warehouse.publish()
    assert not warehouse.path.exists()
    assert numbers(warehouse) == [(1, 60)]
