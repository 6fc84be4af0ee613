"""The demo's route: carried by the real code, and told alike by the page Delivery and by the commands it names."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page

from campaign_health.cli.demo import command
from campaign_health.demo.carrying import carry_demo
from campaign_health.demo.marker import MARKER
from campaign_health.demo.prepare import prepare_demo
from campaign_health.demo.world.stories import demo_manifest, demo_world
from campaign_health.errors import CouldNotStart
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.received import Received
from campaign_health.settings import load_settings
from tests.browser import running_dashboard, text_of, visit
from tests.collecting_cast import Notes
from tests.recovery_cast import run_command
from tests.test_dashboard_pages import downloaded

SLOW = pytest.mark.slow("demos from their first day to their last")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo's data directory, and what the command printed."""
    directory = tmp_path_factory.mktemp("demo's route") / "demo"
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(directory)])
    assert done.exit_code == 0, done.output
    return directory, done.stdout


def as_told(printed: str, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that the demo said can be tried, after its own `cd` and `export`."""
    lines = [shlex.split(line) for line in printed.split("In another terminal")[1].splitlines()[1:] if line.strip()]
    (_, folder), (_, *settings), *commands = lines
    monkeypatch.chdir(folder)
    for one in settings:
        monkeypatch.setenv(*one.split("="))
    assert {words[0] for words in commands} == {"campaign-health"}
    return [words[1:] for words in commands]


@SLOW
def test_the_commands_that_it_names_tell_what_is_kept_back_and_what_could_not_be_delivered(
    demo: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, dead, release = as_told(demo[1], monkeypatch)
    told = {words[1]: run_command(*words) for words in (status, dead, release)}
    assert [one.exit_code for one in told.values()] == [0, 0, 0]
    (hold,) = json.loads(run_command(*status, "--json").stdout)["workspaces"]["default"]["holds"]
    assert (hold["event"], hold["kind"], hold["field"]) == ("trial_signup_completed", "unsendable", "plan_tier")
    assert f"0 events would go out, {hold['waiting']} would not fit" in told["release"].stdout
    assert '"plan_tier": {"name": "text"}' in told["release"].stdout
    assert told["release"].stdout.endswith("Nothing was let go.\n")
    (group,) = json.loads(run_command(*dead, "--json").stdout)["groups"]
    assert (group["event"], group["reason"], group["field"]) == ("invoice_overdue", "missing_property", "amount")


@SLOW
@pytest.mark.browser
def test_its_page_delivery_and_its_campaigns_say_what_the_commands_say(
    demo: tuple[Path, str], tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, dead, _ = as_told(demo[1], monkeypatch)
    events = json.loads(run_command(*status, "--json").stdout)["workspaces"]["default"]["events"]
    (group,) = json.loads(run_command(*dead, "--json").stdout)["groups"]
    (noted,) = json.loads((demo[0] / "route_numbers.json").read_text())["workspaces"].values()
    shutil.copytree(demo[0], tmp_path / "data")
    held = events["trial_signup_completed"]["held"]
    with running_dashboard(tmp_path, CAMPAIGN_HEALTH_NOW=noted["delivery"]["noted_at"]) as dashboard:
        said = text_of(visit(page, dashboard, "delivery"))
        rows = {row["event"]: row for row in downloaded(page, "Download as CSV")}
        strip = text_of(visit(page, dashboard, "campaign?campaign=11"))
        kept = text_of(visit(page, dashboard, "campaign?campaign=24"))
    assert f"{group['count']} events could not be delivered and {held} events are kept back." in said
    assert {name: (one["mode"], int(one["delivered"]), int(one["suppressed_once"])) for name, one in rows.items()} == {
        name: (one["mode"], one["delivered"], one["suppressed_once"]) for name, one in events.items()
    }
    assert events["payment_failed"]["suppressed_once"]
    assert events["course_completed"]["shadowed"]
    assert f"Moved: live · 0 wait · {held} kept back · 0 could not be delivered today" in strip
    (promise,) = noted["promises"]
    hours = promise["hours"]
    due, within = (sum(one[name] for one in hours) for name in ("qualifying", "within_promise"))
    assert due > 50
    assert within / due > 0.9
    assert "Payment recovery kept its 5 minutes for" in kept
    assert f"of {due} qualifying events" in kept
    for sentence in (
        "Within 7 days, 34.0 % of 1,600 people converted who were to get it at once, and 26.0 % of 400 people",
        "more than chance.",
    ):
        assert sentence in " ".join(kept.split())
        assert sentence in " ".join(run_command("route", "experiment", "24").stdout.split())


@SLOW
def test_its_route_comes_to_the_same_whenever_it_is_carried_and_to_what_the_stand_in_got(tmp_path: Path) -> None:
    world = demo_world(date(2026, 11, 24), hour=5)
    noted = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        (folder / "manifest.yaml").write_text(demo_manifest(), encoding="utf-8")
        with running_sandbox(replace(world, received=Received()), limits=Limits.unlimited()) as sandbox:
            places = {
                "CAMPAIGN_HEALTH_DATA_DIR": str(folder),
                "CAMPAIGN_HEALTH_MANIFEST": str(folder / "manifest.yaml"),
            }
            carry_demo(load_settings(sandbox.environment | places, folder), sandbox)
            assert sandbox.now == world.now
            got = Counter(one.name for one in sandbox.world.received.events)
        (found,) = json.loads((folder / "route_numbers.json").read_text())["workspaces"].values()
        assert got == {one["event"]: one["delivered"] for one in found["delivery"]["events"] if one["delivered"]}
        noted.append(found)
    assert noted[0] == noted[1]


@pytest.mark.parametrize("name", ["route.sqlite", "route.key", "route_numbers.json"])
def test_it_refuses_to_overwrite_a_route_that_is_not_a_demos(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"who was reached")
    done = CliRunner().invoke(command, ["--no-dashboard", "--data-dir", str(tmp_path)])
    assert isinstance(done.exception, CouldNotStart)
    assert f"{name}, which is not from a demo" in str(done.exception)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [(name, b"who was reached")]


def test_it_clears_a_former_demos_route_away(tmp_path: Path) -> None:
    def stop(place: int, days: int, day: str) -> None:
        raise Stopped(signal.SIGINT)

    (tmp_path / MARKER).write_text("")
    for name in ("route.sqlite", "route.sqlite-wal", "route.key", "route_numbers.json"):
        (tmp_path / name).write_bytes(b"of the former demo")
    with pytest.raises(Stopped):
        prepare_demo(tmp_path, datetime.now(UTC), Notes(), StopSignals(), stop)
    assert {one.name for one in tmp_path.iterdir()} == {MARKER, "manifest.yaml"}
