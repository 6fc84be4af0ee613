"""Power that is lost at any moment: the file opens, is whole, and knows each event that was acknowledged before."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from storage.outbox.route_file import FILE_NAME
from tests.disk_writes import STRACE, Disk, may_watch, steps
from tests.killed_events import TOKEN, free_port, installed, until_empty
from tests.test_events_durable import seen
from tests.track_stand_in import track_stand_in

FILES = (FILE_NAME, f"{FILE_NAME}-wal")
EVENTS, MORE = 150, 30


def served(folder: Path, log: Path, customerio: str, environment: dict[str, str]) -> None:
    """A route, watched, that is sent events one after the other, with a pause in which it wipes its log."""
    port = free_port()
    process = subprocess.Popen(
        [*STRACE, "-o", log, sys.executable, "-m", "campaign_health", "route", "serve", "--port", str(port)],
        stderr=subprocess.PIPE, text=True, cwd=folder,
        env={**os.environ, **environment, "CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data")},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert "Listening" in process.stderr.readline()
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {TOKEN}"
            for number in range(EVENTS + MORE):
                if number == EVENTS:
                    time.sleep(3.0)
                event = {
                    "event": "limit hit", "id": f"i-{number}", "person": {"id": f"u-{number % 20}"},
                    "properties": {"number": number, "plan": "x" * 1_000},
                }  # fmt: skip
                url = f"http://127.0.0.1:{port}/default/events"
                assert session.post(url, json=event, timeout=60).status_code == 200
        assert until_empty(folder, 60) == 0
    finally:
        # Whoever watches is not the one who is told.
        with log.open() as lines:
            os.kill(int(lines.readline().split()[0]), signal.SIGTERM)
        process.wait(60)


@pytest.mark.slow("route")
def test_what_was_acknowledged_before_power_was_lost_is_there_whatever_of_the_rest_is(tmp_path: Path) -> None:
    if not may_watch():
        pytest.skip("what is written to the disk can be watched with strace only, which is not here or may not watch")
    data, left = tmp_path / "data", tmp_path / "left"
    with track_stand_in(0.0) as customerio:
        environment = installed(tmp_path, customerio)
        disk = Disk.of(data, FILES)
        served(tmp_path, tmp_path / "log", customerio, environment)

    def known(chance: random.Random | None, share: float) -> int:
        """How many events the file that is left knows of; each is of the first ones that came."""
        left.mkdir()
        for name, content in disk.left(chance, share).items():
            (left / name).write_bytes(content)
        found = len(seen(left))
        shutil.rmtree(left)
        return found

    chance, surely, acknowledged, losses, wiped = random.Random(1), 0, 0, 0, 0
    for step in steps(tmp_path / "log", data, FILES):
        what, _, place, _ = step
        if what == "gone" and acknowledged:
            break
        if what == "sync begins":
            for share, by in ((1.0, None), (0.5, chance), (0.95, chance)):
                assert known(by, share) >= acknowledged
                losses += 1
        disk.after(step)
        wiped += what == "truncate" and place == 0 and acknowledged == EVENTS
        if what == "sync":
            surely = known(chance, 0.0)
            losses += 1
        if what == "answer":
            acknowledged += 1
        assert surely >= acknowledged
    assert acknowledged == EVENTS + MORE
    assert wiped, "the log was not wiped in the pause"
    assert losses > 2 * EVENTS
