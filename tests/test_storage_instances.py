"""Files are opened one after another in the same DuckDB instance, and none notices another."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from storage.file import instances
from storage.file.database import Warehouse, open_published
from storage.file.instances import opened


@pytest.fixture(autouse=True)
def no_idle_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins as a new process does."""
    monkeypatch.setattr(instances, "_idle", [])


def test_two_instances_are_started_for_the_files_of_a_folder(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    kept = set()
    for _ in range(3):
        warehouse.publish()
        with open_published(warehouse.data_dir) as connection:
            assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
        kept.update(map(id, instances._idle))
    # The warehouse is compared with its published copy while it is open.
    assert len(kept) == len(instances._idle) == 2


def test_the_kept_instance_serves_the_next_folder_and_spills_there(tmp_path: Path) -> None:
    for name in ("one", "other", "one"):
        (tmp_path / name).mkdir(exist_ok=True)
        with opened(tmp_path / name / "file.duckdb", "file") as connection:
            assert connection.execute("SELECT current_setting('temp_directory')").fetchone() == (
                str(tmp_path / name / "duckdb.tmp"),
            )
        assert len(instances._idle) == 1


@pytest.mark.slow("spills")
def test_an_instance_that_has_spilled_is_not_taken_elsewhere(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with opened(tmp_path / name / "file.duckdb", "file") as connection:
            connection.execute("SET memory_limit = '60MB'; SET threads = 1")
            rows = connection.execute("SELECT range AS a, hash(range) AS b FROM range(8000000) ORDER BY b")
            assert list((tmp_path / name).glob("duckdb.tmp/*"))
            rows.fetchone()


def test_no_more_are_kept_than_a_few_however_many_read_at_once(tmp_path: Path) -> None:
    with opened(tmp_path / "file.duckdb", "file"):
        pass
    with ExitStack() as reading:
        for _ in range(8):
            reading.enter_context(opened(tmp_path / "file.duckdb", "file", read_only=True))
    assert len(instances._idle) == instances.KEPT


@pytest.mark.slow("spills")
def test_what_does_not_fit_into_memory_is_spilled_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, data = tmp_path / "here", tmp_path / "data"
    here.mkdir()
    data.mkdir()
    monkeypatch.chdir(here)
    with opened(data / "file.duckdb", "file") as connection:
        connection.execute("SET memory_limit = '60MB'; SET threads = 1")
        rows = connection.execute("SELECT range AS a, hash(range) AS b FROM range(8000000) ORDER BY b")
        assert list(data.glob("duckdb.tmp/*"))
        rows.fetchone()
    assert list(here.iterdir()) == []
    instances.close_idle()
    assert [found.name for found in data.iterdir()] == ["file.duckdb"]


def test_nothing_of_one_opening_is_left_for_the_next(tmp_path: Path) -> None:
    with opened(tmp_path / "one.duckdb", "one") as connection:
        connection.execute("CREATE TABLE kept (a INTEGER); CREATE TEMP TABLE passing (a INTEGER)")
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("Asia/Tokyo",)
    with opened(tmp_path / "other.duckdb", "one") as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() != ("Asia/Tokyo",)


def test_what_was_written_is_whole_in_the_file_once_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file.duckdb"
    with opened(path, "file") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS a")
    assert [found.name for found in tmp_path.iterdir()] == ["file.duckdb"]
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("SELECT a FROM kept").fetchone() == (1,)


def test_an_instance_in_which_anything_failed_is_not_used_again(tmp_path: Path) -> None:
    path = tmp_path / "file.duckdb"
    half_done = "BEGIN; CREATE TABLE half (a INTEGER); SELECT * FROM nowhere"
    with pytest.raises(duckdb.CatalogException), opened(path, "file") as connection:
        connection.execute(half_done)
    assert instances._idle == []
    with opened(path, "file") as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


def test_a_result_that_nobody_read_to_its_end_does_not_keep_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file.duckdb"
    with opened(path, "file") as connection:
        unread = connection.execute("SELECT * FROM range(10000000)"), connection.sql("SELECT 1")
    with opened(path, "file") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    del unread


def test_a_transaction_left_open_is_undone_and_the_file_let_go(tmp_path: Path) -> None:
    path = tmp_path / "file.duckdb"
    with opened(path, "file") as connection:
        connection.execute("BEGIN; CREATE TABLE half (a INTEGER)")
    with duckdb.connect(path) as elsewhere:
        assert elsewhere.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []
    with opened(path, "file") as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


def test_several_may_read_the_published_file_at_once_and_each_sees_what_was_newest(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.publish()
    count = "SELECT count(*) FROM event"
    with open_published(tmp_path) as before, open_published(tmp_path) as beside:
        with warehouse.open_and_publish() as connection:
            connection.execute("INSERT INTO event VALUES ('default', 'signed_up', TIMESTAMP '2026-01-01', NULL, NULL)")
        with open_published(tmp_path) as after:
            seen = [connection.execute(count).fetchone() for connection in (before, beside, after)]
    assert seen == [(0,), (0,), (1,)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_starts_an_instance_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path / "file.duckdb", "file"):
        pass
    child = os.fork()
    if child == 0:
        code = 9
        try:
            with opened(tmp_path / "file.duckdb", "file") as connection:
                connection.execute("SELECT sum(i) FROM range(1000000) t(i)").fetchone()
            code = len(instances._idle)
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_ends_as_it_should(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from storage.file.instances import opened\n"
        f"with opened(Path({str(tmp_path / 'file.duckdb')!r}), 'file'): pass\n"
        "child = os.fork()\n"
        "sys.exit(0 if child == 0 else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=Path(__file__).parents[1], timeout=60)
    assert done.returncode == 0
