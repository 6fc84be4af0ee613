"""The command as people and pipelines run it: its exit codes, its output, and the pipeline files shipped with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from campaign_health.cli.check import command as check_command
from campaign_health.cli.init import command as init_command
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.settings.catalogue import SETTINGS
from tests.check_corpus import build_repository, run_git

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = b"""version: 1
events: {trial_started: {}}
campaigns: [{name: Welcome series, event: trial_started}]
"""
BEFORE = {"manifest.yaml": MANIFEST, "src/a.js": b'analytics.track("trial_started");\n'}
AFTER = {"src/a.js": b'analytics.track("trial_begun");\n'}


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(check_command, arguments, catch_exceptions=False)


@pytest.fixture
def renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = build_repository(tmp_path / "code", BEFORE, AFTER)
    monkeypatch.chdir(folder)
    return folder


def test_a_broken_campaign_is_exit_1_and_json_on_standard_output(renamed: Path) -> None:
    result = run("--code", ".", "--base", "main", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["outcome"], len(data["findings"])) == (1, "violated", 1)
    assert data["findings"][0]["head_file"] == "src/a.js"
    assert data["coverage"]["sentence"] == "1 of 1 trigger event is sent, or may be, by this code."


def test_what_holds_is_exit_0(renamed: Path) -> None:
    run_git(renamed, "checkout", "-q", "main", "--", ".")
    run_git(renamed, "reset", "-q", "--hard")
    result = run("--code", ".", "--base", "main")
    assert result.exit_code == 0
    assert result.stdout.endswith("The manifest holds.\n")


def test_a_manifest_that_is_not_there_is_exit_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["outcome"]) == (2, "could_not_check")
    assert "campaign-health init" in data["failures"][0]["cure"]


def test_a_manifest_that_cannot_be_read_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifest.yaml").write_text("version: 1\nevents: [\n")
    assert run().stdout.splitlines()[-1] == "Could not check: the manifest cannot be read."
    (tmp_path / "manifest.yaml").write_text("version: 2\nevnts: {}\n")
    assert run().stdout.splitlines()[-1] == "Could not check: the manifest cannot be read (2 mistakes)."


@pytest.mark.parametrize(
    "arguments",
    [("--base", "nowhere"), ("--live",), ("--published", "nothing.duckdb"), ("--code", "nowhere")],
)
def test_every_failed_look_up_is_exit_2_with_its_reason(renamed: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["outcome"]) == (2, "could_not_check")
    assert all(failure["message"] and failure["cure"] for failure in data["failures"])


def test_a_service_that_cannot_be_reached_is_exit_2(renamed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CUSTOMERIO_APP_URL", "MIXPANEL_QUERY_URL", "MIXPANEL_APP_URL", "MIXPANEL_EXPORT_URL"):
        monkeypatch.setenv(name, "not-a-url")
    monkeypatch.setenv("CUSTOMERIO_APP_API_KEY", "k")
    assert run("--live", "--json").exit_code == 2


def test_a_damaged_published_file_is_exit_2(renamed: Path) -> None:
    (renamed / "bad.duckdb").write_bytes(b"no database" * 1000)
    result = run("--published", "bad.duckdb", "--json")
    assert (result.exit_code, "bad.duckdb" in result.stdout) == (2, True)


def test_a_violation_beside_a_failed_look_up_is_still_listed(renamed: Path) -> None:
    data = json.loads(run("--code", ".", "--base", "main", "--published", "nothing", "--json").stdout)
    assert (data["outcome"], [finding["event"] for finding in data["findings"]]) == (
        "could_not_check",
        ["trial_started"],
    )


def test_the_manifest_is_found_by_setting_here_or_with_the_code(
    renamed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere.yaml").write_bytes(MANIFEST)
    monkeypatch.chdir(tmp_path)
    assert run("--code", "code", "--base", "main").exit_code == 1
    monkeypatch.setenv("CAMPAIGN_HEALTH_MANIFEST", str(tmp_path / "elsewhere.yaml"))
    assert run().exit_code == 0


def test_reports_are_written_beside_the_output(renamed: Path, tmp_path: Path) -> None:
    result = run(
        "--code", ".", "--base", "main", "--report", f"json={tmp_path}/a.json", "--report", f"terminal={tmp_path}/a.txt"
    )
    assert result.exit_code == 1
    assert json.loads((tmp_path / "a.json").read_text())["outcome"] == "violated"
    assert "\x1b" not in (tmp_path / "a.txt").read_text()


def test_a_report_without_a_file_is_refused(renamed: Path) -> None:
    result = run("--report", "sarif")
    assert (result.exit_code, "FORMAT=FILE" in result.output) == (2, True)


def test_check_starts_without_what_only_the_dashboard_needs() -> None:
    code = (
        "import sys, campaign_health.cli.check, campaign_health.check.rules.code_rules;"
        "heavy = {'streamlit', 'pandas', 'scipy', 'numpy', 'plotly', 'duckdb', 'requests'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# init


def test_init_writes_a_manifest_that_holds_and_a_configuration(tmp_path: Path) -> None:
    result = CliRunner().invoke(init_command, ["--manifest", str(tmp_path / "manifest.yaml")], catch_exceptions=False)
    assert (result.exit_code, "Next:" in result.stdout) == (0, True)
    manifest = read_manifest(tmp_path / "manifest.yaml")
    assert list(manifest.events) == [
        "trial_signup_completed", "first_value_action", "team_invite_sent", "paywall_limit_reached",
        "product_inactive_7d",
    ]  # fmt: skip
    assert len(manifest.campaigns) == 5
    assert "#" in (tmp_path / "manifest.yaml").read_text()
    configuration = (tmp_path / "campaign-health.toml").read_text()
    assert all(setting.name in configuration for setting in SETTINGS if setting.name != "CAMPAIGN_HEALTH_NOW")
    assert run("--manifest", str(tmp_path / "manifest.yaml")).exit_code == 0


def test_init_overwrites_nothing_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text("mine")
    result = CliRunner().invoke(init_command, ["--manifest", str(path)])
    assert (result.exit_code != 0, path.read_text()) == (True, "mine")
    assert "--force" in str(result.exception)
    CliRunner().invoke(init_command, ["--manifest", str(path), "--force"], catch_exceptions=False)
    assert read_manifest(path).version == 1


# The files for pipelines


def load(path: str) -> object:
    return YAML(typ="safe", pure=True).load((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture
def path_with_command(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "campaign-health"
    script.write_text(
        f'#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n'
        "from campaign_health.cli.main import main\nmain()\n"
    )  # fmt: skip
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def shell(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("base", ["main", "0" * 40])
def test_the_github_action_annotates_and_summarises(
    renamed: Path, tmp_path: Path, path_with_command: str, base: str
) -> None:
    action = load("action.yml")
    assert isinstance(action, dict)
    step = action["runs"]["steps"][1]
    settings = {"MANIFEST", "CODE", "BASE", "PUBLISHED", "LIVE", "SARIF", "STRICT", "COMMENT", "GITHUB_TOKEN"}
    assert set(step["env"]) == settings
    environment = {
        "PATH": path_with_command, "MANIFEST": "manifest.yaml", "CODE": ".", "BASE": base, "PUBLISHED": "",
        "LIVE": "false", "STRICT": "false", "COMMENT": "false",
        "SARIF": str(tmp_path / "check.sarif"), "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_OUTPUT": str(tmp_path / "output"),
    }  # fmt: skip
    done = shell(step["run"], renamed, environment)
    violated = base == "main"
    # Without a base the renamed event was never seen, so that nothing was checked.
    assert done.returncode == (1 if violated else 2), done.stderr
    assert ("::error file=src/a.js,line=1" in done.stdout) == violated
    assert "campaign-health check" in (tmp_path / "summary.md").read_text()
    assert f"outcome={'violated' if violated else 'could_not_check'}" in (tmp_path / "output").read_text()
    assert json.loads((tmp_path / "check.sarif").read_text())["version"] == "2.1.0"


def test_the_pre_commit_hook_stops_a_commit(renamed: Path, path_with_command: str) -> None:
    hooks = load(".pre-commit-hooks.yaml")
    assert isinstance(hooks, list)
    assert hooks[0]["language"] == "python"
    assert shell(hooks[0]["entry"], renamed, {"PATH": path_with_command}).returncode == 1
    run_git(renamed, "reset", "-q", "--hard")
    assert shell(hooks[0]["entry"], renamed, {"PATH": path_with_command}).returncode == 0


def test_the_gitlab_job_writes_both_reports(renamed: Path, path_with_command: str) -> None:
    jobs = load("ci-templates/gitlab.yml")
    assert isinstance(jobs, dict)
    job = jobs["campaign-health"]
    environment = {"PATH": path_with_command, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "main", **job["variables"]}
    done = shell(" && ".join(job["script"]), renamed, environment)
    assert done.returncode == 1, done.stderr
    reports = job["artifacts"]["reports"]
    assert json.loads((renamed / reports["codequality"]).read_text())[0]["location"]["path"] == "src/a.js"
    assert (renamed / reports["junit"]).read_text().startswith("<?xml")
    assert job["variables"]["GIT_DEPTH"] == "0"


def test_a_failed_run_is_valid_sarif_that_says_so(renamed: Path) -> None:
    result = run("--base", "nowhere", "--format", "sarif")
    schema = json.loads((ROOT / "tests/fixtures/check_schemas/sarif-2.1.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(json.loads(result.stdout))
    assert json.loads(result.stdout)["runs"][0]["invocations"][0]["executionSuccessful"] is False
