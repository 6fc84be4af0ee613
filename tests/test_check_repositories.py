"""Every kind of repository and checkout: what cannot be looked up is said, and nothing of theirs is run."""

from __future__ import annotations

import os
from pathlib import Path

from campaign_health.check.run_check import CheckRequest, run_check
from tests.check_corpus import NOW, build_repository, check, run_git
from tests.repositories_cast import AFTER, BEFORE, MANIFEST, branched, commit, rules


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
