"""The look-ups of `check`: Customer.io and Mixpanel asked live over HTTP, and a published file of a real run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.look_up.live import observe_live
from campaign_health.check.look_up.published_answers import observe_published
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.cli.init import command as init_command
from campaign_health.demo.world.manifest import demo_manifest
from campaign_health.demo.world.stories import demo_world
from campaign_health.manifest.manifest_reading import parse_manifest, read_manifest
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from tests.check_corpus import NOW
from tests.collecting_cast import CAST, Installation, cast_world

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def demo() -> Iterator[Sandbox]:
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def published(demo: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("data")
    assert (
        Installation(demo, data_dir, {"MIXPANEL_QUERIES_PER_HOUR": "1000", "CAMPAIGN_HEALTH_BACKFILL_DAYS": "45"})
        .collect()
        .exit_code()
        == 0
    )
    return data_dir


EXPECTED = [
    ("observed_type_differs", "team_invite_sent", "plan", None, ("Team expansion",)),
    ("event_not_seen", "project.created", None, "project_created", ("Project kick-off tips",)),
    ("observed_property_missing", "report_exported", "export_format", None, ("Report sharing nudge",)),
]


def violations(result: CheckResult) -> list[tuple[str, str | None, str | None, str | None, tuple[str, ...]]]:
    def short(f: Finding) -> tuple[str, str | None, str | None, str | None, tuple[str, ...]]:
        return (f.rule, f.event, f.property, f.new_name, f.campaigns)

    return [short(finding) for finding in result.violations]


@pytest.mark.slow("drifts looked up live")
def test_the_demo_s_drifts_are_found_live(demo: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(demo_manifest())
    environment = dict(demo.environment)
    request = CheckRequest(
        tmp_path / "manifest.yaml", demo.now,
        observers=[lambda read: observe_live(environment, tmp_path, read.manifest, None, demo.now)],
    )  # fmt: skip
    result = run_check(request)
    assert result.failures == []
    assert violations(result) == EXPECTED


@pytest.mark.slow("histories judged again")
def test_the_demo_s_drifts_are_found_offline_with_their_sends(published: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(demo_manifest())
    request = CheckRequest(
        tmp_path / "manifest.yaml", NOW, observers=[lambda read: observe_published(published, None, TODAY)]
    )
    result = run_check(request)
    assert result.failures == []
    assert violations(result) == EXPECTED
    assert all("sends in the last 28 days" in finding.message for finding in result.violations)


@pytest.mark.slow("drifts looked up live")
def test_init_from_data_writes_what_was_collected(published: Path, tmp_path: Path) -> None:
    target = tmp_path / "manifest.yaml"
    arguments = ["--from-data", str(published / "campaign_health.duckdb"), "--manifest", str(target)]
    assert CliRunner().invoke(init_command, arguments, catch_exceptions=False).exit_code == 0
    manifest = read_manifest(target)
    tips = next(campaign for campaign in manifest.campaigns if campaign.name == "Project kick-off tips")
    assert (tips.event, tips.state) == ("project.created", "running")
    assert manifest.events["team_invite_sent"].properties["plan"].type == "object"
    assert "distinct_id" not in manifest.events["team_invite_sent"].properties
    assert "# 100 %" in target.read_text()


def test_a_key_that_is_refused_is_a_failure_of_that_part_only(demo: Sandbox, tmp_path: Path) -> None:
    environment = {**demo.environment, "CUSTOMERIO_APP_API_KEY": "wrong"}
    observed = observe_live(environment, tmp_path, parse_manifest(demo_manifest()).manifest, None, demo.now)
    assert observed.campaigns is None
    assert observed.events
    assert ["Customer.io" in failure.message for failure in observed.failures] == [True]


def test_missing_keys_are_failures(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"]}
    observed = observe_live(environment, tmp_path, parse_manifest("version: 1").manifest, None, NOW)
    assert [failure.cure.split("_")[0] for failure in observed.failures] == ["Set CUSTOMERIO", "Set MIXPANEL"]


def bare_file(tmp_path: Path, *rows: str) -> Path:
    """A published file with the columns that every reader may count on, and no more."""
    path = tmp_path / "campaign_health.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            CREATE TABLE schema_migration (number INTEGER, name VARCHAR, applied_at TIMESTAMP);
            INSERT INTO schema_migration VALUES (1, 'first', TIMESTAMP '2026-11-01 00:00:00');
            CREATE TABLE campaign (workspace VARCHAR, campaign_id BIGINT, name VARCHAR, state VARCHAR,
                trigger_kind VARCHAR, event VARCHAR);
            CREATE TABLE campaign_day (workspace VARCHAR, campaign_id BIGINT, day DATE, sent BIGINT, state VARCHAR);
            CREATE TABLE event_day (workspace VARCHAR, event VARCHAR, day DATE, events BIGINT, state VARCHAR);
            CREATE TABLE event_property (workspace VARCHAR, event VARCHAR, property VARCHAR, type VARCHAR, day DATE,
                share DOUBLE);
            CREATE TABLE collection (workspace VARCHAR, source VARCHAR, ended_at TIMESTAMP, outcome VARCHAR,
                error VARCHAR);
            INSERT INTO campaign VALUES ('default', 1, 'Welcome series', 'running', 'event', 'trial_started');
            """
        )
        for row in rows:
            connection.execute(f"INSERT INTO event_day VALUES ('default', 'trial_started', {row})")
    return path


def test_a_file_without_one_service_is_not_taken_for_clean(tmp_path: Path) -> None:
    observed = observe_published(bare_file(tmp_path), None, TODAY)
    assert [seen.name for seen in observed.campaigns or ()] == ["Welcome series"]
    assert observed.events is None
    assert ["Mixpanel" in failure.message for failure in observed.failures] == [True]


def test_days_that_may_be_restated_show_an_event_but_never_its_end(tmp_path: Path) -> None:
    rows = ["'2026-11-01', 50, 'observed'"]
    rows += [f"'2026-11-{day}', 0, 'provisional'" for day in range(10, 24)]
    rows += ["'2026-11-05', NULL, 'not_collected'"]
    seen_event = (observe_published(bare_file(tmp_path, *rows), None, TODAY).events or {})["trial_started"]
    assert (seen_event.first_seen, seen_event.last_collected) == (date(2026, 11, 1), date(2026, 11, 1))


def test_a_source_that_failed_in_the_newest_run_is_not_taken_for_clean(tmp_path: Path, published: Path) -> None:
    copy = tmp_path / "campaign_health.duckdb"
    shutil.copy(published / "campaign_health.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "UPDATE collection SET outcome = 'failed', error = 'no answer' WHERE source = 'mixpanel_events'"
        )
    observed = observe_published(copy, None, TODAY)
    assert ["no answer" in failure.message for failure in observed.failures] == [True]


def test_what_half_a_list_leaves_out_is_not_taken_for_missing(tmp_path: Path) -> None:
    manifest = "version: 1\nevents:\n" + "".join(f"  {json.dumps(name, ensure_ascii=False)}: {{}}\n" for name in CAST)
    manifest += "campaigns:\n" + "".join(
        f"  - {{id: {number}, event: {json.dumps(name, ensure_ascii=False)}}}\n" for number, name in enumerate(CAST, 1)
    )
    (tmp_path / "manifest.yaml").write_text(manifest)
    with running_sandbox(cast_world(), limits=Limits.unlimited()) as sandbox:
        environment = dict(sandbox.environment)
        request = CheckRequest(
            tmp_path / "manifest.yaml", sandbox.now,
            observers=[lambda read: observe_live(environment, tmp_path, read.manifest, None, sandbox.now)],
        )  # fmt: skip
        whole = run_check(request)
        for endpoint in ("mixpanel.query.names", "customerio.campaigns"):
            sandbox.fail("half_list", endpoint, at="every", times=None)
        half = run_check(request)
    assert (whole.failures, whole.violations) == ([], [])
    assert half.violations == []
    assert [failure.message for failure in half.failures] == [
        "Customer.io's list leaves out the campaign 2, which is there."
    ]
