"""The route's own file and its key: what is lost is told, a full disk does no lasting harm, and forgetting is whole."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from storage.errors import StorageError
from storage.outbox.recovery_ledger import RecoveryLedger, RecoveryRow
from storage.outbox.report_log import ReportRow, insert_report
from storage.outbox.route_file import PersonHash, committed, open_route_file, reading_route_file
from tests.first_route_file import first_route_file
from tests.full_disk import full_disk


def keep(folder: Path, person: str, reason: str | None = None) -> bytes:
    with open_route_file(folder) as connection, committed(connection):
        hashed = PersonHash(folder)("default", person)
        row = ReportRow("default", f"E{person}", "failed", "email", 1.0, 1.0, 14, 1, "d", None, None, hashed, reason)
        assert insert_report(connection, row)
    return hashed


KEY = bytes(range(32))
BEGUN = "2026-11-21T09:30:00.250000+01:00"


def first_version(folder: Path) -> float:
    """A file of the first version whose recovery reached u-1; when it began, in Unix seconds."""
    person = hmac.new(KEY, b"default\nu-1", hashlib.sha256).digest()
    first_route_file(folder, KEY, person, BEGUN)
    return datetime.fromisoformat(BEGUN).timestamp()


def test_a_file_of_the_first_version_knows_whom_it_knew_and_since_when(tmp_path: Path) -> None:
    begun = first_version(tmp_path)
    for _ in range(2):
        with open_route_file(tmp_path) as connection:
            ledger = RecoveryLedger(connection, PersonHash(tmp_path), "default", 14)
            assert ledger.reached(["u-1", "u-2"]) == {"u-1": begun}
            assert [one.people for one in ledger.recoveries()] == [1]


def test_a_person_whom_two_recoveries_reached_is_known_by_the_newer_one(tmp_path: Path) -> None:
    begun = first_version(tmp_path)
    day = date(2027, 11, 20)
    with open_route_file(tmp_path) as connection:
        ledger = RecoveryLedger(connection, PersonHash(tmp_path), "default", 14)
        later = datetime.fromisoformat(BEGUN) + timedelta(days=365)
        ledger.begin(RecoveryRow("s", "default", 14, day, day, "segment", 8, "Bob", later, None, 0))
        ledger.reach("s", ["u-1", "u-3"])
        assert ledger.reached(["u-1", "u-2", "u-3"]) == {"u-1": begun + 365 * 86_400, "u-3": begun + 365 * 86_400}
        assert RecoveryLedger(connection, PersonHash(tmp_path), "default", 15).reached(["u-1"]) == {}
        connection.execute("DELETE FROM recovered_person WHERE recovery_id = 's'")
        assert ledger.reached(["u-1", "u-3"]) == {"u-1": begun}, "what one takes back leaves the other"


def test_a_lost_key_is_told_and_no_new_one_takes_its_place(tmp_path: Path) -> None:
    keep(tmp_path, "u-1")
    (tmp_path / "route.key").unlink()
    with pytest.raises(StorageError, match=r"route\.key is gone"):
        PersonHash(tmp_path)
    assert not (tmp_path / "route.key").exists()


def test_another_key_of_the_right_length_is_refused_until_the_right_one_is_back(tmp_path: Path) -> None:
    keep(tmp_path, "u-1")
    key = tmp_path / "route.key"
    right = key.read_bytes()
    for opened in (open_route_file, reading_route_file):
        with opened(tmp_path) as connection:  # from now on the file knows its key
            known = connection.execute("SELECT fingerprint FROM route_key").fetchall()
        assert len(known) == 1
        assert known[0][0] not in right
        for other in (bytes(32), right[:-1]):
            key.write_bytes(other)
            with pytest.raises(StorageError, match=r"another key|not a key") as caught, opened(tmp_path):
                pass
            assert "Put the right one back" in caught.value.cure
        key.write_bytes(right)


def test_whoever_only_reads_changes_nothing_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no"), reading_route_file(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
    first_version(tmp_path)
    before = (tmp_path / "route.sqlite").read_bytes()
    with pytest.raises(StorageError, match="older version"), reading_route_file(tmp_path):
        pass
    assert (tmp_path / "route.sqlite").read_bytes() == before
    with open_route_file(tmp_path), reading_route_file(tmp_path) as connection:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM recovered_person")
        assert connection.execute("SELECT count(*) FROM recovered_person").fetchone() == (1,)


def test_a_lost_or_emptied_file_is_told_while_its_key_is_there(tmp_path: Path) -> None:
    keep(tmp_path, "u-1")
    for path in tmp_path.glob("route.sqlite*"):
        path.unlink()
    for _ in range(2):
        with pytest.raises(StorageError, match="not known any more"), open_route_file(tmp_path):
            pass


def test_a_file_that_knows_nobody_gets_its_key(tmp_path: Path) -> None:
    with open_route_file(tmp_path):
        pass
    assert PersonHash(tmp_path)("default", "u-1") == PersonHash(tmp_path)("default", "u-1")
    assert sorted(path.name for path in tmp_path.glob("route.key*")) == ["route.key"]


def test_what_fails_elsewhere_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), open_route_file(tmp_path):
        raise BrokenPipeError


def test_writing_goes_on_once_a_full_disk_has_room_again(tmp_path: Path) -> None:
    with open_route_file(tmp_path) as connection:
        for _ in range(2):
            with full_disk(), pytest.raises(sqlite3.OperationalError, match="disk"), committed(connection):
                connection.execute("INSERT INTO recovered_person VALUES ('default', 1, x'00', 'r')")
        with committed(connection):
            connection.execute("INSERT INTO recovered_person VALUES ('default', 1, x'01', 'r')")
        assert connection.execute("SELECT count(*) FROM recovered_person").fetchone() == (1,)


def test_whoever_is_forgotten_is_in_no_file_any_more_while_others_have_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(data_dir))
    with open_route_file(data_dir):
        hashed = keep(data_dir, "u-1", "550 no mailbox of Ada Lovelace")

        def held() -> bytes:
            return b"".join(path.read_bytes() for path in data_dir.glob("route.sqlite*"))

        assert hashed in held()
        assert b"Lovelace" in held()
        said = CliRunner().invoke(campaign_health, ["route", "forget", "u-1"], catch_exceptions=False).output
        assert said.startswith("1 row knew of them")
        assert hashed not in held()
        assert b"Lovelace" not in held()


def test_whoever_was_not_known_is_not_said_to_be_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    said = CliRunner().invoke(campaign_health, ["route", "forget", "ada@example.com"], catch_exceptions=False).output
    assert said == "Nobody is known by that here. People are known by their id.\n"


def test_what_is_committed_stays_though_the_process_opened_the_file_twice(tmp_path: Path) -> None:
    """The second one's end must not let go of the first one's locks: another process would take away its log."""
    look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(*c.execute(sys.argv[2]).fetchone()); c.close()"
    asked = [sys.executable, "-c", look, str(tmp_path / "route.sqlite"), "SELECT count(*) FROM recovered_person"]
    with open_route_file(tmp_path) as connection:
        with open_route_file(tmp_path):
            pass
        for number in range(1, 4):
            with committed(connection):
                connection.execute(f"INSERT INTO recovered_person VALUES ('default', {number}, x'00', 'r')")
            assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout == f"{number}\n"
