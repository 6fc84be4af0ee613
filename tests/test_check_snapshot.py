"""`export`: a small file from which `check --published` says what it says of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from campaign_health.check.git_tree import CouldNotCheck
from campaign_health.check.look_up.published_answers import observe_published, read_published
from campaign_health.check.look_up.published_facts import NewestRun, PublishedFacts
from campaign_health.check.look_up.snapshot_file import read_snapshot, write_snapshot
from campaign_health.check.reports import FORMATS
from campaign_health.cli.check import command as check_command
from campaign_health.cli.export import command as export_command
from campaign_health.demo.world.manifest import demo_manifest
from campaign_health.demo.world.stories import demo_world
from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import ObservedEvent, ObservedProperty
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from tests.collecting_cast import Installation
from tests.test_check_lookups import TODAY

MORNING = "2026-11-24T08:00:00+00:00"
CAMPAIGN = ObservedCampaign(
    7, "Willkommen ✓", "running", "trial_started", frozenset({"plan", "b"}), frozenset({"seats"}), ("line 3: odd",), 12
)
FACTS = PublishedFacts(
    workspace="acme",
    campaigns=[CAMPAIGN],
    events={"trial_started": ObservedEvent("trial_started", TODAY - timedelta(90), TODAY, TODAY, 0.1 + 0.2)},
    properties={"trial_started": {"plan": ObservedProperty(TODAY, {"string": 2 / 3, "null": 0.1})}},
    runs={"customerio_campaigns": NewestRun("partial", "one was refused", TODAY)},
)
WRITTEN = write_snapshot(FACTS, TODAY)


@pytest.fixture(scope="module")
def demo() -> Iterator[Sandbox]:
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def data(demo: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    extra = {"MIXPANEL_QUERIES_PER_HOUR": "1000", "CAMPAIGN_HEALTH_BACKFILL_DAYS": "15"}
    assert Installation(demo, folder, extra).collect().exit_code() == 0
    (folder / "manifest.yaml").write_text(demo_manifest())
    return folder


def _export(data: Path, file: Path, *more: str) -> Result:
    return CliRunner(env={"CAMPAIGN_HEALTH_NOW": MORNING}).invoke(
        export_command, [str(file), "--published", str(data), *more], catch_exceptions=False
    )


def _facts(text: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(text)["facts"]
    return facts


def _check(data: Path, published: Path, form: str, now: str = MORNING) -> Result:
    arguments = ["--manifest", str(data / "manifest.yaml"), "--published", str(published), "--format", form]
    return CliRunner(env={"CAMPAIGN_HEALTH_NOW": now}).invoke(check_command, arguments, catch_exceptions=False)


@pytest.mark.slow("drifts looked up offline")
@pytest.mark.parametrize("form", FORMATS)
def test_a_snapshot_gives_the_same_answers_as_the_database_to_the_byte(data: Path, form: str) -> None:
    file = data / "campaigns.json"
    said = _export(data, file)
    assert said.output.startswith(f"wrote {file}")
    of_data, of_file = _check(data, data, form), _check(data, file, form)
    assert of_data.exit_code == 1
    assert (of_file.stdout_bytes, of_file.exit_code) == (of_data.stdout_bytes, of_data.exit_code)


@pytest.mark.slow("drifts looked up offline")
def test_a_snapshot_is_small_and_holds_no_person_and_no_text_of_a_message(data: Path) -> None:
    file = data / "campaigns.json"
    _export(data, file)
    text = file.read_text()
    assert len(text) < 400 * (len(_facts(text)["campaigns"]) + len(_facts(text)["events"]))
    with duckdb.connect(str(data / "campaign_health.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT DISTINCT name FROM campaign_message WHERE length(name) > 12").fetchall()
    names = {str(name) for (name,) in rows} - {one["name"] for one in _facts(text)["campaigns"]}
    assert names
    assert [name for name in names if name in text] == []
    assert "@" not in text


@pytest.mark.slow("drifts looked up offline")
def test_a_snapshot_of_more_than_a_week_ago_is_said(data: Path) -> None:
    file = data / "campaigns.json"
    _export(data, file)
    fresh, stale = (
        _check(data, file, "terminal", f"{day}T08:00:00+00:00").stdout for day in ("2026-12-01", "2026-12-02")
    )
    assert "was exported on" not in fresh
    assert f"{file} was exported on Tue 24 Nov 2026, 8 days ago" in " ".join(stale.split())


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.json"
    file.write_text(write_snapshot(FACTS, TODAY))
    assert read_snapshot(file, None) == (FACTS, TODAY)
    assert read_snapshot(file, "acme") == (FACTS, TODAY)
    assert observe_published(file, None, TODAY).campaigns == [CAMPAIGN]


def test_a_new_export_of_the_same_facts_is_the_same_file() -> None:
    assert write_snapshot(FACTS, TODAY) == write_snapshot(FACTS, TODAY)
    assert '"required":["b","plan"]' in write_snapshot(FACTS, TODAY)


def test_another_workspace_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.json"
    file.write_text(write_snapshot(FACTS, TODAY))
    with pytest.raises(CouldNotCheck, match="has no workspace 'other'"):
        observe_published(file, "other", TODAY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no snapshot"),
        ("{}", "no snapshot"),
        ('{"version": 1}', "no snapshot"),
        (
            write_snapshot(FACTS, TODAY).replace('"campaign_health_snapshot": 1', '"campaign_health_snapshot": 9'),
            "version 9",
        ),
        (write_snapshot(FACTS, TODAY).replace('"campaign_id":7', '"campaign_id":"seven"'), "campaign_id"),
        (write_snapshot(FACTS, TODAY)[:-20], "no snapshot"),
    ],
)
def test_a_file_that_is_no_snapshot_could_not_be_checked(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "campaigns.json"
    file.write_text(text)
    with pytest.raises(CouldNotCheck, match=said):
        observe_published(file, None, TODAY)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    assert _check(tmp_path, file, "terminal").exit_code == 2


def test_a_source_that_failed_is_a_failure_in_the_snapshot_too(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.json"
    facts = PublishedFacts("acme", [CAMPAIGN], {}, {}, {"mixpanel_events": NewestRun("failed", "no answer", TODAY)})
    file.write_text(write_snapshot(facts, TODAY))
    assert ["no answer" in failure.message for failure in observe_published(file, None, TODAY).failures] == [True]


def test_a_folder_without_a_published_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CouldNotCheck):
        read_published(tmp_path, None)
