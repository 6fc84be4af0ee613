"""The GitHub action as a workflow runs it: one comment, made by itself, and a summary where it may not write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from campaign_health.check.reports.markdown import MARK
from tests.check_corpus import build_repository
from tests.code_host_cast import TOKEN, CodeHost, Trouble, code_host
from tests.installed_cast import ROOT

MANIFEST = (
    b"version: 1\nevents: {begun: {}, rare: {}}\ncampaigns:\n- {name: Welcome, event: begun}\n- {id: 2, event: rare}\n"
)
CALL = b'mixpanel.track("begun");\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return build_repository(
        tmp_path / "code", {"manifest.yaml": MANIFEST, "a.js": CALL}, {"a.js": b'mixpanel.track("beginning");\n'}
    )


def action() -> dict[str, Any]:
    """The file, parsed."""
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def _run(folder: Path, host: CodeHost, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's step on a pull request; an input that is not given has the action's default."""
    above = folder.parent
    command = above / "bin" / "campaign-health"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m campaign_health "$@"\n')
    command.chmod(0o755)
    (above / "event.json").write_text(json.dumps({"pull_request": {"number": 5}}))
    given = {name: str(about.get("default", "")) for name, about in action()["inputs"].items()} | inputs
    environment = {name.upper(): given[name] for name in ("manifest", "code", "published", "live", "sarif", "strict")}
    environment |= {"COMMENT": given["comment"], "BASE": given["base"] or "main"}
    environment |= {"GITHUB_TOKEN": TOKEN if given["comment"] == "true" else ""}
    environment |= {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(above),
        "RUNNER_TEMP": str(above), "GITHUB_STEP_SUMMARY": str(above / "summary.md"),
        "GITHUB_OUTPUT": str(above / "output"), "GITHUB_API_URL": host.url, "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_EVENT_PATH": str(above / "event.json"),
    }  # fmt: skip
    step = next(one for one in action()["runs"]["steps"] if one.get("id") == "check")
    assert set(step["env"]) <= environment.keys()
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow("programs started whole")
def test_it_comments_once_and_annotates_without_a_key(repository: Path) -> None:
    with code_host() as host:
        first, second = _run(repository, host), _run(repository, host)
        [body] = host.bodies()
    assert (first.returncode, second.returncode) == (1, 1)
    assert first.stderr == "The comment was written on GitHub.\n"
    assert "::error file=a.js,line=1" in first.stdout
    assert body.startswith(MARK)
    assert "beginning" in body
    assert TOKEN not in first.stdout + first.stderr + second.stdout + second.stderr
    assert (repository.parent / "summary.md").read_text() == body * 2


@pytest.mark.slow("programs started whole")
def test_a_fork_s_token_leaves_it_to_the_summary_once(repository: Path) -> None:
    refusal = Trouble("POST", 403, message="Resource not accessible by integration", times=9)
    with code_host(troubles=[refusal]) as host:
        done = _run(repository, host)
    assert done.returncode == 1
    assert "from a fork never has" in done.stderr
    assert (repository.parent / "summary.md").read_text().count(MARK) == 1
    assert "outcome=violated" in (repository.parent / "output").read_text()


@pytest.mark.slow("programs started whole")
def test_without_a_comment_nobody_is_asked_and_strict_fails_on_what_is_not_seen(repository: Path) -> None:
    with code_host() as host:
        done = _run(repository, host, comment="false", strict="true")
        assert host.asked == []
    assert "trigger_not_seen" in done.stdout
    assert (repository.parent / "summary.md").read_text().count(MARK) == 1


def test_the_token_goes_nowhere_where_no_comment_is_wanted() -> None:
    step = next(one for one in action()["runs"]["steps"] if one.get("id") == "check")
    assert step["env"]["GITHUB_TOKEN"] == "${{ inputs.comment == 'true' && inputs.token || '' }}"
    assert "${{" not in step["run"]
