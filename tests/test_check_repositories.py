"""Every kind of repository and checkout: what cannot be looked up is said, and nothing of theirs is run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from campaign_health.check.findings import CheckResult
from campaign_health.check.run import CheckRequest, run_check
from tests.check_corpus import NOW, build_repository, check, run_git

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


def test_the_base_is_where_the_work_left_not_where_the_branch_is_now(tmp_path: Path) -> None:
    # main has a second place by now; at the merge base there was one, and it is gone.
    result = check(branched(tmp_path))
    assert rules(result) == ["event_renamed"]


def test_a_detached_head_is_fine(tmp_path: Path) -> None:
    folder = branched(tmp_path)
    run_git(folder, "checkout", "-q", "--detach")
    assert rules(check(folder)) == ["event_renamed"]


def test_a_tag_and_a_commit_name_are_bases_too(tmp_path: Path) -> None:
    folder = branched(tmp_path)
    run_git(folder, "tag", "release", "main")
    name = run_git(folder, "rev-parse", "main").decode().strip()
    assert rules(check(folder, "release")) == rules(check(folder, name)) == ["event_renamed"]


def test_uncommitted_changes_count_and_untracked_files_do_not(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, {})
    (folder / "src/a.js").write_bytes(b"")
    (folder / "src/new.js").write_bytes(BEFORE["src/a.js"])
    assert rules(check(folder, "HEAD")) == ["event_removed"]
    run_git(folder, "add", "src/new.js")
    assert rules(check(folder, "HEAD")) == []


def test_a_file_removed_but_not_yet_from_the_index_is_gone(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, {})
    (folder / "src/a.js").unlink()
    finding = check(folder).findings[0]
    assert (finding.rule, finding.head_file, finding.head_line) == ("event_removed", "manifest.yaml", 2)


def test_an_ignored_file_keeps_nothing_alive(tmp_path: Path) -> None:
    before = {**BEFORE, ".gitignore": b"generated/\n", "generated/a.js": BEFORE["src/a.js"]}
    folder = build_repository(tmp_path, before, AFTER)
    assert rules(check(folder)) == ["event_renamed"]


def test_what_gitattributes_calls_vendored_keeps_nothing_alive(tmp_path: Path) -> None:
    before = {**BEFORE, ".gitattributes": b"lib/** linguist-vendored\n", "lib/a.js": BEFORE["src/a.js"]}
    folder = build_repository(tmp_path, before, AFTER)
    assert rules(check(folder)) == ["event_renamed"]


def test_a_link_keeps_nothing_alive(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, {})
    (tmp_path / "src/a.js").unlink()
    outside = tmp_path.parent / f"{tmp_path.name}-outside.js"
    outside.write_bytes(BEFORE["src/a.js"])
    (folder / "src/a.js").symlink_to(outside)
    run_git(folder, "add", "-A")
    assert rules(check(folder)) == ["event_removed"]


def test_a_binary_file_keeps_nothing_alive(tmp_path: Path) -> None:
    before = {**BEFORE, "src/blob.js": b'\0\0analytics.track("trial_started");\n'}
    assert rules(check(build_repository(tmp_path, before, AFTER))) == ["event_renamed"]


def test_a_submodule_is_left_alone(tmp_path: Path) -> None:
    inner = build_repository(tmp_path / "inner", BEFORE, {})
    folder = build_repository(tmp_path / "outer", BEFORE, {})
    run_git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "modules/inner")
    commit(folder)
    (folder / "src/a.js").write_bytes(AFTER["src/a.js"])
    assert rules(check(folder)) == ["event_renamed"]


def test_paths_that_are_not_utf8_are_shown_and_do_not_break_it(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, {"manifest.yaml": MANIFEST}, {})
    name = os.path.join(os.fsencode(folder), b"gr\xfc\xdfe.js")
    with open(name, "wb") as file:
        file.write(BEFORE["src/a.js"])
    commit(folder)
    with open(name, "wb") as file:
        file.write(AFTER["src/a.js"])
    finding = check(folder, "HEAD").findings[0]
    assert (finding.rule, finding.file) == ("event_renamed", "gr\\xfc\\xdfe.js")


def test_line_ends_alone_change_nothing(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, {"src/a.js": b'\r\nanalytics.track("trial_started");\r\n'})
    assert rules(check(folder)) == []


def test_utf16_is_text(tmp_path: Path) -> None:
    before = {**BEFORE, "src/a.js": BEFORE["src/a.js"].decode().encode("utf-16")}
    after = {"src/a.js": AFTER["src/a.js"].decode().encode("utf-16")}
    assert rules(check(build_repository(tmp_path, before, after))) == ["event_renamed"]


def test_a_file_in_conflict_is_read_as_it_lies_there(tmp_path: Path) -> None:
    folder = branched(tmp_path)
    run_git(folder, "checkout", "-q", "main")
    (folder / "src/a.js").write_bytes(b'analytics.track("other_name");\n')
    commit(folder)
    run_git(folder, "checkout", "-q", "work")
    environment_free = ["git", "-c", "user.name=a", "-c", "user.email=a@example.test", "merge", "-q", "main"]
    os.spawnvp(os.P_WAIT, "git", ["git", "-C", str(folder), *environment_free[1:]])
    result = check(folder)
    assert result.outcome == "violated"


def test_a_sparse_checkout_still_counts_what_it_leaves_out(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, {**BEFORE, "web/b.js": BEFORE["src/a.js"]}, {})
    run_git(folder, "sparse-checkout", "set", "--no-cone", "/*", "!/web/")
    assert not (folder / "web/b.js").exists()
    assert rules(check(folder)) == []
    assert check(folder).coverage.seen == ["trial_started"]


def test_only_the_named_folder_is_read_and_paths_are_from_the_root(tmp_path: Path) -> None:
    before = {
        "web/manifest.yaml": MANIFEST,
        "web/src/a.js": BEFORE["src/a.js"],
        "ios/a.swift": b'send("trial_started")\n',
    }
    folder = build_repository(tmp_path, before, {"web/src/a.js": AFTER["src/a.js"]})
    request = CheckRequest(folder / "web/manifest.yaml", NOW, code=folder / "web", base="main")
    (finding,) = run_check(request).findings
    assert (finding.rule, finding.file, finding.head_file) == ("event_renamed", "web/src/a.js", "web/src/a.js")


def test_a_manifest_outside_the_repository_has_no_earlier_one_and_says_so(tmp_path: Path) -> None:
    folder = build_repository(tmp_path / "code", {"src/a.js": BEFORE["src/a.js"]}, AFTER)
    (tmp_path / "manifest.yaml").write_bytes(MANIFEST)
    result = run_check(CheckRequest(tmp_path / "manifest.yaml", NOW, code=folder, base="main"))
    assert rules(result) == ["event_renamed"]
    assert "not in main" in " ".join(result.coverage.remarks)


# What cannot be looked up.


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
        "1 of 2 trigger events stand in this code; not seen: `never_here`; sent from elsewhere: `from_backend`."
    )
    assert coverage.older_calls_not_in_manifest == 1


def test_without_a_base_the_code_is_only_covered(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, BEFORE, AFTER)
    result = check(folder, None)
    assert (result.outcome, result.findings, result.coverage.not_seen) == ("holds", [], ["trial_started"])
    assert result.coverage.older_calls_not_in_manifest == 1
