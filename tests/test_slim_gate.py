"""`check` as a pipeline installs it, without the monitor: every mode says there what it says with everything."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from campaign_health.check.reports import FORMATS
from campaign_health.cli.main import COMMANDS, OF_THE_GATE, campaign_health
from campaign_health.demo.world.manifest import demo_manifest
from campaign_health.demo.world.stories import demo_world
from campaign_health.process.installed import MONITOR_LIBRARIES
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from tests.check_corpus import FOLDER, NOW, build, build_repository, read_cases, run_git
from tests.code_host_cast import TOKEN, code_host
from tests.collecting_cast import Installation
from tests.installed_cast import ROOT, Installed, run
from tests.test_check_lookups import TODAY

slow = pytest.mark.slow("installs")
CHANGES = {case.language: case for case in reversed(read_cases()) if case.expected}


def in_full(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The same command in this process, which has everything, with no variables but these."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **more}
    with patch.dict(os.environ, environment, clear=True), chdir(folder):
        done = CliRunner().invoke(campaign_health, arguments, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def same(gate: Installed, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What the gate alone says of `check` with these arguments, which must be what the whole product says."""
    more = {"CAMPAIGN_HEALTH_NOW": NOW.isoformat(), **more}  # reports say when
    told, expected = gate.run(folder, "check", *arguments, **more), in_full(folder, "check", *arguments, **more)
    assert (told.stdout, told.stderr, told.returncode) == (expected.stdout, expected.stderr, expected.returncode)
    return told


@pytest.fixture(scope="module")
def demo() -> Iterator[Sandbox]:
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def watched(demo: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's manifest, a campaign-health.toml, and the data of 15 days in `data`."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "manifest.yaml").write_text(demo_manifest())
    (folder / "data").mkdir()
    extra = {"MIXPANEL_QUERIES_PER_HOUR": "1000", "CAMPAIGN_HEALTH_BACKFILL_DAYS": "15"}
    assert Installation(demo, folder / "data", extra).collect().exit_code() == 0
    return folder


@slow
def test_nothing_of_the_monitor_is_installed(gate_only: Installed) -> None:
    assert gate_only.missing(*MONITOR_LIBRARIES) == list(MONITOR_LIBRARIES)


@slow
@pytest.mark.parametrize("language", CHANGES)
def test_a_change_in_each_language_is_judged(gate_only: Installed, tmp_path: Path, language: str) -> None:
    folder = build(CHANGES[language], tmp_path / "code")
    told = json.loads(same(gate_only, folder, "--code", ".", "--base", "main", "--json").stdout)
    assert {finding["rule"] for finding in told["findings"]} >= {one.rule for one in CHANGES[language].expected}
    assert bool(told["failures"]) == CHANGES[language].none_seen


@slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_report_is_written(gate_only: Installed, tmp_path: Path, form: str) -> None:
    folder = build(CHANGES["mixed"], tmp_path / "code")
    told = same(gate_only, folder, "--code", ".", "--base", "main", "--format", form, "--report", f"{form}=report")
    assert (told.returncode, told.stdout.strip() != "") == (1, True)
    assert (folder / "report").read_text() == told.stdout


@slow
def test_the_manifest_alone_is_checked_and_one_that_cannot_be_read_is_said(
    gate_only: Installed, tmp_path: Path
) -> None:
    (tmp_path / "manifest.yaml").write_text((FOLDER / "manifest.yaml").read_text())
    assert same(gate_only, tmp_path).returncode == 0
    (tmp_path / "other.yaml").write_text("version: 2\nevnts: {}\n")
    assert same(gate_only, tmp_path, "--manifest", "other.yaml").returncode == 2


@slow
def test_both_services_are_asked(gate_only: Installed, watched: Path, demo: Sandbox) -> None:
    keys = {**demo.environment, "CAMPAIGN_HEALTH_NOW": demo.now.isoformat()}
    told = same(gate_only, watched, "--live", "--json", **keys)
    assert {one["event"] for one in json.loads(told.stdout)["findings"]} >= {"project.created", "team_invite_sent"}
    assert told.returncode == 1
    refused = same(gate_only, watched, "--live", "--json", **{**keys, "CUSTOMERIO_APP_API_KEY": "wrong"})
    assert refused.returncode == 2
    assert same(gate_only, watched, "--live").returncode == 2


@slow
def test_a_published_file_is_read(gate_only: Installed, watched: Path, demo: Sandbox) -> None:
    now = (demo.now + timedelta(hours=1)).isoformat()
    for file in ("data", "data/campaign_health.duckdb"):
        told = same(gate_only, watched, "--published", file, "--json", CAMPAIGN_HEALTH_NOW=now)
        assert told.returncode == 1
        assert "project.created" in {one["event"] for one in json.loads(told.stdout)["findings"]}
    one = same(gate_only, watched, "--published", "data", "--workspace", "default", CAMPAIGN_HEALTH_NOW=now)
    assert one.returncode == 1
    unknown = same(gate_only, watched, "--published", "data", "--workspace", "acme", CAMPAIGN_HEALTH_NOW=now)
    assert unknown.returncode == 2


@slow
def test_a_manifest_is_begun_from_the_template_and_from_data(gate_only: Installed, watched: Path) -> None:
    begun = gate_only.run(watched, "init", "--manifest", "begun/manifest.yaml")
    assert begun.returncode == 0, begun.stderr
    written = gate_only.run(watched, "init", "--from-data", "data", "--manifest", "written/manifest.yaml")
    assert written.returncode == 0, written.stderr
    assert "project.created" in (watched / "written" / "manifest.yaml").read_text()


@slow
def test_a_snapshot_is_exported_and_gives_the_same_answers(gate_only: Installed, watched: Path, demo: Sandbox) -> None:
    now = (demo.now + timedelta(hours=1)).isoformat()
    exported = gate_only.run(watched, "export", "campaigns.json", "--published", "data", CAMPAIGN_HEALTH_NOW=now)
    assert exported.returncode == 0, exported.stderr
    told = same(gate_only, watched, "--published", "campaigns.json", "--json", CAMPAIGN_HEALTH_NOW=now)
    assert told.stdout == same(gate_only, watched, "--published", "data", "--json", CAMPAIGN_HEALTH_NOW=now).stdout


@slow
def test_a_manifest_is_begun_from_the_code_and_from_a_plan(gate_only: Installed, tmp_path: Path) -> None:
    folder = build_repository(tmp_path / "code", {"a.js": b'mixpanel.track("begun", {plan: "pro"});\n'}, {})
    begun = gate_only.run(folder, "init", "--from-code")
    assert begun.returncode == 0, begun.stderr
    assert "begun" in (folder / "manifest.yaml").read_text()
    assert same(gate_only, folder, "--code", ".").returncode == 0
    plan = {"rules": [{"key": "begun", "type": "TRACK", "jsonSchema": {}}]}
    (folder / "plan.json").write_text(json.dumps(plan))
    planned = gate_only.run(folder, "init", "--from", "plan.json", "--force")
    assert planned.returncode == 0, planned.stderr


@slow
def test_a_comment_is_kept(gate_only: Installed, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    (tmp_path / "event.json").write_text('{"pull_request": {"number": 5}}')
    with code_host() as host:
        given = {"GITHUB_API_URL": host.url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_TOKEN": TOKEN,
                 "GITHUB_EVENT_PATH": "event.json"}  # fmt: skip
        done = gate_only.run(tmp_path, "check", "--comment", "github", **given)
        assert (done.returncode, len(host.comments)) == (0, 1), done.stderr


@slow
def test_the_pipeline_files_run_on_the_gate_alone(gate_only: Installed, tmp_path: Path) -> None:
    manifest = b"version: 1\nevents: {begun: {}}\ncampaigns: [{name: Welcome, event: begun}]\n"
    folder = build_repository(
        tmp_path / "code", {"manifest.yaml": manifest, "a.js": b'track("begun");\n'}, {"a.js": b'track("other");\n'}
    )
    [hook] = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    job = YAML(typ="safe").load((ROOT / "ci-templates" / "gitlab.yml").read_text())["campaign-health"]
    for script in (hook["entry"], *job["script"]):
        variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "main", **job["variables"]}
        done = run(["bash", "-ec", script], folder, gate_only.environment(tmp_path, **variables))
        assert done.returncode == 1, done.stderr
    run_git(folder, "checkout", "-q", "main", "--", ".")
    assert run(["bash", "-ec", hook["entry"]], folder, gate_only.environment(tmp_path)).returncode == 0


def test_the_pipeline_files_ask_for_no_extra() -> None:
    action = YAML(typ="safe").load((ROOT / "action.yml").read_text())
    job = YAML(typ="safe").load((ROOT / "ci-templates" / "gitlab.yml").read_text())["campaign-health"]
    [hook] = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert action["runs"]["steps"][0]["run"] == 'python -m pip install --quiet "$ACTION"'
    assert "[" not in "".join(job["before_script"])
    assert "additional_dependencies" not in hook


@slow
def test_all_commands_are_listed_and_those_of_the_monitor_say_how_to_get_it(
    gate_only: Installed, tmp_path: Path
) -> None:
    listed = gate_only.run(tmp_path, "--help").stdout
    assert [name for name in COMMANDS if f"\n  {name} " not in listed] == []
    for name in COMMANDS:
        done = gate_only.run(tmp_path, name, "--help")
        if name in OF_THE_GATE:
            assert (done.returncode, done.stderr) == (0, ""), name
            continue
        said, cure = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (2, ""), name
        assert said.startswith(f"error: `campaign-health {name}` needs the monitor, and only the gate is installed")
        assert cure.endswith("pip install '.[monitor]'")


def test_the_libraries_of_the_monitor_are_those_of_its_extra() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    monitor = [line.partition(">")[0] for line in declared["optional-dependencies"]["monitor"]]
    assert tuple(monitor) == MONITOR_LIBRARIES
    assert {line.partition(">")[0] for line in declared["dependencies"]} & set(monitor) == set()
