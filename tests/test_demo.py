"""The demo: the real product on a made-up world."""

from __future__ import annotations

import re
import shutil
import signal
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click import Command
from click.testing import CliRunner

from campaign_health.cli.collect import command as collect
from campaign_health.cli.demo import command
from campaign_health.cli.run import command as run
from campaign_health.demo.marker import MARKER
from campaign_health.demo.prepare import Demo, demo_process_environment, newest_run, prepare_demo
from campaign_health.demo.world.stories import STORIES, demo_manifest
from campaign_health.errors import CouldNotStart
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.settings import load_settings
from storage.file.database import open_published
from tests.agreement_cast import check_agreement
from tests.collecting_cast import Notes


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that was stopped after the first of its days; it was not there before."""
    directory = tmp_path_factory.mktemp("begun") / "demo"

    def stop(place: int, days: int, day: str) -> None:
        if place:
            raise Stopped(signal.SIGINT)

    with pytest.raises(Stopped):
        prepare_demo(directory, datetime.now(UTC), Notes(), StopSignals(), stop)
    return directory


DOCS = Path(__file__).resolve().parents[1] / "docs"
# The same stories are told in a quick run of a world that is collected once (test_demo_world.py).
SLOW = pytest.mark.slow("demos from their first day to their last")


@pytest.fixture(scope="module")
def demo(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo's data directory, and what the command printed. It takes the place of one whose file was damaged."""
    directory = tmp_path_factory.mktemp("again") / "demo"
    shutil.copytree(begun, directory)
    (directory / "warehouse.duckdb").write_bytes(b"of the former demo")
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(directory)])
    assert done.exit_code == 0, done.output
    return directory, done.stdout


@SLOW
def test_the_overview_names_what_is_broken_and_what_could_not_be_checked(demo: tuple[Path, str]) -> None:
    _, printed = demo
    for campaign in ("Team expansion", "Upgrade offer", "Project kick-off tips", "Report sharing nudge"):
        assert campaign in printed
    assert "Integration set-up guide" in printed
    assert "Onboarding welcome" not in printed.split("Worth a look")[0]


@SLOW
def test_every_story_is_told_as_it_was_made(demo: tuple[Path, str]) -> None:
    directory, _ = demo
    with open_published(directory) as connection:
        found = dict(connection.execute("SELECT campaign_id, status FROM campaign_health").fetchall())
    assert found == {story.campaign_id: story.status for story in STORIES}


@SLOW
def test_status_digest_and_dashboard_say_the_same_of_it(
    demo: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, _ = demo
    shutil.copytree(directory, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    check_agreement(tmp_path, datetime.now(UTC), monkeypatch)


@SLOW
def test_the_analysts_queries_find_the_demos_stories(demo: tuple[Path, str]) -> None:
    directory, _ = demo
    with open_published(directory) as connection:
        answers = {
            part.splitlines()[0]: connection.sql(part.rstrip(";")).fetchall()
            for part in (DOCS / "analyst_queries.sql").read_text(encoding="utf-8").split("\n\n")[1:]
        }
        today = connection.execute("SELECT as_of FROM judge_run").fetchall()[0][0]

    def answer(title: str) -> list[tuple[Any, ...]]:
        return next(rows for line, rows in answers.items() if line.startswith(f"-- {title}"))

    missing = [(row[2], (today - row[3]).days) for row in answer("Days that are missing")]
    assert missing == [("Integration set-up guide", back) for back in range(4)]
    assert ("project.created", 6) in [(row[1], row[4]) for row in answer("Events that vanished")]
    assert "enterprise_plan_requested" not in [row[1] for row in answer("Events that vanished")]
    assert answer("One campaign against its event")
    statuses = [row[1] for row in answer("How is every campaign doing?")]
    assert statuses == sorted(statuses, key=statuses.index), "each status stands in one piece"
    assert statuses[0] == "silent"
    assert statuses[-1] == "not_running"


@pytest.mark.slow("demos from their first day to their last")
def test_the_readmes_query_gives_the_newest_days_first(begun: Path) -> None:
    block = (DOCS.parent / "README.md").read_text(encoding="utf-8").split("con.sql(")[1].split(")\n```")[0]
    sql = "".join(re.findall(r'"(.*)"', block))
    with open_published(begun) as connection:
        days = [row[0] for row in connection.execute(sql).fetchall()]
    assert len(days) > 100
    assert days == sorted(days, reverse=True)


@SLOW
def test_its_history_holds_a_failed_collection_that_was_made_up_for(demo: tuple[Path, str]) -> None:
    directory, _ = demo
    with open_published(directory) as connection:
        failed = connection.execute("SELECT count(*) FROM collection WHERE outcome = 'failed'").fetchone()
        gaps = connection.execute(
            "SELECT DISTINCT campaign_id FROM campaign_day WHERE state = 'not_collected'"
        ).fetchall()
    assert failed is not None
    assert failed[0] == 8, "all that is asked of Customer.io"
    assert gaps == [(23,)]


@pytest.mark.parametrize(
    ("clock", "newest"),
    [
        ("08:29", (date(2026, 11, 24), 8)),
        ("02:05", (date(2026, 11, 24), 2)),
        ("01:59", (date(2026, 11, 23), 9)),
        ("17:40", (date(2026, 11, 24), 9)),
    ],
)
def test_its_newest_run_is_not_ahead_of_the_clock_on_the_wall(clock: str, newest: tuple[date, int]) -> None:
    zone = ZoneInfo("America/New_York")
    assert newest_run(datetime.fromisoformat(f"2026-11-24T{clock}-05:00"), zone) == newest


def test_it_refuses_to_overwrite_what_was_really_collected(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"years of work")
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(tmp_path)])
    assert done.exit_code != 0
    assert "--data-dir" in str(done.exception)
    assert (tmp_path / "warehouse.duckdb").read_bytes() == b"years of work"


def test_it_refuses_to_overwrite_ones_own_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text("version: 1\n# a year of work\n")
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(tmp_path)])
    assert isinstance(done.exception, CouldNotStart)
    assert "manifest.yaml, which is not from a demo" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.yaml"]
    assert manifest.read_text() == "version: 1\n# a year of work\n"


def test_it_refuses_to_overwrite_a_former_demos_manifest_that_was_changed(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("")
    (tmp_path / "manifest.yaml").write_text(demo_manifest() + "# mine\n")
    (tmp_path / "warehouse.duckdb").write_bytes(b"of the demo")
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(tmp_path)])
    assert isinstance(done.exception, CouldNotStart)
    assert "manifest.yaml was changed" in str(done.exception)
    assert (tmp_path / "manifest.yaml").read_text().endswith("# mine\n")
    assert (tmp_path / "warehouse.duckdb").read_bytes() == b"of the demo"


def test_a_demo_makes_its_folder_and_publishes_from_its_first_day_on(begun: Path) -> None:
    assert (begun / MARKER).exists()
    assert (begun / "manifest.yaml").read_text(encoding="utf-8") == demo_manifest()
    with open_published(begun) as connection:
        assert connection.execute("SELECT count(DISTINCT run_id) FROM collection").fetchone() == (1,)


@SLOW
def test_a_demo_takes_the_place_of_a_former_one(demo: tuple[Path, str]) -> None:
    directory, _ = demo
    with open_published(directory) as connection:
        assert connection.execute("SELECT count(*) FROM campaign_health").fetchone() == (len(STORIES),)


@pytest.mark.parametrize("program", [collect, run])
def test_nothing_is_really_collected_into_a_demos_directory(tmp_path: Path, program: Command) -> None:
    (tmp_path / MARKER).write_text("")
    done = CliRunner().invoke(program, env={"CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path)})
    assert isinstance(done.exception, CouldNotStart)
    assert f"{tmp_path} holds a demo" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


@pytest.mark.parametrize("name", ["file/below", "file/below/deeper"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("in the way")
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(tmp_path / name)])
    assert isinstance(done.exception, CouldNotStart)
    assert f"{tmp_path / name} cannot be used: Not a directory" in str(done.exception)


def test_ones_own_keys_play_no_part_in_it(tmp_path: Path) -> None:
    environment = {"MIXPANEL_PROJECT_ID": "4242"}
    made = Demo(load_settings({}, tmp_path), environment, tmp_path, datetime(2026, 11, 24, tzinfo=UTC))
    own = {"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/mine", "MIXPANEL_PROJECT_ID": "1", "PATH": "/bin"}
    assert demo_process_environment(made, own) == {"PATH": "/bin", "MIXPANEL_PROJECT_ID": "4242"}
