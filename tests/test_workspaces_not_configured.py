"""From one workspace to named ones: what is held under the old name alarms nobody, is told, and can go on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from click.testing import CliRunner, Result
from streamlit.testing.v1 import AppTest

from campaign_health.cli.main import campaign_health
from campaign_health.doctor.held_workspaces import examine_held_workspaces
from campaign_health.sandbox.slack.slack_service import running_slack
from campaign_health.settings import load_settings
from storage.save.announcements import unannounced_changes
from tests.browser import APP
from tests.collecting_cast import Installation
from tests.judge_cast import World, day, morning_after
from tests.status_world import LAST, environment, run

LONG_AFTER = morning_after(LAST) + timedelta(days=40)
SAID = "default is held but not configured: 38 days (Sat 1 Aug 2026 to Mon 7 Sep 2026), 4 campaigns, 756 rows."
UNKNOWN = "2 incidents were open when it was last judged; what became of that is not known, so they are not counted."
RENAME = "`campaign-health workspace rename default eu`"
REMOVE = "`campaign-health workspace remove default`"
PAGES = "campaign_health/dashboard/pages"


@pytest.fixture
def world(status_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A judged workspace `default` of which two campaigns are broken, in a folder whose settings name another one."""
    shutil.copytree(status_world.directory, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    copied = World(tmp_path / "data", status_world.stories)
    for name, value in environment(copied, LONG_AFTER).items():
        monkeypatch.setenv(name, value)
    configure("eu")
    st.cache_data.clear()
    yield copied
    st.cache_data.clear()


def configure(*names: str) -> None:
    Path("campaign-health.toml").write_text("".join(f"[workspace.{name}]\n" for name in names), encoding="utf-8")


def plain(result: Result) -> str:
    return " ".join(result.stdout.split())


def page(name: str, **query: str) -> str:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    app.switch_page(f"{PAGES}/{name}_page.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    parts = [*app.title, *app.info, *app.warning, *app.error, *app.markdown]
    return " ".join(str(part.value).replace("\\", "") for part in parts)


@pytest.mark.slow("files of older versions")
def test_neither_stale_nor_broken_nor_recovered_and_the_ways_out_are_said(world: World) -> None:
    text = plain(run(world, "status", now=LONG_AFTER))
    assert text.startswith("No campaigns are known yet. Nothing was judged yet.")
    assert text.endswith(
        f"{SAID} {UNKNOWN} To go on with its history under a configured name: {RENAME}; to delete it: {REMOVE}."
    )
    for word in ("days old", "silent", "losing", "at risk", "Upgrade offer", "recovered"):
        assert word not in text
    found = json.loads(run(world, "status", "--json", now=LONG_AFTER).stdout)
    assert (found["broken"], found["stale"], found["sources"], found["counts"]) == ([], [], [], {})
    (one,) = found["not_configured"]
    assert (one["workspace"], one["days"], one["open_incidents"], one["last_day"]) == ("default", 38, 2, "2026-09-07")
    assert one["said"] == f"{SAID} {UNKNOWN}"
    assert RENAME in one["cure"]
    assert run(world, "status", "--exit-code", now=LONG_AFTER).exit_code == 2, "of eu nothing is known"


def test_every_surface_says_the_same_of_it(world: World) -> None:
    (finding,) = examine_held_workspaces(load_settings(environment(world), Path.cwd()))
    assert (finding.level, finding.text) == ("note", f"{SAID} {UNKNOWN}")
    assert REMOVE in finding.cure
    listed = plain(CliRunner().invoke(campaign_health, ["workspace", "list"]))
    assert "default no 38 2026-08-01 2026-09-07 4 2 756" in listed
    assert "eu yes 0" in listed
    assert f"{SAID} {UNKNOWN}" in listed
    drawn = page("data")
    assert "No data yet" in drawn
    assert f"{SAID} {UNKNOWN}" in drawn
    assert "Upgrade offer" not in page("overview")


@pytest.mark.slow("files of older versions")
def test_the_page_of_data_tells_of_it_and_no_page_shows_it_as_a_workspace(world: World) -> None:
    with world.warehouse.open_and_publish() as connection:
        connection.execute(
            "INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES ('eu', 'UTC', '2026-10-01')"
        )
    text = page("data", workspace="default")
    assert f"{SAID} {UNKNOWN}" in text
    assert "days old" not in text
    assert "There is no workspace default any more: this is not what the link was made for." in text
    assert "no workspace" not in page("data", workspace="eu")
    assert "Upgrade offer" not in page("overview", workspace="default")


def test_a_machine_without_settings_of_its_own_shows_all_that_is_published(world: World) -> None:
    Path("campaign-health.toml").unlink()
    text = plain(run(world, "status", now=morning_after(LAST)))
    assert text.startswith("1 campaign is silent and 1 is losing sends")
    assert "not configured" not in text


@pytest.mark.slow("files of older versions")
def test_a_campaign_of_a_workspace_that_is_no_more_does_not_make_a_name_ambiguous(world: World) -> None:
    done = run(world, "workspace", "rename", "default", "eu", "--yes", now=morning_after(LAST))
    assert done.exit_code == 0, done.output
    with world.warehouse.open_and_publish() as connection:
        connection.execute("INSERT INTO campaign SELECT * REPLACE ('old' AS workspace) FROM campaign")
        connection.execute(
            "INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES ('old', 'UTC', '2026-10-01')"
        )
    assert plain(run(world, "explain", "Welcome", now=morning_after(LAST))).startswith("Welcome: healthy")


@pytest.mark.slow("files of older versions")
def test_renamed_it_goes_on_where_it_stood_and_nothing_is_told_twice(world: World) -> None:
    now = morning_after(LAST)
    configure("default")
    with running_slack() as slack:
        told = {"SLACK_WEBHOOK_URL": slack.webhook_url}
        runner = CliRunner(env={**environment(world, now), **told})
        assert runner.invoke(campaign_health, ["digest"]).exit_code == 0
        before = len(slack.messages)
        assert before == 1
        said = json.loads(run(world, "status", "--json").stdout)
        configure("eu")
        assert run(world, "workspace", "rename", "default", "eu", "--yes", now=now).exit_code == 0
        incidents, changes = world.table("incident"), world.table("incident_change")
        assert run(world, "judge", now=now).exit_code == 0
        assert (world.table("incident"), world.table("incident_change")) == (incidents, changes)
        assert runner.invoke(campaign_health, ["digest"]).exit_code == 0
        assert len(slack.messages) == before
    with world.warehouse.read() as connection:
        assert unannounced_changes(connection, "eu", "slack") == []
    renamed = json.dumps(said).replace('"default"', '"eu"').replace("(default)", "(eu)")
    assert json.loads(run(world, "status", "--json").stdout) == json.loads(renamed)
    assert said["as_of"] == {"default": day(LAST).isoformat()}


@pytest.mark.slow("files of older versions")
def test_the_next_collection_goes_on_where_the_old_name_stood(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installation.collect().exit_code() == 0
    monkeypatch.chdir(installation.data_dir)
    configure("eu")
    renamed = CliRunner(env=installation.environment).invoke(
        campaign_health, ["workspace", "rename", "default", "eu", "--yes"]
    )
    assert renamed.exit_code == 0, renamed.output
    installation.next_day()
    report = installation.collect()
    assert report.exit_code() == 0
    asked = "SELECT last_day - first_day + 1 FROM collection WHERE run_id = ? AND source = 'mixpanel_events'"
    assert installation.value(asked, report.run_id) == 7, "the first run of a new workspace asks for 120 days"
    days = "SELECT workspace, count(DISTINCT day), max(day) - min(day) + 1 FROM event_day GROUP BY workspace"
    ((name, held, span),) = installation.rows(days)
    assert (name, held) == ("eu", span)
    assert held > 20
