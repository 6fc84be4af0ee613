"""Services as an operator starts them: what they answer, what they write to files, and what their lines look like."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.browser import free_port
from tests.rounds_cast import PROGRAM, ROOT, Company, running_company, wait_until
from tests.test_health_numbers import samples, told

pytestmark = pytest.mark.slow("programs started whole")

WORKSPACES = ("acme", "né")
TEXT_LINE = re.compile(r"(\S+) (INFO|WARNING|ERROR) \S")
# What is another a moment later.
PASSING = (
    "asked_timestamp_seconds",
    "schedule_looked_ago_seconds",
    "running_since_timestamp_seconds",
    "disk_free_bytes",
)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with running_company(tmp_path, WORKSPACES, CAMPAIGN_HEALTH_HEALTH_PORT="0") as found:
        yield found


@contextmanager
def started(company: Company, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = company.start(*arguments)
    try:
        yield process
    finally:
        with suppress(OSError):
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> str:
    """What it wrote to standard error, ended as an operator ends it."""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return err


def wait_for(process: subprocess.Popen[str], true: Callable[[], bool]) -> None:
    """Waits for what the process does; where it ends before, what it wrote says why."""
    wait_until(lambda: process.poll() is not None or true(), 60)
    assert process.poll() is None, process.communicate()[1]


def health(port: int) -> requests.Response | None:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
    except requests.ConnectionError:
        return None


def rounds_done(port: int) -> bool:
    answer = health(port)
    if answer is None:
        return False
    asked = answer.json()
    return all(one["round_at"] for one in asked["workspaces"]) and not asked["schedule"]["running"]


def lasting(found: dict[Any, float]) -> dict[Any, float]:
    return {key: value for key, value in found.items() if key[0] not in PASSING}


def as_json(err: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in err.splitlines()]
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None
        assert line["level"] in ("INFO", "WARNING", "ERROR")
        assert line["message"]
    return lines


def test_the_schedule_answers_how_it_is_and_writes_lines_for_programs(company: Company, tmp_path: Path) -> None:
    company.sandboxes[WORKSPACES[1]].fail("server_error", endpoint="customerio.metrics", at=1, times=None)
    port, file = free_port(), tmp_path / "campaign_health.prom"
    given = ("--health-port", str(port), "--metrics-file", str(file), "--log-format", "json")
    with started(company, "run", *given) as process:
        wait_for(process, lambda: rounds_done(port))
        answer, metrics = health(port), requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5)
        assert answer is not None
        asked = answer.json()
        status = json.loads(company.run("status", "--json").stdout)
        lines = as_json(ended(process))
        in_file = samples(file.read_text())

    assert (answer.status_code, asked["state"]) == (200, "degraded"), "a source that fails alone is no 503"
    assert [one["state"] for one in asked["workspaces"]] == ["healthy", "degraded"]
    # The same numbers everywhere: over HTTP in both forms, in the file, and on the terminal.
    numbers = lasting(samples(metrics.text))
    days = {key for key in numbers if key[0] == "judged_day_timestamp_seconds"}
    assert {key: value for key, value in numbers.items() if key not in days} == lasting(told(asked))
    assert lasting(in_file) == numbers
    assert status["as_of"] == {one["workspace"]: one["judged_day"] for one in asked["workspaces"]}
    assert {(one["workspace"], one["source"], one["newest_run_at"]) for one in status["sources"]} == {
        (one["workspace"], part["source"], part["newest_run_at"])
        for one in asked["workspaces"]
        for part in one["sources"]
    }

    failed = [line for line in lines if line.get("outcome", "complete") != "complete"]
    assert {(line["workspace"], line["source"]) for line in failed} == {(WORKSPACES[1], "customerio_metrics")}
    assert all(line["level"] in ("WARNING", "ERROR") for line in failed)
    assert {line["workspace"] for line in lines if line.get("source") == "mixpanel_events"} == set(WORKSPACES)
    assert any(f":{port}/healthz" in line["message"] for line in lines)


def test_a_port_that_is_taken_stops_no_schedule(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "campaign_health.prom"
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with started(company, "run", "--health-port", str(port), "--metrics-file", str(file)) as process:
            wait_for(process, lambda: file.exists() and "round_timestamp_seconds{" in file.read_text())
            err = ended(process)
    assert f"WARNING Nothing is served at http://127.0.0.1:{port}/healthz" in err
    assert all(TEXT_LINE.match(line) for line in err.splitlines())


def test_one_round_writes_stamped_lines_and_the_file_for_all_workspaces(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "campaign_health.prom"
    done = company.run("once", "--workspace", WORKSPACES[0], "--metrics-file", str(file))
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines
    for line in lines:
        found = TEXT_LINE.match(line)
        assert found, line
        assert datetime.fromisoformat(found[1]).utcoffset() is not None
    assert any(f"INFO {WORKSPACES[0]}: Mixpanel event counts: complete" in line for line in lines)
    found_in = samples(file.read_text())
    assert ("round_timestamp_seconds", (("workspace", WORKSPACES[0]),)) in found_in
    # The other was never collected: that is known, and no number of it is made up.
    assert ("workspace_state", (("workspace", WORKSPACES[1]),)) in found_in
    assert ("round_timestamp_seconds", (("workspace", WORKSPACES[1]),)) not in found_in


def test_a_setting_that_cannot_be_used_is_a_line_too(company: Company) -> None:
    company.environment["CAMPAIGN_HEALTH_COLLECT_AT"] = "half past six"
    for command in ("run", "once", "up", "dashboard", "digest"):
        done = company.run(command, "--log-format", "json")
        assert done.returncode == 2
        [line] = as_json(done.stderr)
        assert (line["level"], "half past six" in line["message"]) == ("ERROR", True)


def test_no_key_is_in_any_line(company: Company) -> None:
    key = "a-key-that-nobody-may-read-4711"
    company.write({name: {"CUSTOMERIO_APP_API_KEY": key} for name in WORKSPACES})
    done = company.run("once", "--log-format", "json")
    lines = as_json(done.stderr)
    assert {line.get("source") for line in lines if line["level"] == "ERROR"} >= {"customerio_campaigns"}
    assert "4711" not in done.stdout + done.stderr


def test_what_the_dashboard_writes_under_up_are_lines_as_well(company: Company) -> None:
    # Streamlit warns of these two together when it starts.
    company.environment["STREAMLIT_SERVER_ENABLE_CORS"] = "false"
    port = free_port()
    given = ("--port", str(port), "--health-port", "0", "--log-format", "json")
    with started(company, "up", *given) as process:
        wait_for(process, lambda: answers(port))
        err = ended(process)
    lines = as_json(err)
    assert {line["logger"].split(".")[0] for line in lines} >= {"campaign_health", "streamlit"}
    assert any("enableCORS" in line["message"] for line in lines)


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.mark.skipif(os.name != "posix", reason="a terminal of its own needs a system that has such")
def test_a_person_at_a_terminal_reads_what_persons_read(company: Company) -> None:
    import pty  # not there on every system

    parent, child = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "digest"],
        env={**os.environ, **company.environment, "TERM": "dumb", "PYTHONPATH": str(ROOT)},
        cwd=company.folder,
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    process.wait(60)
    said = os.read(parent, 10_000).decode()
    os.close(parent)
    assert said.startswith("error: Nothing was collected yet.")
