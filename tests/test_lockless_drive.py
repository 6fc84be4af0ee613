"""On a drive that cannot lock files nothing is begun, and a lock file that lies there holds nobody up."""

from __future__ import annotations

import errno
import fcntl
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from campaign_health.alerts.sending import send_due_digest
from campaign_health.cli.main import campaign_health
from campaign_health.doctor.files import examine_files
from campaign_health.process.clock import read_clock
from campaign_health.process.run_lock import COLLECTING, SCHEDULE, holder_of, only_one
from campaign_health.settings import load_settings
from storage.errors import BusyError, LocklessDriveError
from storage.file import lockless_drive
from storage.file.database import Warehouse
from storage.file.lockless_drive import mount_of
from storage.file.translated_errors import clear_database_failures

NO_LOCKS = [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP]


@pytest.fixture(params=NO_LOCKS, ids=errno.errorcode.get)
def lockless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data directory with the lock files of a run that crashed, on a drive where the system refuses `flock`."""
    for name in ("warehouse", "collect", "schedule", "digest"):
        (tmp_path / f"{name}.lock").touch()
        (tmp_path / f"{name}.holder").write_text(json.dumps({"pid": 1, "host": "gone", "since": "2026-11-01"}))

    def refused(descriptor: int, operation: int) -> None:
        raise OSError(request.param, "refused")

    monkeypatch.setattr(fcntl, "flock", refused)
    return tmp_path


def test_the_error_names_the_mount_and_the_cure_wherever_work_begins(lockless: Path) -> None:
    settings = load_settings(
        {"SLACK_WEBHOOK_URL": "http://127.0.0.1:1/", "CAMPAIGN_HEALTH_DATA_DIR": str(lockless)}, lockless
    )

    def collect() -> None:
        with only_one(lockless, COLLECTING):
            pass

    def schedule() -> None:
        with only_one(lockless, SCHEDULE):
            pass

    def open_warehouse() -> None:
        with Warehouse(lockless).open(wait_seconds=0):
            pass

    def send() -> None:
        send_due_digest(Warehouse(lockless), settings, settings.workspaces[0], read_clock({}))

    for begin in (collect, schedule, open_warehouse, send):
        with pytest.raises(LocklessDriveError) as refused:
            begin()
        assert f"The drive at {mount_of(lockless)} cannot lock files" in refused.value.message
        assert "CAMPAIGN_HEALTH_DATA_DIR" in refused.value.cure
        assert "No lock file need be removed" in refused.value.cure
    assert not list(lockless.glob(".lock-*"))
    assert not list(lockless.glob("*.duckdb"))


def test_the_command_says_it_in_a_line_and_the_doctor_too(lockless: Path) -> None:
    done = CliRunner(env={"CAMPAIGN_HEALTH_DATA_DIR": str(lockless)}).invoke(campaign_health, ["backup", "x.duckdb"])
    assert done.exit_code != 0
    (lockless / "warehouse.duckdb").write_bytes(b"")
    found = {finding.subject: finding for finding in examine_files(lockless, ())}
    assert found["Warehouse"].level == "wrong"
    assert "cannot lock files" in found["Warehouse"].text
    assert found["Scheduler"].level == "note", "a lock file that lies there is no scheduler"
    assert holder_of(lockless, SCHEDULE) is None


def test_moved_to_a_drive_with_locks_the_files_that_lie_there_hold_nobody_up(
    lockless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with only_one(lockless, COLLECTING), only_one(lockless, SCHEDULE), Warehouse(lockless).open(wait_seconds=0):
        pass


def test_what_duckdb_says_of_such_a_drive_is_not_taken_for_another_program(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    said = f'IO Error: Could not set lock on file "{path}": '
    for reason in (
        "No locks available. See also https://duckdb.org/docs/stable/connect/concurrency",
        "Operation not supported. File locks are not supported for this file system, cannot open the file in "
        "read-write mode. Try opening the file in read-only mode.",
    ):
        with pytest.raises(LocklessDriveError, match="cannot lock files"), clear_database_failures(path):
            raise duckdb.IOException(said + reason)
    with pytest.raises(BusyError), clear_database_failures(path):
        raise duckdb.IOException(said + "Conflicting lock is held in python (PID 7).")


def test_the_mount_is_told_with_its_kind_and_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 0:20 / / rw - overlay overlay rw\n"
        r"36 22 0:51 / /srv/our\040data rw,noatime shared:1 - nfs4 server:/our\040data rw" "\n"
    )  # fmt: skip
    monkeypatch.setattr(lockless_drive, "_MOUNTS", mounts)
    monkeypatch.setattr(lockless_drive.os.path, "ismount", lambda path: str(path) in ("/", "/srv/our data"))
    assert mount_of(Path("/srv/our data/campaign/health")) == "/srv/our data (nfs4, server:/our data)"
    assert mount_of(Path("/var/lib")) == "/ (overlay, overlay)"
    monkeypatch.setattr(lockless_drive, "_MOUNTS", tmp_path / "none")
    assert mount_of(Path("/srv/our data/x")) == "/srv/our data"
