"""kill -9 of the schedule or of its pieces at any instant: nothing half done, nothing left behind, and it goes on."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.rounds_cast import Company, running_company, verdicts_rest_on_their_counts, wait_until

NAMES = ("acme", "bolt")
KILLS = 6
SEED = 20261128
LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to find a process's children")


def children(pid: int) -> list[int]:
    """The numbers of a process's children."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text().split())
    return found


def runs(pid: int) -> bool:
    """Whether it is still there; a dead one that nobody waited for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def has_published(company: Company) -> bool:
    return (company.data_dir / "campaign_health.duckdb").exists()


@LINUX
@pytest.mark.slow("kills")
def test_a_schedule_killed_at_any_instant_leaves_no_process_and_no_half_and_the_next_one_goes_on(
    tmp_path: Path,
) -> None:
    draw = random.Random(SEED)
    with running_company(tmp_path, NAMES, CAMPAIGN_HEALTH_WORKSPACES_AT_ONCE="2") as company:
        seen = 0
        for _ in range(KILLS):
            process = company.start("run")
            time.sleep(draw.uniform(1.0, 6.0))
            pieces = children(process.pid)
            process.kill()
            process.communicate()
            seen += len(pieces)
            wait_until(lambda pieces=pieces: not any(map(runs, pieces)), 25)  # type: ignore[misc]
            if has_published(company):
                assert verdicts_rest_on_their_counts(company) == dict.fromkeys(NAMES, True)
        assert seen > 0, "never killed while anything ran"
        done = company.run("once")
        assert done.returncode == 0, done.stderr
        assert verdicts_rest_on_their_counts(company) == dict.fromkeys(NAMES, True)
        assert company.rows("SELECT count(DISTINCT workspace) FROM verdict") == [(2,)]
        assert not [path.name for path in company.data_dir.iterdir() if "unfinished" in path.name]


@LINUX
@pytest.mark.slow("kills")
def test_a_piece_that_is_killed_is_told_and_holds_nobody(tmp_path: Path) -> None:
    with running_company(tmp_path, ("acme", "bolt")) as company:
        company.sandboxes["acme"].fail("hang", endpoint="customerio.metrics", at="every", campaign=2, times=None)
        process = company.start("once")
        wait_until(lambda: company.sandboxes["acme"].count("customerio.metrics") > 0)
        victims = [pid for pid in children(process.pid) if b"work" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        # The one that hangs is the last that is left.
        wait_until(lambda: len([pid for pid in victims if runs(pid)]) == 1)
        for pid in victims:
            if runs(pid):
                os.kill(pid, signal.SIGKILL)
        _, told = process.communicate(timeout=90)
        assert process.returncode == 1
        assert "The collection of acme: it ended before it could say what came of it (exit code -9)." in told
        assert verdicts_rest_on_their_counts(company) == {"acme": True, "bolt": True}
        company.sandboxes["acme"].mend()
        assert company.run("once").returncode == 0


@LINUX
@pytest.mark.slow("kills")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_round_ends_its_pieces_and_publishes_what_was_whole(tmp_path: Path, number: int, code: int) -> None:
    with running_company(tmp_path, ("acme", "bolt")) as company:
        for sandbox in company.sandboxes.values():
            sandbox.fail("hang", endpoint="customerio.metrics", at="every", campaign=2, times=None)
        process = company.start("once")
        for sandbox in company.sandboxes.values():
            wait_until(lambda sandbox=sandbox: sandbox.count("customerio.metrics") > 0)  # type: ignore[misc]
        pieces = children(process.pid)
        begun = time.monotonic()
        process.send_signal(number)
        _, told = process.communicate(timeout=90)
        assert time.monotonic() - begun < 45
        assert process.returncode == code, told
        assert "Traceback" not in told
        assert not any(map(runs, pieces))
        assert verdicts_rest_on_their_counts(company) == {"acme": True, "bolt": True}
        assert company.rows("SELECT count(*) FROM event_day WHERE state = 'observed'")[0][0] > 0
