"""A schedule whose lock files somebody removes makes them anew, or ends where another has begun."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from campaign_health.errors import CouldNotStart
from campaign_health.process.run_lock import SCHEDULE, only_one

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
ROOT = Path(__file__).resolve().parents[1]
_RUN = """
import sys
from pathlib import Path
from campaign_health.process import lock_watch
from campaign_health.process.run_lock import SCHEDULE, only_one
from campaign_health.process.stopping import Stopped, StopSignals
lock_watch.WATCH_SECONDS = float(sys.argv[2])
try:
    with StopSignals(), only_one(Path(sys.argv[1]), SCHEDULE):
        print("at work", flush=True)
        sys.stdin.read()
except Stopped as stopped:
    sys.exit(stopped.exit_code)
"""


@contextmanager
def at_work(directory: Path, watch_seconds: float = 0.05) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(directory), str(watch_seconds)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not so():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_written(path: Path) -> bool:
    """Whether it has text: it may be made anew between two looks at it."""
    try:
        return bool(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False


def refuses_a_second(directory: Path, pid: int) -> bool:
    with (
        pytest.raises(CouldNotStart, match=f"Another scheduler is running.*process {pid} "),
        only_one(directory, SCHEDULE),
    ):
        pass
    return True


@pytest.mark.parametrize("removed", [["schedule.lock"], ["schedule.holder"], ["schedule.lock", "schedule.holder"]])
def test_files_that_are_removed_are_made_anew_and_a_second_schedule_is_refused(
    tmp_path: Path, removed: list[str]
) -> None:
    with at_work(tmp_path) as first:
        for _ in range(2):
            for name in removed:
                (tmp_path / name).unlink()
            wait_for(lambda: all((tmp_path / name).exists() for name in removed))
            wait_for(lambda: is_written(tmp_path / "schedule.holder"))
            assert refuses_a_second(tmp_path, first.pid)
        _, said = first.communicate("", timeout=30)
        assert first.returncode == 0
        assert "made anew" in said or removed == ["schedule.holder"]
    assert not (tmp_path / "schedule.holder").exists()
    with only_one(tmp_path, SCHEDULE):
        pass


def test_where_another_has_begun_meanwhile_the_first_ends_as_by_a_signal(tmp_path: Path) -> None:
    with at_work(tmp_path, watch_seconds=0.3) as first:
        for name in ("schedule.lock", "schedule.holder"):
            (tmp_path / name).unlink()
        with FileLock(tmp_path / "schedule.lock", timeout=0):
            second = json.dumps({"pid": os.getpid(), "host": socket.gethostname()})
            (tmp_path / "schedule.holder").write_text(second, encoding="utf-8")
            assert first.wait(30) == 128 + signal.SIGTERM
            assert first.stderr is not None
            assert "another process took" in first.stderr.read()
            assert (tmp_path / "schedule.holder").read_text(encoding="utf-8") == second
