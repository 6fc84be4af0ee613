"""A lock that nobody holds any more says how to get rid of it; one that somebody holds never does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from campaign_health.errors import CouldNotStart
from campaign_health.process.run_lock import COLLECTING, SCHEDULE, only_one
from storage.errors import BusyError
from storage.file.database import Warehouse


def cure(work: str, directory: Path) -> str:
    """The advice of whoever comes second to the warehouse or to a collection."""
    if work == "warehouse":
        with pytest.raises(BusyError) as busy, Warehouse(directory).open(wait_seconds=0.1):
            pass
        return busy.value.cure
    with pytest.raises(CouldNotStart) as refused, only_one(directory, COLLECTING):
        pass
    return refused.value.cure


def ended() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(60)
    return process.pid


ROOT = Path(__file__).resolve().parents[1]
WAIT = "Wait until it is done, then try again."


@pytest.mark.parametrize("work", ["warehouse", "collect"])
def test_the_advice_is_to_wait_while_somebody_is_at_work(tmp_path: Path, work: str) -> None:
    lock, holder = tmp_path / f"{work}.lock", tmp_path / f"{work}.holder"
    with FileLock(lock):
        holder.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}), encoding="utf-8")
        assert cure(work, tmp_path) == WAIT
        holder.write_text(json.dumps({"pid": os.getpid(), "host": "other"}), encoding="utf-8")
        assert cure(work, tmp_path) == f"{WAIT} If other no longer works on it, remove {lock}."
        for left in (json.dumps({"pid": ended(), "host": socket.gethostname()}), "half", "[]"):
            holder.write_text(left, encoding="utf-8")
            assert f"If nobody is at work, remove {lock}" in cure(work, tmp_path)
        holder.unlink()
        assert f"If nobody is at work, remove {lock}" in cure(work, tmp_path)


_RUN = """
import sys
from pathlib import Path
from campaign_health.process.run_lock import SCHEDULE, only_one
with only_one(Path(sys.argv[1]), SCHEDULE):
    print("at work", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it cannot be told here whether a process still runs")
def test_a_second_scheduler_is_refused_also_where_somebody_removed_the_lock_file(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "at work\n"
        (tmp_path / "schedule.lock").unlink()
        with (
            pytest.raises(CouldNotStart, match=f"Another scheduler is running.*process {first.pid}"),
            only_one(tmp_path, SCHEDULE),
        ):
            pass
        first.kill()
        first.wait(60)
        with only_one(tmp_path, SCHEDULE):
            pass
    finally:
        first.kill()
        first.communicate()
