"""What is written on installing takes the package from the repository: on an index its name could be anybody's."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
KINDS = (".md", ".yml", ".yaml", ".toml", ".py", ".txt", "Makefile", "Dockerfile")
INSTALLS = re.compile(
    r"(?:pip3?|pipx|uv tool|uv pip|uv|pipx run|uvx|poetry)\s+(?:install|add|run|tool run)?([^\n`;&|]*)"
)
BARE = re.compile(r"""(?<![\w./@:-])["']?campaign-health(?:\[[\w,-]*\])?(?:[=~<>!]=?[\w.*]+)?["']?(?=\s|$)""")


def bare_installs(text: str) -> list[str]:
    """The commands in a text that install campaign-health by its name alone."""
    return [match[0] for match in INSTALLS.finditer(text) if BARE.search(match[1])]


@pytest.mark.parametrize(
    "line",
    ["pip install campaign-health", "python -m pip install --quiet campaign-health", "pipx install campaign-health",
     "pip install 'campaign-health[sign-in]'", "uv tool install campaign-health==0.1.0", "uvx campaign-health"],
)  # fmt: skip
def test_an_install_by_name_is_seen(line: str) -> None:
    assert bare_installs(line)


@pytest.mark.parametrize(
    "line",
    [
        "pip install -e .",
        'pip install "git+https://git.example.com/campaign-health.git@v0.1.0"',
        "pip install '.[test]'",
    ],
)
def test_an_install_from_the_repository_is_none(line: str) -> None:
    assert bare_installs(line) == []


def test_nothing_tells_anybody_to_install_by_name_from_an_index() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    read = [name for name in files if name.endswith(KINDS) and name != "tests/test_installing.py"]
    assert "ci-templates/gitlab.yml" in read
    found = {name: bare_installs((ROOT / name).read_text()) for name in read if (ROOT / name).exists()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("name", ["ci-templates/gitlab.yml", "docs/check.md"])
def test_the_tag_that_is_installed_is_this_version(name: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.findall(r"\bv\d+\.\d+\.\d+\b", (ROOT / name).read_text()) == [f"v{version}"]


def test_the_gitlab_job_installs_a_tag_of_the_repository_it_is_given_and_nothing_without_one(tmp_path: Path) -> None:
    job = YAML(typ="safe").load((ROOT / "ci-templates" / "gitlab.yml").read_text())["campaign-health"]
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", **job["variables"]}

    def install(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-ec", "\n".join(job["before_script"])],
            env={**environment, **more},
            capture_output=True,
            text=True,
        )

    done = install(CAMPAIGN_HEALTH_REPOSITORY="https://git.example.com/campaign-health.git")
    assert done.stdout.splitlines()[-1] == "git+https://git.example.com/campaign-health.git@v0.1.0", done.stderr
    refused = install()
    assert (refused.returncode != 0, refused.stdout) == (True, "")
    assert "CAMPAIGN_HEALTH_REPOSITORY" in refused.stderr
