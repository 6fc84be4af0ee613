"""The file for the node exporter: whole at any instant, readable by it, and no reason to stop a round."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from campaign_health.health.health_facts import Facts
from campaign_health.health.health_numbers import health_metrics
from campaign_health.health.health_state import health_of
from campaign_health.health.metrics_file import MetricsFile
from tests.health_cast import facts, workspace


def test_it_holds_what_metrics_says_and_another_user_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "campaign_health.prom"
    MetricsFile(path).write(health_of(facts()))
    assert path.read_text() == health_metrics(health_of(facts()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_whoever_reads_it_while_it_is_written_gets_one_whole_state(tmp_path: Path) -> None:
    path = tmp_path / "campaign_health.prom"
    states: list[Facts] = [facts(), facts(*(workspace(f"acme-{number}") for number in range(200)))]
    whole = {health_metrics(health_of(one)) for one in states}
    file = MetricsFile(path)
    file.write(health_of(states[0]))
    done = threading.Event()
    seen: list[str] = []

    def read() -> None:
        while not done.is_set():
            seen.append(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(40):
        file.write(health_of(states[turn % 2]))
    done.set()
    reader.join()
    assert seen
    assert set(seen) <= whole


def test_where_it_cannot_be_written_it_is_said_once_until_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    file = MetricsFile(folder / "x.prom")
    for _ in range(3):
        file.write(health_of(facts()))
    assert caplog.text.count("cannot be written: No such file or directory.") == 1
    folder.mkdir()
    file.write(health_of(facts()))
    assert (folder / "x.prom").exists()
    (folder / "x.prom").unlink()
    folder.rmdir()
    file.write(health_of(facts()))
    assert caplog.text.count("cannot be written") == 2
