"""`backup` and `restore` take along what the route keeps: whole, private, with its key, never silently backwards."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.errors import CouldNotStart
from campaign_health.process.run_lock import ROUTING, only_one
from storage.errors import CorruptFileError, ExpectedFailure, StorageError
from storage.file.database import Warehouse, transaction
from storage.outbox.events.event_queue import receive
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.report_log import ReportRow, insert_report
from storage.outbox.route_file import PersonHash, committed, open_route_file
from tests.reports_cast import KEY, listening, report, send
from tests.storage_cast import save_a_run

NOW = time.time()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with Warehouse(tmp_path / "data").open_and_publish() as connection, transaction(connection):
        save_a_run(connection, 1)
    return tmp_path / "data"


def take(data_dir: Path, number: int) -> None:
    """One event of a person, and a report that knows them by the key."""
    event = QueuedEvent(
        "default", "limit", number.to_bytes(16, "big"), f"u-{number}", NOW, NOW + number, NOW + 99, "backend", "{}"
    )
    with open_route_file(data_dir) as connection, committed(connection):
        receive(connection, event)
        person = PersonHash(data_dir)("default", f"u-{number}")
        insert_report(
            connection,
            ReportRow("default", f"E{number}", "sent", "email", NOW, NOW, 1, 1, "d", None, None, person, None),
        )


def waiting(data_dir: Path) -> int:
    with open_route_file(data_dir) as connection:
        return numbers(connection)["default", "limit"]["waiting"]


def command(*words: str) -> Result:
    return CliRunner().invoke(campaign_health, words)


def done(*words: str) -> str:
    result = command(*words)
    assert result.exit_code == 0, result.output
    return result.output


def failure(*words: str) -> ExpectedFailure:
    error = command(*words).exception
    assert isinstance(error, ExpectedFailure)
    return error


def test_a_second_machine_knows_everybody_whom_the_first_one_knew(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(data_dir, 1)
    take(data_dir, 2)
    with open_route_file(data_dir):  # somebody has it open, with a log beside it
        assert "wrote kept.duckdb.route: what the route keeps" in done("backup", "kept.duckdb")
    parts = sorted(Path("kept.duckdb.route").iterdir())
    assert [path.name for path in parts] == ["route.key", "route.sqlite"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (*parts, Path("kept.duckdb.route"))] == [0o600, 0o600, 0o700]
    second = tmp_path / "second"
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(second))
    assert "restored kept.duckdb.route" in done("restore", "kept.duckdb")
    assert waiting(second) == 2
    assert PersonHash(second)("default", "u-1") == PersonHash(data_dir)("default", "u-1")
    assert stat.S_IMODE((second / "route.sqlite").stat().st_mode) == stat.S_IMODE((second / "route.key").stat().st_mode)
    assert stat.S_IMODE((second / "route.key").stat().st_mode) == 0o600


def test_what_is_newer_is_only_forgotten_by_who_says_so_and_is_kept_beside(data_dir: Path) -> None:
    take(data_dir, 1)
    done("backup", "kept.duckdb")
    take(data_dir, 2)
    assert "whom it reached since then would be forgotten" in failure("restore", "kept.duckdb").message
    assert waiting(data_dir) == 2
    with open_route_file(data_dir):
        take(data_dir, 3)
        names = ("route.sqlite", "route.sqlite-wal")
        cut_off = {name: (data_dir / name).read_bytes() for name in names}
    for name, content in cut_off.items():  # as a power cut leaves it: the newest is in the log alone
        (data_dir / name).write_bytes(content)
    assert "route.replaced.1.sqlite" in done("restore", "kept.duckdb", "--yes")
    assert waiting(data_dir) == 1
    with closing(sqlite3.connect(data_dir / "route.replaced.1.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM event_queue").fetchone() == (3,)
    done("restore", "kept.duckdb", "--yes")
    assert sorted(path.name for path in data_dir.glob("route.replaced*.sqlite")) == [
        "route.replaced.1.sqlite", "route.replaced.2.sqlite",
    ]  # fmt: skip


def test_a_copy_without_its_key_and_a_damaged_one_change_nothing(data_dir: Path) -> None:
    take(data_dir, 1)
    done("backup", "kept.duckdb")
    done("backup", "kept.duckdb", "--force")
    copy = Path("kept.duckdb.route")
    key = (copy / "route.key").read_bytes()
    (copy / "route.key").write_bytes(bytes(32))
    assert "another key" in failure("restore", "kept.duckdb", "--yes").message
    (copy / "route.key").write_bytes(key)
    whole = bytearray((copy / "route.sqlite").read_bytes())
    whole[4096 * 3 : 4096 * 6] = b"x" * 4096 * 3
    (copy / "route.sqlite").write_bytes(whole)
    assert isinstance(failure("restore", "kept.duckdb", "--yes"), StorageError | CorruptFileError)
    assert waiting(data_dir) == 1
    assert not list(data_dir.glob("route.replaced*"))


def test_a_lost_key_comes_back_with_the_backup(data_dir: Path) -> None:
    take(data_dir, 1)
    done("backup", "kept.duckdb")
    before = PersonHash(data_dir)("default", "u-1")
    (data_dir / "route.key").write_bytes(bytes(32))
    done("restore", "kept.duckdb", "--yes")
    assert PersonHash(data_dir)("default", "u-1") == before


def test_without_a_route_there_is_no_copy_and_what_the_route_keeps_stays_where_the_backup_has_none(
    data_dir: Path,
) -> None:
    assert "route" not in done("backup", "kept.duckdb")
    assert not Path("kept.duckdb.route").exists()
    take(data_dir, 1)
    done("restore", "kept.duckdb", "--yes")
    assert waiting(data_dir) == 1


def test_nothing_is_put_under_a_route_that_runs(data_dir: Path, tmp_path: Path) -> None:
    take(data_dir, 1)
    done("backup", "kept.duckdb")
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY=KEY) as (url, _):
        error = failure("restore", "kept.duckdb", "--yes")
        assert isinstance(error, CouldNotStart)
        assert "`route serve` is running" in error.message
        assert send(url, report(1)) == 200
    with only_one(data_dir, ROUTING):
        assert isinstance(failure("restore", "kept.duckdb", "--yes"), CouldNotStart)
    done("restore", "kept.duckdb", "--yes")


def test_a_backup_under_way_is_of_one_instant_while_events_come(data_dir: Path) -> None:
    take(data_dir, 0)
    ended = threading.Event()

    def busy() -> None:
        for number in range(1, 10_000):
            if ended.is_set():
                return
            take(data_dir, number)

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for _ in range(3):
            done("backup", "kept.duckdb", "--force")
            with open_route_file(Path("kept.duckdb.route")) as connection:
                counted = [
                    connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("event_queue", "event_ledger", "report")
                ]
            assert len(set(counted)) == 1
    finally:
        ended.set()
        thread.join()
