"""Opening the warehouse: one at a time, at the newest schema, or a clear reason why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from storage.errors import (
    BusyError,
    CorruptFileError,
    ForeignFileError,
    NewerFileError,
    NoPublishedFileError,
)
from storage.file.database import Warehouse, open_published, transaction
from storage.file.migrations import Migration, migrate, shipped_migrations
from tests.storage_cast import save_a_run

ROOT = Path(__file__).resolve().parents[1]
_HOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from storage.file.database import Warehouse
with Warehouse(Path(sys.argv[2])).open():
    print("open", flush=True)
    sys.stdin.read()
"""


def test_whoever_comes_second_waits_and_is_told_who_has_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, "collect", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "open\n"
        expected = rf"warehouse\.duckdb is in use by process {holder.pid} \(-c collect\); waited 0\.1 seconds"
        with pytest.raises(BusyError, match=expected), Warehouse(tmp_path).open(wait_seconds=0.1):
            pass
        with pytest.raises(BusyError, match=expected):
            Warehouse(tmp_path).publish(wait_seconds=0.1)
        holder.kill()
        with Warehouse(tmp_path).open(wait_seconds=10):
            pass
    finally:
        holder.kill()
        holder.wait(60)
        holder.stdin.close()
        holder.stdout.close()


def test_a_foreign_program_that_has_the_warehouse_open_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.publish()
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "open\n"
        with (
            pytest.raises(BusyError, match=rf"open in another program.*{holder.pid}"),
            warehouse.open(wait_seconds=0.1),
        ):
            pass
    finally:
        holder.kill()
        holder.wait(60)
        holder.stdin.close()
        holder.stdout.close()
    with warehouse.open(wait_seconds=10):
        pass


def test_two_threads_take_turns(tmp_path: Path) -> None:
    def add(name: str) -> None:
        with Warehouse(tmp_path).open() as connection, transaction(connection):
            connection.execute("INSERT INTO event VALUES ('default', ?, TIMESTAMP '2026-01-01', NULL, NULL)", [name])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, "abcdefgh"))
    with Warehouse(tmp_path).open() as connection:
        assert connection.execute("SELECT string_agg(event, '' ORDER BY event) FROM event").fetchone() == ("abcdefgh",)


def test_opening_it_twice_in_one_thread_is_refused_instead_of_waiting_for_ever(tmp_path: Path) -> None:
    with (
        Warehouse(tmp_path).open(),
        pytest.raises(BusyError, match=f"process {os.getpid()}"),
        Warehouse(tmp_path).open(wait_seconds=0.1),
    ):
        pass


def test_a_mistake_in_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)

    def interrupted() -> None:
        with warehouse.open() as connection, transaction(connection):
            save_a_run(connection, 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with warehouse.open() as connection:
        assert connection.execute("SELECT count(*) FROM event_day").fetchone() == (0,)


def test_the_file_is_written_for_clients_from_duckdb_1_1_on(tmp_path: Path) -> None:
    with Warehouse(tmp_path).open() as connection:
        row = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'warehouse'"
        ).fetchone()
    assert row is not None
    assert row[0].startswith("v1.0.0")


def test_migrations_are_applied_once_and_recorded(tmp_path: Path) -> None:
    with Warehouse(tmp_path).open() as connection:
        recorded = connection.execute("SELECT number, name FROM schema_migration ORDER BY number").fetchall()
        assert recorded == [(migration.number, migration.name) for migration in shipped_migrations()]
        assert migrate(connection, tmp_path) == []


def test_a_file_from_before_is_brought_up_to_date_and_keeps_every_row(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    shipped = shipped_migrations()
    with duckdb.connect(path) as connection:
        migrate(connection, path, shipped[:1])
        connection.execute("INSERT INTO event VALUES ('default', 'signed_up', TIMESTAMP '2026-01-01', NULL, NULL)")
        assert [migration.number for migration in migrate(connection, path, shipped)] == [m.number for m in shipped[1:]]
        assert connection.execute("SELECT event FROM event").fetchall() == [("signed_up",)]
        assert connection.execute("SELECT count(*) FROM event_vs_campaign").fetchone() == (0,)


def test_a_migration_that_fails_leaves_neither_its_changes_nor_its_record(tmp_path: Path) -> None:
    path = tmp_path / "file.duckdb"
    good = Migration(1, "good", "CREATE TABLE kept (a INTEGER)")
    bad = Migration(2, "bad", "CREATE TABLE half (a INTEGER); SELECT * FROM nowhere")
    with duckdb.connect(path) as connection:
        with pytest.raises(duckdb.CatalogException):
            migrate(connection, path, [good, bad])
        assert connection.execute("SELECT number FROM schema_migration").fetchall() == [(1,)]
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_name").fetchall()
        assert tables == [("kept",), ("schema_migration",)]


def test_a_file_from_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection:
        connection.execute("INSERT INTO schema_migration VALUES (9001, 'later', TIMESTAMP '2027-01-01')")
    shutil.copyfile(warehouse.path, warehouse.published_path)
    with pytest.raises(NewerFileError, match=r"campaign_health\.duckdb.*number 9001"), open_published(tmp_path):
        pass
    before = warehouse.path.read_bytes()
    with (
        pytest.raises(NewerFileError, match=r"warehouse\.duckdb.*number 9001.*Update campaign-health"),
        warehouse.open(),
    ):
        pass
    assert warehouse.path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database " * 1000, b"\0" * 20_000])
def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path, content: bytes) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.path.write_bytes(content)
    warehouse.published_path.write_bytes(content)
    with pytest.raises(CorruptFileError, match=r"warehouse\.duckdb is damaged.*backup"), warehouse.open():
        pass
    with pytest.raises(CorruptFileError, match=r"campaign_health\.duckdb is damaged"), open_published(tmp_path):
        pass
    assert warehouse.path.read_bytes() == content


_OTHERS = [
    "CREATE TABLE orders (id INTEGER)",
    "CREATE VIEW orders AS SELECT 1",
    "CREATE TABLE schema_migration (v INT)",
]


@pytest.mark.parametrize("statement", _OTHERS)
def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, statement: str) -> None:
    warehouse = Warehouse(tmp_path)
    for path in (warehouse.path, warehouse.published_path):
        with duckdb.connect(path) as connection:
            connection.execute(statement)
    before = warehouse.path.read_bytes(), warehouse.published_path.read_bytes()
    with pytest.raises(ForeignFileError, match=r"warehouse\.duckdb is a DuckDB file, but not"), warehouse.open():
        pass
    with pytest.raises(ForeignFileError, match=r"warehouse\.duckdb"):
        warehouse.publish()
    with pytest.raises(ForeignFileError, match=r"campaign_health\.duckdb.*Move it away"), open_published(tmp_path):
        pass
    assert (warehouse.path.read_bytes(), warehouse.published_path.read_bytes()) == before


def test_another_programs_database_is_not_replaced_by_publishing(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with duckdb.connect(warehouse.published_path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
    before = warehouse.published_path.read_bytes()
    with pytest.raises(ForeignFileError, match=r"campaign_health\.duckdb.*Move it away"):
        warehouse.publish()
    assert warehouse.published_path.read_bytes() == before
    assert not warehouse.path.exists()


def test_a_damaged_published_file_is_replaced_by_publishing(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.publish()
    warehouse.published_path.write_bytes(b"damaged")
    warehouse.publish()
    with open_published(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)


def test_an_empty_database_is_taken_for_a_warehouse_and_never_for_a_published_file(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for path in (warehouse.path, warehouse.published_path):
        duckdb.connect(path).close()
    with pytest.raises(NoPublishedFileError, match="is an empty database"), open_published(tmp_path):
        pass
    warehouse.publish()
    with open_published(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)


@pytest.mark.parametrize(("first", "last"), [(0, 3000), (4096, 12_288), (12_288, None)])
def test_damage_within_a_file_is_named(tmp_path: Path, first: int, last: int | None) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 1)
    damaged = bytearray(warehouse.path.read_bytes())
    damaged[first:last] = bytes(value ^ 0x5A for value in damaged[first:last])
    warehouse.path.write_bytes(damaged)
    with pytest.raises(CorruptFileError, match=r"warehouse\.duckdb is damaged"), warehouse.open() as connection:
        connection.execute("SELECT * FROM event_day").fetchall()
