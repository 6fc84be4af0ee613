"""Repositories that cannot be read, or not in full, and whose settings must run nothing: said with the cure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from campaign_health.check.findings import CheckResult
from campaign_health.check.run_check import CheckRequest, run_check
from tests.check_corpus import NOW, build_repository, check, run_git
from tests.repositories_cast import AFTER, BEFORE, MANIFEST, branched, commit, rules


def could_not(result: CheckResult, *words: str) -> None:
    assert (result.outcome, result.exit_code) == ("could_not_check", 2)
    said = " ".join(f"{failure.message} {failure.cure}" for failure in result.failures)
    for word in words:
        assert word in said, said


def test_a_shallow_clone_without_the_base_says_how_deep_to_fetch(tmp_path: Path) -> None:
    branched(tmp_path / "origin")
    run_git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}/origin", "clone")
    could_not(check(tmp_path / "clone", "origin/main"), "origin/main", "fetch-depth: 0")


def test_a_shallow_clone_that_has_both_ends_but_not_where_they_part_says_so(tmp_path: Path) -> None:
    branched(tmp_path / "origin")
    run_git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{tmp_path}/origin", "clone")
    could_not(check(tmp_path / "clone", "origin/main"), "shallow", "fetch-depth: 0")


def test_a_shallow_clone_that_reaches_the_base_is_checked(tmp_path: Path) -> None:
    branched(tmp_path / "origin")
    run_git(tmp_path, "clone", "-q", "--depth", "2", "--no-single-branch", f"file://{tmp_path}/origin", "clone")
    assert rules(check(tmp_path / "clone", "origin/main")) == ["event_renamed"]


def test_a_clone_without_the_base_s_files_says_so(tmp_path: Path) -> None:
    origin = branched(tmp_path / "origin")
    run_git(origin, "config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{origin}", "clone")
    shutil.rmtree(origin)
    could_not(check(tmp_path / "clone", "origin/main"), "not in this clone")


def test_an_unknown_base_is_named(tmp_path: Path) -> None:
    could_not(check(build_repository(tmp_path, BEFORE, AFTER), "nowhere"), "`nowhere`", "git fetch")


def test_a_base_that_looks_like_an_option_is_only_a_name(tmp_path: Path) -> None:
    could_not(check(build_repository(tmp_path, BEFORE, AFTER), "--output=x"), "--output=x")
    assert not (tmp_path / "x").exists()


def test_histories_that_never_met_are_told(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, {})
    run_git(folder, "checkout", "-q", "--orphan", "island")
    commit(folder)
    could_not(check(folder), "no common history")


def test_a_repository_without_a_commit_has_no_base(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "manifest.yaml").write_bytes(MANIFEST)
    could_not(check(tmp_path), "no commit")


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_bytes(MANIFEST)
    could_not(check(tmp_path), "not in a git repository")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_bytes(MANIFEST)
    request = CheckRequest(tmp_path / "manifest.yaml", NOW, code=tmp_path / "nowhere", base="main")
    could_not(run_check(request), "does not exist")


def test_a_manifest_that_could_not_be_read_at_the_base_is_told(tmp_path: Path) -> None:
    folder = build_repository(
        tmp_path, {**BEFORE, "manifest.yaml": b"version: 1\nevents: ["}, {"manifest.yaml": MANIFEST}
    )
    could_not(check(folder), "manifest at the base")


def test_a_manifest_that_cannot_be_read_is_could_not_check(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, {**BEFORE, "manifest.yaml": b"version: 1\nevents: ["}, {})
    could_not(check(folder), "manifest.yaml:2:")


def test_a_damaged_repository_is_could_not_check(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, AFTER)
    shutil.rmtree(folder / ".git" / "objects")
    (folder / ".git" / "objects").mkdir()
    assert check(folder).exit_code == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_repository_of_another_user_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build_repository(tmp_path / "theirs", BEFORE, AFTER)
    for path in (folder, folder / ".git"):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("SUDO_UID", raising=False)
    could_not(check(folder), "safe.directory")


def test_nothing_that_a_repository_s_configuration_names_is_run(tmp_path: Path) -> None:
    folder = build_repository(tmp_path / "code", {**BEFORE, ".gitattributes": b"* filter=evil diff=evil\n"}, {})
    alarm = tmp_path / "was-run"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {alarm}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.external",
        "diff.evil.textconv", "diff.evil.command", "core.pager", "core.sshCommand", "core.editor", "credential.helper",
    ):  # fmt: skip
        run_git(folder, "config", key, str(script))
    run_git(folder, "config", "core.hooksPath", str(tmp_path))
    run_git(folder, "config", "extensions.partialClone", "origin")
    run_git(folder, "config", "remote.origin.url", f"ext::{script}")
    run_git(folder, "config", "remote.origin.promisor", "true")
    run_git(folder, "config", "protocol.ext.allow", "always")
    (folder / "src/a.js").write_bytes(AFTER["src/a.js"])
    alarm.unlink(missing_ok=True)
    assert rules(check(folder)) == ["event_renamed"]
    assert not alarm.exists()


def test_variables_of_a_hook_do_not_lead_to_another_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build_repository(tmp_path / "code", BEFORE, AFTER)
    other = build_repository(tmp_path / "other", BEFORE, {})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert rules(check(folder)) == ["event_renamed"]


def test_git_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build_repository(tmp_path, BEFORE, AFTER)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    could_not(check(folder), "git is not installed")


def test_coverage_names_what_was_never_seen(tmp_path: Path) -> None:
    manifest = b"""version: 1
events: {trial_started: {}, never_here: {}, from_backend: {sent_from: elsewhere}}
campaigns:
  - {name: A, event: trial_started}
  - {name: B, event: never_here}
  - {name: C, event: from_backend}
  - {name: D, event: trial_started, state: stopped}
"""
    folder = build_repository(
        tmp_path, {**BEFORE, "manifest.yaml": manifest, "src/b.js": b'analytics.track("old_one");'}, {}
    )
    coverage = check(folder).coverage
    assert coverage.code_sentence() == (
        "1 of 2 trigger events are sent, or may be, by this code; not seen: `never_here`; "
        "sent from elsewhere: `from_backend`."
    )
    assert coverage.older_calls_not_in_manifest == 1


def test_without_a_base_the_code_is_only_covered(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, AFTER)
    result = check(folder, None)
    assert (result.outcome, result.findings, result.coverage.not_seen) == ("could_not_check", [], ["trial_started"])
    assert result.coverage.older_calls_not_in_manifest == 1
