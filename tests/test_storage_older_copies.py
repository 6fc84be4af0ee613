"""Nothing older or damaged takes the place of what is newer and whole; the older generation stands in where it must."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from storage.errors import CorruptFileError, OlderFileError
from storage.file.database import Warehouse, open_published, transaction
from tests.storage_cast import lost, numbers, save_a_run


def run(warehouse: Warehouse, number: int) -> None:
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_a_run(connection, number)


def damage(path: Path) -> None:
    """Flip a bit in each of its blocks."""
    content = bytearray(path.read_bytes())
    for offset in range(12_288 + 4096, len(content), 4096):
        content[offset] ^= 1
    path.write_bytes(content)


def published_numbers(path: Path) -> list[tuple[int]]:
    with open_published(path) as connection:
        return connection.execute("SELECT DISTINCT events FROM event_day").fetchall()


def schema(path: Path) -> list[list[tuple[object, ...]]]:
    questions = (
        "SELECT table_name, comment, has_primary_key, check_constraint_count, sql FROM duckdb_tables() ORDER BY 1",
        "SELECT table_name, column_name, data_type, comment, is_nullable, column_default FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY ALL",
        "SELECT view_name, comment, sql FROM duckdb_views() WHERE NOT internal ORDER BY 1",
        "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    )
    with duckdb.connect(path, read_only=True) as connection:
        return [connection.execute(question).fetchall() for question in questions]


def test_the_published_copy_has_the_tables_views_keys_checks_and_comments_of_the_warehouse(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    of_warehouse = schema(warehouse.path)
    assert all(of_warehouse)
    assert schema(warehouse.published_path) == of_warehouse
    with duckdb.connect(warehouse.published_path, read_only=True) as connection:
        told = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchone()
    assert told == ("v1.0.0+",)


def test_what_was_deleted_takes_no_room_in_the_published_copy(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection:
        connection.execute("CREATE TABLE passing AS SELECT random() AS number FROM range(1_500_000)")
    run(warehouse, 1)
    with warehouse.open_and_publish() as connection:
        connection.execute("DROP TABLE passing")
    assert warehouse.published_path.stat().st_size < warehouse.path.stat().st_size - 2_000_000


def test_a_copy_that_takes_the_place_of_the_one_that_was_looked_at_is_looked_at_too(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "kept")
    run(warehouse, 1)
    with warehouse.open():
        pass
    newer = Warehouse(tmp_path / "newer")
    shutil.copytree(warehouse.data_dir, newer.data_dir)
    run(newer, 2)
    shutil.copyfile(newer.published_path, warehouse.published_path)
    with pytest.raises(OlderFileError), warehouse.open():
        pass


def test_a_damaged_warehouse_is_not_published_and_both_files_are_named(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    before = warehouse.published_path.read_bytes()
    damage(warehouse.path)
    with pytest.raises(CorruptFileError, match=r"warehouse\.duckdb is damaged") as raised:
        warehouse.publish()
    assert "move it away: the next command restores it from campaign_health.duckdb" in raised.value.cure
    assert warehouse.published_path.read_bytes() == before
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow("files of older versions")
def test_each_publication_keeps_the_one_before_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    assert not warehouse.previous_path.exists()
    run(warehouse, 2)
    run(warehouse, 3)
    assert published_numbers(warehouse.published_path) == [(3,)]
    assert published_numbers(warehouse.previous_path) == [(2,)]


@pytest.mark.slow("files of older versions")
def test_a_damaged_copy_does_not_push_the_good_older_one_out_and_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    run(warehouse, 2)
    damage(warehouse.published_path)
    run(warehouse, 3)
    assert published_numbers(warehouse.published_path) == [(3,)]
    assert published_numbers(warehouse.previous_path) == [(1,)]
    assert f"{warehouse.published_path} was damaged; a new copy takes its place" in caplog.text


@pytest.mark.slow("files of older versions")
def test_an_older_warehouse_put_back_never_replaces_the_newer_copy(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    backup = warehouse.path.read_bytes()
    run(warehouse, 2)
    before = warehouse.published_path.read_bytes()
    warehouse.path.write_bytes(backup)
    for attempt in (warehouse.publish, lambda: numbers(warehouse)):
        with pytest.raises(OlderFileError) as raised:
            attempt()
        assert str(warehouse.path) in raised.value.message
        assert str(warehouse.published_path) in raised.value.message
        assert "move warehouse.duckdb away" in raised.value.cure
        assert f"campaign-health restore {warehouse.path}" in raised.value.cure
    assert warehouse.published_path.read_bytes() == before
    warehouse.path.unlink()
    assert numbers(warehouse) == [(2, 60)]


def test_where_the_newest_copy_is_damaged_the_older_generation_keeps_an_older_warehouse_out(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    backup = warehouse.path.read_bytes()
    for number in (2, 3):
        run(warehouse, number)
    warehouse.path.write_bytes(backup)
    warehouse.published_path.write_bytes(b"damaged")
    with pytest.raises(OlderFileError, match=r"campaign_health\.previous\.duckdb"):
        warehouse.publish()


def test_copies_from_before_publications_were_counted_are_told_by_their_newest_collection(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    with warehouse.open() as connection, transaction(connection):
        connection.execute("DELETE FROM publication")
        collected_on(connection, 20)
    backup = warehouse.path.read_bytes()
    warehouse.published_path.unlink()
    with warehouse.open() as connection, transaction(connection):
        collected_on(connection, 24)
    shutil.copyfile(warehouse.path, warehouse.published_path)
    warehouse.path.write_bytes(backup)
    with pytest.raises(OlderFileError, match=r"up to 2026-11-24 07:00 UTC.*is older.*up to 2026-11-20 07:00 UTC"):
        warehouse.publish()


def collected_on(connection: duckdb.DuckDBPyConnection, day: int) -> None:
    at = f"2026-11-{day} 07:00"
    connection.execute(
        "INSERT INTO collection (run_id, workspace, source, started_at, ended_at, outcome, requests, rows) "
        "VALUES (?, 'default', 'mixpanel_events', ?, ?, 'complete', 1, 1)",
        [f"run {day}", at, at],
    )


def test_a_lost_warehouse_comes_back_from_the_older_copy_where_the_newest_is_damaged_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    run(warehouse, 2)
    warehouse.path.unlink()
    damage(warehouse.published_path)
    assert numbers(warehouse) == [(1, 60)]
    (told,) = caplog.messages
    assert told.startswith(f"warning: {warehouse.path} was missing and {warehouse.published_path} is damaged; ")
    assert f"from the older copy {warehouse.previous_path}" in told


def test_where_only_the_older_copy_is_left_it_is_restored(tmp_path: Path) -> None:
    warehouse = lost(tmp_path)
    warehouse.published_path.rename(warehouse.previous_path)
    assert warehouse.exists()
    assert numbers(warehouse) == [(1, 60)]


def test_where_both_copies_are_damaged_both_are_named_and_nothing_is_begun_anew(tmp_path: Path) -> None:
    warehouse = lost(tmp_path)
    for path in (warehouse.published_path, warehouse.previous_path):
        path.write_bytes(b"damaged")
    with pytest.raises(CorruptFileError, match=r"campaign_health\.duckdb is damaged.*previous\.duckdb is damaged"):
        warehouse.publish()
    assert not warehouse.path.exists()
