"""The command line: its references in the docs, and what it does with bad input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from campaign_health.cli.main import main
from campaign_health.process.run_lock import SCHEDULE, holder_of
from storage.file.database import Warehouse
from tests.collecting_cast import LAST_DAY, Install, Installation


def run(installation: Installation, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own; one test of each command is enough, for that costs a start."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "campaign_health", *arguments],
        env={**kept, **installation.environment, "PYTHONPATH": str(Path(__file__).parents[1]), **extra},
        cwd=installation.data_dir,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_collect_writes_its_result_to_standard_output_and_the_rest_to_standard_error(install: Install) -> None:
    installation = install(CAMPAIGN_HEALTH_BACKFILL_DAYS="8")
    done = run(installation, "collect", "--json", "--source", "mixpanel_events", "--since", str(LAST_DAY))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    [source] = told["workspaces"][0]["sources"]
    assert (source["source"], source["outcome"], source["first_day"]) == ("mixpanel_events", "complete", str(LAST_DAY))
    assert told["published"] is True
    assert "Mixpanel event counts: complete" in done.stderr
    assert "Traceback" not in done.stderr


MIXPANEL_KEYS = ("MIXPANEL_PROJECT_ID", "MIXPANEL_SERVICE_ACCOUNT", "MIXPANEL_SERVICE_SECRET")
NO_KEYS = dict.fromkeys((*MIXPANEL_KEYS, "CUSTOMERIO_APP_API_KEY"), "")
EVENTS = ("collect", "--source", "mixpanel_events")
STRANGER = {"MIXPANEL_PROJECT_ID": "99"}

# What is given, the exit code, and what must be said.
BAD_INPUTS: dict[str, tuple[tuple[str, ...], dict[str, str], int, str]] = {
    "no keys": (("collect",), NO_KEYS, 2, "There are no keys"),
    "half the keys": (EVENTS, {"MIXPANEL_SERVICE_SECRET": ""}, 2, "MIXPANEL_SERVICE_SECRET is missing"),
    "a project that is no number": (EVENTS, {"MIXPANEL_PROJECT_ID": "acme"}, 2, "MIXPANEL_PROJECT_ID"),
    "a zone that does not exist": (EVENTS, {"CAMPAIGN_HEALTH_TIMEZONE": "Europe/Berln"}, 2, "Europe/Berln"),
    "a region that does not exist": (EVENTS, {"MIXPANEL_REGION": "mars"}, 2, "It can be us, eu, in"),
    "a clock without an offset": (EVENTS, {"CAMPAIGN_HEALTH_NOW": "2026-11-24T09:00:00"}, 2, "CAMPAIGN_HEALTH_NOW"),
    "a source that does not exist": (("collect", "--source", "mixpannel"), {}, 2, "mixpannel"),
    "a workspace that does not exist": (("collect", "--workspace", "acme"), {}, 2, "acme"),
    "a day that is none": (("collect", "--since", "2026-02-30"), {}, 2, "2026-02-30"),
    "judged as of the last of all days": (("judge", "--as-of", "9999-12-31"), {}, 2, "1970 to 2200"),
    "a sandbox on the first of all days": (("sandbox", "--today", "0001-01-01"), {}, 2, "1970 to 2200"),
    "a clock at the first of all days": (
        EVENTS,
        {"CAMPAIGN_HEALTH_NOW": "0001-01-01T00:00:00+00:00"},
        2,
        "1970 to 2200",
    ),
    "days in the wrong order": (("collect", "--since", "2026-11-20", "--until", "2026-11-10"), {}, 2, "comes after"),
    "a wrong key": (EVENTS, {"MIXPANEL_SERVICE_SECRET": "a-wrong-one"}, 1, "MIXPANEL_SERVICE_SECRET"),
    "an unknown project": (EVENTS, STRANGER, 2, "MIXPANEL_PROJECT_ID"),
    "an unknown project in a known zone": (
        EVENTS,
        {**STRANGER, "CAMPAIGN_HEALTH_TIMEZONE": "UTC"},
        1,
        "MIXPANEL_PROJECT_ID",
    ),
    "no scheduler without keys": (("run",), NO_KEYS, 2, "There are no keys"),
}


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The whole program in this process: `run_here(installation, *arguments, **settings)`."""

    def run_here(installation: Installation, *arguments: str, **extra: str) -> Done:
        with monkeypatch.context() as within:
            for name, value in {**installation.environment, **extra}.items():
                within.setenv(name, value)
            within.setattr(sys, "argv", ["campaign-health", *arguments])
            within.chdir(installation.data_dir)
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, *capsys.readouterr())

    return run_here


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_one_clear_error_that_names_the_thing(
    installation: Installation, run_here: Callable[..., Done], case: str
) -> None:
    arguments, extra, code, told = BAD_INPUTS[case]
    done = run_here(installation, *arguments, **extra)
    assert done.returncode == code
    assert told in done.stderr
    assert "a-wrong-one" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_directory_that_is_a_file_is_refused(
    installation: Installation, run_here: Callable[..., Done], tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_text("in the way")
    done = run_here(installation, "collect", CAMPAIGN_HEALTH_DATA_DIR=str(file))
    assert done.returncode == 2
    assert str(file) in done.stderr
    assert "CAMPAIGN_HEALTH_DATA_DIR" in done.stderr
    assert file.read_text() == "in the way"


def test_a_corrupt_file_is_named_and_left_as_it_is(installation: Installation, run_here: Callable[..., Done]) -> None:
    path = installation.data_dir / "warehouse.duckdb"
    path.write_bytes(b"this is not a database" * 1000)
    done = run_here(installation, "collect")
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert path.read_bytes().startswith(b"this is not")


SLOW = pytest.mark.slow("locked folders")


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may enter everywhere")
@pytest.mark.parametrize(
    ("command", "right"),
    [
        (("status",), "read"),
        pytest.param(("explain", "1"), "read", marks=SLOW),
        pytest.param(("replay", "--from", "2026-01-01", "--to", "2026-01-02"), "read", marks=SLOW),
        (("judge",), "write"),
        pytest.param(("doctor",), "", marks=SLOW),
    ],
)
def test_a_data_directory_that_may_not_be_entered_is_said(
    installation: Installation, tmp_path: Path, command: tuple[str, ...], right: str
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    tmp_path.chmod(0o755)
    program = [sys.executable, "-m", "campaign_health", *command]
    if os.geteuid() == 0:  # without its capabilities, root is held to the permissions like anybody else
        program = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *program]
    done = subprocess.run(
        program,
        env={
            **os.environ,
            **installation.environment,
            "CAMPAIGN_HEALTH_DATA_DIR": str(locked),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == (1 if command == ("doctor",) else 2), told
    assert str(locked) in told
    assert (f"right to {right} in" if command != ("doctor",) else "cannot be written") in told
    assert "Traceback" not in told


def test_a_file_from_a_newer_version_is_refused(installation: Installation, run_here: Callable[..., Done]) -> None:
    with Warehouse(installation.data_dir).open() as connection:
        connection.execute("INSERT INTO schema_migration VALUES (9999, 'from the future', now())")
    done = run_here(installation, "collect")
    assert done.returncode == 2
    assert "newer version" in done.stderr


@pytest.mark.slow("programs started whole")
def test_a_full_disk_is_said_and_what_was_published_stays(installation: Installation) -> None:
    assert installation.collect().exit_code() == 0
    before = installation.rows("SELECT * FROM event_vs_campaign ORDER BY campaign_id, day")
    # No file of this process may grow beyond what is there already: the same to a program as a full disk.
    limit = (installation.data_dir / "warehouse.duckdb").stat().st_size // 1024
    script = f"ulimit -f {limit}; trap '' XFSZ; exec {sys.executable} -m campaign_health collect --since 2026-07-01"
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, **installation.environment, "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=installation.data_dir,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "Free some space" in done.stderr
    assert installation.rows("SELECT * FROM event_vs_campaign ORDER BY campaign_id, day") == before
    assert installation.collect().exit_code() == 0


def test_a_port_in_use_is_named(installation: Installation, run_here: Callable[..., Done]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("dashboard", "demo", "up"):
            done = run_here(installation, command, "--port", str(port))
            assert done.returncode == 2, (command, done.stderr)
            assert str(port) in done.stderr
            assert "--port" in done.stderr


@pytest.mark.slow("programs started whole")
def test_up_runs_schedule_and_dashboard_and_ends_both(install: Install, run_here: Callable[..., Done]) -> None:
    installation = install(CAMPAIGN_HEALTH_BACKFILL_DAYS="2")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", "up", "--port", str(port)],
        env={**os.environ, **installation.environment, "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=installation.data_dir,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        wait_until(lambda: answers(port) and holder_of(installation.data_dir, SCHEDULE) is not None)
        wait_until(lambda: (installation.data_dir / "campaign_health.duckdb").exists())
        second = run_here(installation, "run")
        assert second.returncode == 2
        assert "Another scheduler is running" in second.stderr
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 0, stderr
    assert "Traceback" not in stderr
    assert not answers(port)
    assert holder_of(installation.data_dir, SCHEDULE) is None


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).ok
    except requests.RequestException:
        return False


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
