"""A run that is killed at any instant leaves a whole published file, and the next run completes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collecting_cast import FIRST_DAY, LAST_DAY, Install

KILLS = 50
SEED = 20261124


@pytest.mark.slow("kills")
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to kill at an instant")
def test_the_published_file_is_whole_after_a_kill_at_any_of_fifty_instants(install: Install, tmp_path: Path) -> None:
    installation = install(CAMPAIGN_HEALTH_BACKFILL_DAYS=str((LAST_DAY - FIRST_DAY).days + 1))
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_runs", str(installation.data_dir), str(KILLS), str(SEED)],
        env={**os.environ, **installation.environment},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for one in told["seen"]:
        assert one["code"] == 0, (one, done.stderr[-4000:])
        # Before a first run has published, there is nothing to open; after it, there is always a whole run.
        assert one["found"] in ((0, 3) if one["fresh"] else (0,)), one
        if one["fresh"]:
            assert (one["next"], one["then"]) == (0, 0), one
    # How many are cut short depends on how busy the machine is; a few would prove nothing.
    assert sum(one["killed"] for one in told["seen"]) >= KILLS / 4
    assert (told["last"], told["whole"]) == (0, 0), done.stderr[-4000:]
    assert not [name for name in told["leftovers"] if "publishing" in name]
