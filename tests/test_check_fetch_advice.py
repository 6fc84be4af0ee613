"""The `git fetch` that `check` advises, run as it is written in real shallow clones: it is what was missing."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.check_corpus import build_repository, check, run_git

MANIFEST = b"version: 1\nevents: {begun: {}}\ncampaigns: [{name: Welcome, event: begun}]\n"
MOST_ROUNDS = 3


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository whose `feature` renamed the event and left `main`, with `release/2` and `v1`, three commits ago."""
    folder = build_repository(tmp_path / "origin", {"manifest.yaml": MANIFEST, "a.js": b'track("begun");\n'}, {})
    run_git(folder, "tag", "v1")
    run_git(folder, "branch", "release/2")
    run_git(folder, "checkout", "-q", "-b", "feature")
    for number in range(3):
        (folder / "a.js").write_text('track("beginning");\n' + "\n" * number)
        run_git(folder, "commit", "-q", "-a", "-m", f"Change {number}")
    run_git(folder, "checkout", "-q", "main")
    (folder / "b.js").write_text("later();\n")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "Later")
    return folder


BASES = ["origin/main", "refs/remotes/origin/main", "main", "origin/release/2", "v1", "origin/main~1", "SHA"]


@pytest.mark.slow("clones")
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("how", [["--depth", "1"], ["--depth", "1", "--no-single-branch"], ["--single-branch"]])
def test_following_the_advice_leads_to_an_answer(tmp_path: Path, origin: Path, base: str, how: list[str]) -> None:
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "-q", *how, "--no-tags", "--branch", "feature", origin.as_uri(), str(clone))
    if base == "SHA":
        base = run_git(origin, "rev-parse", "main").decode().strip()
    advised = []
    for _ in range(MOST_ROUNDS):
        result = check(clone, base)
        if result.outcome != "could_not_check":
            break
        [failure] = result.failures
        command = re.findall(r"`(git fetch [^`]+)`", failure.cure)[0]
        advised.append(command)
        run_git(clone, *shlex.split(command)[1:])
    assert [finding.rule for finding in result.violations] == ["event_renamed"], (advised, result.failures)
    assert len(advised) == len(set(advised))
