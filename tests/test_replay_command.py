"""`replay` in the terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.judge_cast import World, day
from tests.status_world import BREAK, LAST, environment, run


@pytest.mark.slow("replays")
def test_replay_lists_what_would_have_been_announced_and_changes_nothing(status_world: World) -> None:
    before = status_world.table("incident_change")
    found = json.loads(
        run(
            status_world, "replay", "--from", day(BREAK - 1).isoformat(), "--to", day(LAST).isoformat(), "--json"
        ).stdout
    )
    assert found["days"] == 5
    (opened,) = [item for item in found["announcements"] if item["kind"] == "opened"]
    assert (opened["campaign"], opened["day"], opened["announced_on"]) == (
        "Upgrade offer",
        day(BREAK).isoformat(),
        day(BREAK + 1).isoformat(),
    )
    assert status_world.table("incident_change") == before


@pytest.mark.slow("replays")
def test_replay_says_since_when_and_what_it_has_cost_and_what_it_pretends(status_world: World) -> None:
    text = run(status_world, "replay", "--from", day(BREAK - 1).isoformat(), "--to", day(LAST).isoformat()).stdout
    plain = " ".join(text.split())
    assert "As if each day's numbers, as they are stored now, had been there on the morning after." in plain
    assert "New: Upgrade offer, since Fri 4 Sep" in plain
    status = " ".join(run(status_world, "status").stdout.split())
    cost = plain.split("Cost until now: ")[1].split(" so far.")[0]
    assert all(part in status for part in cost.split("; "))


@pytest.mark.slow("replays")
def test_replay_of_quiet_days_says_so(status_world: World) -> None:
    text = run(status_world, "replay", "--from", day(20).isoformat(), "--to", day(21).isoformat()).stdout
    assert text.startswith("0 announcements on 0 mornings; 2 quiet days.")


@pytest.mark.slow("replays")
def test_replay_says_which_days_are_stored_where_others_were_asked_for(status_world: World) -> None:
    done = run(status_world, "replay", "--from", "2025-01-01", "--to", day(1).isoformat())
    assert done.stdout.startswith("0 announcements on 0 mornings; 2 quiet days.")
    assert f"of 2025-01-01 to {day(1)}, only {day(0)} to {day(1)} is stored and was judged" in done.stderr
    within = run(status_world, "replay", "--from", day(0).isoformat(), "--to", day(1).isoformat())
    assert "only" not in within.stderr


@pytest.mark.slow("replays")
def test_replay_leaves_no_copy_behind_when_it_is_ended(status_world: World, tmp_path: Path) -> None:
    arguments = ["replay", "--from", day(0).isoformat(), "--to", day(LAST).isoformat()]
    process = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", *arguments],
        env={
            **os.environ,
            **environment(status_world),
            "TMPDIR": str(tmp_path),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("campaign-health-replay-*/warehouse.duckdb")):
            assert time.monotonic() < deadline, "it never began"
            assert process.poll() is None, "it ended too early"
            time.sleep(0.005)
        process.terminate()
        _, told = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
