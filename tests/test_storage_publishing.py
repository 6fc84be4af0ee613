"""The published file is always whole, and nobody's reading stops a run."""

from __future__ import annotations

import errno
import random
import select
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from storage.errors import BusyError, DiskFullError, NoPublishedFileError
from storage.file import publish
from storage.file.database import Warehouse, open_published, transaction
from tests.storage_cast import save_a_run

ROOT = Path(__file__).resolve().parents[1]


def run(warehouse: Warehouse, number: int) -> None:
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, number)
    warehouse.publish()


def published_numbers(path: Path) -> set[int]:
    """Every number in the published file: one only, where it holds a whole run."""
    with open_published(path) as connection:
        rows = connection.execute("SELECT DISTINCT events FROM event_day UNION SELECT DISTINCT sent FROM campaign_day")
        return {number for (number,) in rows.fetchall()}


def test_before_the_first_run_it_says_what_to_do(tmp_path: Path) -> None:
    with (
        pytest.raises(NoPublishedFileError, match="campaign-health collect`, then `campaign-health judge"),
        open_published(tmp_path),
    ):
        pass


@pytest.mark.slow("kills")
def test_a_connection_held_open_through_ten_publishes_stays_and_new_ones_see_each_run(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    analyst = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True)\n"
            "for line in sys.stdin: print(c.execute('SELECT max(events) FROM event_day').fetchone()[0], flush=True)",
            str(warehouse.published_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert analyst.stdin is not None
    assert analyst.stdout is not None
    try:
        assert analyst.stdout.readline() == "open\n"
        with open_published(tmp_path) as held:
            for number in range(2, 12):
                run(warehouse, number)
                assert published_numbers(tmp_path) == {number}
                assert held.execute("SELECT max(events) FROM event_day").fetchone() == (1,)
                analyst.stdin.write("again\n")
                analyst.stdin.flush()
                assert analyst.stdout.readline() == "1\n"
    finally:
        analyst.stdin.close()
        analyst.wait(60)
        analyst.stdout.close()


def test_the_published_copy_has_no_write_ahead_log(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    assert sorted(found.name for found in tmp_path.iterdir()) == [
        "campaign_health.duckdb",
        "warehouse.duckdb",
        "warehouse.lock",
    ]


_WRITE_AND_DIE = """
import duckdb, os, sys
held = duckdb.connect(sys.argv[1])
held.execute("CREATE TABLE mine AS SELECT 1")
os._exit(0)
"""


def test_a_log_left_by_someone_who_wrote_to_the_published_file_does_no_harm(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    subprocess.run([sys.executable, "-c", _WRITE_AND_DIE, str(warehouse.published_path)], check=True)
    assert (tmp_path / "campaign_health.duckdb.wal").exists()
    run(warehouse, 2)
    assert published_numbers(tmp_path) == {2}
    with open_published(tmp_path) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT * FROM mine")


def test_an_analyst_who_holds_it_for_writing_is_told_to_open_it_for_reading(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    analyst = subprocess.Popen(
        [sys.executable, "-c", hold, str(warehouse.published_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert analyst.stdout is not None
        assert analyst.stdout.readline() == "open\n"
        with pytest.raises(BusyError, match=rf"duckdb is open in another.*{analyst.pid}") as raised:
            published_numbers(tmp_path)
        assert raised.value.cure == "Open it there with read_only=True, or close it, and run again."
    finally:
        analyst.communicate()
    assert published_numbers(tmp_path) == {1}


def test_a_link_in_the_place_of_the_published_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious", encoding="utf-8")
    warehouse = Warehouse(tmp_path / "data")
    with warehouse.open():
        pass
    warehouse.published_path.symlink_to(elsewhere)
    run(warehouse, 1)
    assert elsewhere.read_text(encoding="utf-8") == "precious"
    assert published_numbers(warehouse.data_dir) == {1}


def test_what_killed_runs_left_behind_is_swept(tmp_path: Path) -> None:
    leftovers = [publish.temporary_name(tmp_path / name) for name in ("campaign_health.duckdb", "warehouse.duckdb")]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    run(Warehouse(tmp_path), 1)
    assert not any(leftover.exists() for leftover in leftovers)


@pytest.mark.slow("kills")
@pytest.mark.parametrize("step", ["link and copy", "fsync", "replace"])
def test_a_full_disk_is_named_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 2)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    places = {
        "link and copy": [(publish.os, "link"), (publish.shutil, "copyfileobj")],
        "fsync": [(publish.os, "fsync")],
        "replace": [(Path, "replace")],
    }
    with monkeypatch.context() as patch:
        for place, name in places[step]:
            patch.setattr(place, name, full)
        with pytest.raises(DiskFullError, match=r"No space left.*campaign_health\.duckdb.*untouched"):
            warehouse.publish()
    assert published_numbers(tmp_path) == {1}
    assert not list(tmp_path.glob(".*"))
    warehouse.publish()
    assert published_numbers(tmp_path) == {2}


_LIMITED = """
import resource, sys
from pathlib import Path
from storage.file.database import Warehouse, transaction
from storage.errors import DiskFullError
from tests.storage_cast import save_a_run
warehouse = Warehouse(Path(sys.argv[1]))
limit = warehouse.path.stat().st_size + 300_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, 2, campaigns=20_000)
except DiskFullError as failure:
    print("full:", failure)
"""


@pytest.mark.slow("kills")
def test_running_out_of_room_in_the_middle_of_a_save_keeps_what_was_there(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    run(warehouse, 1)
    limited = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert limited.stdout.startswith("full: No space left"), limited.stderr[-2000:]
    assert published_numbers(tmp_path) == {1}
    with warehouse.open() as connection:
        assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(1,)]
    run(warehouse, 3)
    assert published_numbers(tmp_path) == {3}


_FOR_EVER = """
import itertools, sys
from pathlib import Path
from storage.file.database import Warehouse, transaction
from tests.storage_cast import save_a_run
warehouse = Warehouse(Path(sys.argv[1]))
for number in itertools.count(int(sys.argv[2])):
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, number, campaigns=8)
    warehouse.publish()
    print(number, flush=True)
"""


@pytest.mark.slow("kills")
def test_a_run_killed_at_any_instant_leaves_a_whole_published_file_and_a_warehouse_that_goes_on(tmp_path: Path) -> None:
    instants = random.Random(20261124)
    newest = 0
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", _FOR_EVER, str(tmp_path), str(newest + 1)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert child.stdout is not None
        newest = int(child.stdout.readline())
        select.select([], [], [], instants.uniform(0, 0.25))
        child.kill()
        newest = max([newest, *(int(line) for line in child.stdout.read().split() if line.isdigit())])
        child.wait(60)
        child.stdout.close()
        (number,) = published_numbers(tmp_path)
        assert number in (newest, newest + 1)
        newest = number
    with Warehouse(tmp_path).open_and_publish() as connection, transaction(connection):
        save_a_run(connection, newest + 5, campaigns=8)
    assert published_numbers(tmp_path) == {newest + 5}


@pytest.mark.slow("kills")
def test_a_run_killed_while_it_makes_the_first_file_is_begun_anew(tmp_path: Path) -> None:
    for instant in (0.0, 0.04):
        child = subprocess.Popen(
            [sys.executable, "-c", "print('go', flush=True)\n" + _FOR_EVER, str(tmp_path / str(instant)), "1"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert child.stdout is not None
        child.stdout.readline()
        while child.poll() is None and not (tmp_path / str(instant)).exists():
            pass
        select.select([], [], [], instant)
        child.kill()
        child.wait(60)
        child.stdout.close()
        run(Warehouse(tmp_path / str(instant)), 9)
        assert published_numbers(tmp_path / str(instant)) == {9}
