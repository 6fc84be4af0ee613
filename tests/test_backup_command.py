"""`backup` and `restore`: verified both ways, never silently backwards, and while others work on the warehouse."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.process.run_lock import COLLECTING, only_one
from storage.errors import CorruptFileError, ExpectedFailure, ForeignFileError, NothingStoredError
from storage.file.database import Warehouse, open_published, transaction
from tests.storage_cast import numbers, save_a_run


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Warehouse(tmp_path / "data")


def run(warehouse: Warehouse, number: int) -> None:
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_a_run(connection, number)


def command(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(campaign_health, arguments, input=answer)


def failure(result: Result) -> ExpectedFailure:
    assert isinstance(result.exception, ExpectedFailure), result.output
    return result.exception


def published(warehouse: Warehouse) -> list[tuple[int]]:
    with open_published(warehouse.data_dir) as connection:
        return connection.execute("SELECT DISTINCT events FROM event_day").fetchall()


def test_a_backup_brings_everything_to_a_machine_that_has_nothing(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(warehouse, 1)
    made = command("backup", "kept.duckdb")
    assert made.exit_code == 0, made.output
    assert made.output.startswith("wrote kept.duckdb (")
    assert stat.S_IMODE(Path("kept.duckdb").stat().st_mode) == 0o600
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "second"))
    restored = command("restore", "kept.duckdb")
    assert restored.exit_code == 0, restored.output
    second = Warehouse(tmp_path / "second")
    assert numbers(second) == [(1, 60)]
    assert published(second) == [(1,)]
    assert not [path.name for path in second.data_dir.iterdir() if "replaced" in path.name]


def test_a_backup_holds_what_is_not_published_yet_and_leaves_no_log(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 2)
    assert command("backup", "kept.duckdb").exit_code == 0
    with duckdb.connect("kept.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(2,)]
    assert sorted(path.name for path in Path().iterdir()) == ["data", "kept.duckdb"]


def test_a_backup_waits_for_whoever_writes(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    is_open, done = threading.Event(), threading.Event()

    def write() -> None:
        with warehouse.open() as connection, transaction(connection):
            is_open.set()
            done.wait(60)
            save_a_run(connection, 2)

    writer = threading.Thread(target=write)
    writer.start()
    is_open.wait(60)
    threading.Timer(0.3, done.set).start()
    assert command("backup", "kept.duckdb").exit_code == 0
    writer.join(60)
    with duckdb.connect("kept.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(2,)]


def test_a_file_that_is_there_is_only_replaced_where_that_is_said(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    Path("kept.duckdb").write_text("mine", encoding="utf-8")
    assert "kept.duckdb is there already" in failure(command("backup", "kept.duckdb")).message
    assert Path("kept.duckdb").read_text(encoding="utf-8") == "mine"
    assert command("backup", "kept.duckdb", "--force").exit_code == 0
    assert "no directory" in failure(command("backup", "nowhere/kept.duckdb")).message


def test_a_damaged_warehouse_gives_no_backup_and_the_older_one_stays(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    assert command("backup", "kept.duckdb").exit_code == 0
    before = Path("kept.duckdb").read_bytes()
    damage(warehouse.path)
    told = failure(command("backup", "kept.duckdb", "--force"))
    assert isinstance(told, CorruptFileError)
    assert f"{warehouse.path} is damaged" in told.message
    assert Path("kept.duckdb").read_bytes() == before


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for offset in range(16_384, len(content), 4096):
        content[offset] ^= 1
    path.write_bytes(content)


def test_where_nothing_is_stored_there_is_nothing_to_back_up_and_nothing_is_made(warehouse: Warehouse) -> None:
    assert isinstance(failure(command("backup", "kept.duckdb")), NothingStoredError)
    assert not warehouse.data_dir.exists()
    assert not Path("kept.duckdb").exists()


@pytest.mark.slow("files of older versions")
def test_something_newer_is_only_replaced_by_who_says_so_and_is_kept_beside(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    assert command("backup", "kept.duckdb").exit_code == 0
    run(warehouse, 2)
    told = failure(command("restore", "kept.duckdb"))
    assert "is newer" in told.message
    assert "--yes" in told.cure
    assert numbers(warehouse) == [(2, 60)]
    done = command("restore", "kept.duckdb", "--yes")
    assert done.exit_code == 0, done.output
    assert numbers(warehouse) == [(1, 60)]
    assert published(warehouse) == [(1,)]
    for kept in ("warehouse.replaced.duckdb", "campaign_health.previous.duckdb"):
        with duckdb.connect(warehouse.data_dir / kept, read_only=True) as connection:
            assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(2,)]
    run(warehouse, 3)
    assert published(warehouse) == [(3,)]


def test_what_was_stored_and_not_published_counts_as_newer(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    assert command("backup", "kept.duckdb").exit_code == 0
    with warehouse.open() as connection:
        connection.execute(
            "INSERT INTO collection (run_id, workspace, source, started_at, ended_at, outcome, requests, rows) VALUES "
            "('later', 'default', 'mixpanel_events', '2026-11-28 07:00', '2026-11-28 07:01', 'complete', 1, 1)"
        )
    assert "up to 2026-11-28 07:01 UTC" in failure(command("restore", "kept.duckdb")).message


@pytest.mark.slow("files of older versions")
def test_an_older_warehouse_that_was_put_back_by_hand_can_be_gone_on_with(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    older = warehouse.path.read_bytes()
    run(warehouse, 2)
    warehouse.path.write_bytes(older)
    assert command("restore", str(warehouse.path), "--yes").exit_code == 0
    assert numbers(warehouse) == [(1, 60)]
    run(warehouse, 3)
    assert published(warehouse) == [(3,)]


def test_a_backup_of_another_warehouse_can_be_restored(warehouse: Warehouse, tmp_path: Path) -> None:
    run(warehouse, 1)
    other = Warehouse(tmp_path / "other")
    run(other, 2)
    assert command("restore", str(other.path), "--yes").exit_code == 0
    assert published(warehouse) == [(2,)]
    run(warehouse, 3)
    assert published(warehouse) == [(3,)]


@pytest.mark.slow("files of older versions")
@pytest.mark.parametrize("kind", ["damaged", "no database", "another program's", "empty", "missing"])
def test_what_is_no_good_backup_changes_nothing(warehouse: Warehouse, kind: str) -> None:
    run(warehouse, 1)
    backup = Path("kept.duckdb")
    if kind == "damaged":
        assert command("backup", "kept.duckdb").exit_code == 0
        damage(backup)
    elif kind == "no database":
        backup.write_bytes(b"no database at all")
    elif kind == "another program's":
        with duckdb.connect(backup) as connection:
            connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
    elif kind == "empty":
        duckdb.connect(backup).close()
    before = {path.name: path.read_bytes() for path in warehouse.data_dir.iterdir()}
    told = failure(command("restore", "kept.duckdb", "--yes"))
    expected = {"damaged": CorruptFileError, "no database": CorruptFileError, "another program's": ForeignFileError}
    assert isinstance(told, expected.get(kind, NothingStoredError))
    assert str(backup.absolute()) in told.message
    assert {path.name: path.read_bytes() for path in warehouse.data_dir.iterdir()} == before


def test_nothing_is_restored_in_the_middle_of_a_run(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    assert command("backup", "kept.duckdb").exit_code == 0
    with only_one(warehouse.data_dir, COLLECTING):
        assert "Another run is in progress" in failure(command("restore", "kept.duckdb", "--yes")).message


def test_a_damaged_warehouse_is_replaced_and_kept(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    assert command("backup", "kept.duckdb").exit_code == 0
    damage(warehouse.path)
    assert command("restore", "kept.duckdb").exit_code == 0
    assert numbers(warehouse) == [(1, 60)]
    assert (warehouse.data_dir / "warehouse.replaced.duckdb").exists()


@pytest.mark.slow("files of older versions")
def test_what_one_restore_replaced_is_kept_when_another_follows(warehouse: Warehouse) -> None:
    run(warehouse, 1)
    assert command("backup", "kept.duckdb").exit_code == 0
    run(warehouse, 2)
    for _ in range(2):
        assert command("restore", "kept.duckdb", "--yes").exit_code == 0
    for name, events in (("warehouse.replaced.duckdb", 2), ("warehouse.replaced.2.duckdb", 1)):
        with duckdb.connect(warehouse.data_dir / name, read_only=True) as connection:
            assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(events,)]
