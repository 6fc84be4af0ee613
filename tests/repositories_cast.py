"""A small repository with a manifest and a change, for the tests of what the gate reads out of git."""

from __future__ import annotations

from pathlib import Path

from campaign_health.check.findings import CheckResult
from tests.check_corpus import build_repository, run_git

MANIFEST = b"""version: 1
events: {trial_started: {}, page_viewed: {}}
campaigns: [{name: Welcome series, event: trial_started}]
"""
BEFORE = {"manifest.yaml": MANIFEST, "src/a.js": b'analytics.track("trial_started");\n'}
AFTER = {"src/a.js": b'analytics.track("trial_begun");\n'}


def rules(result: CheckResult) -> list[str]:
    return [finding.rule for finding in result.findings]


def commit(folder: Path, message: str = "More") -> None:
    run_git(folder, "add", "-A", "-f")
    run_git(folder, "commit", "-q", "-m", message)


def branched(folder: Path) -> Path:
    """A branch `work` that renames, while `main` went on."""
    build_repository(folder, BEFORE, {})
    run_git(folder, "checkout", "-q", "-b", "work")
    (folder / "src/a.js").write_bytes(AFTER["src/a.js"])
    commit(folder)
    run_git(folder, "checkout", "-q", "main")
    (folder / "src/b.js").write_bytes(b'analytics.track("trial_started");\n')
    commit(folder)
    run_git(folder, "checkout", "-q", "work")
    return folder
