"""Large and strange files cost seconds, not minutes, and are still judged."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.check_corpus import build_repository, check

MANIFEST = b"""version: 1
events: {trial_started: {}}
campaigns: [{name: Welcome series, event: trial_started}]
"""


@pytest.mark.slow("huge changes")
def test_a_large_file_rewritten_throughout_is_judged_in_seconds(tmp_path: Path) -> None:
    before = "".join(f"x{i} = call({i}, 'text {i}')\n" for i in range(4000))
    after = "".join(f"y{i} = other('text {i}', {i}, {i})\n" for i in range(4000))
    line = "cio.track(user.id, '{}', plan='pro')\n"
    folder = build_repository(
        tmp_path,
        {"manifest.yaml": MANIFEST, "a.py": (before + line.format("trial_started") + before).encode()},
        {"a.py": (after + line.format("trial_begun") + after).encode()},
    )
    started = time.process_time()
    (finding,) = check(folder).findings
    assert (finding.new_name, finding.line, finding.head_line) == ("trial_begun", 4001, 4001)
    assert time.process_time() - started < 15


@pytest.mark.slow("huge changes")
def test_a_huge_catalogue_changed_throughout_does_not_hang(tmp_path: Path) -> None:
    before = "[\n" + "".join(f'"name {i}",\n' for i in range(40_000)) + '"trial_started"]\n'
    after = "[\n" + "".join(f'"other {i}",\n' for i in range(40_000)) + '"trial_begun"]\n'
    folder = build_repository(
        tmp_path,
        {"manifest.yaml": MANIFEST, "events.json": before.encode(), "a.js": b'require("./events.json");\n'},
        {"events.json": after.encode()},
    )
    started = time.process_time()
    assert [finding.event for finding in check(folder).findings] == ["trial_started"]
    assert time.process_time() - started < 15


def test_a_file_over_the_limit_is_named_in_the_coverage(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, {"manifest.yaml": MANIFEST, "big.py": b"x = 1\n" * 900_000}, {})
    assert check(folder).coverage.too_large == ["big.py"]


def test_syntax_that_no_parser_takes_still_shows_its_strings(tmp_path: Path) -> None:
    folder = build_repository(
        tmp_path,
        {"manifest.yaml": MANIFEST, "a.py": b"<<<<<<< HEAD\ndef f(:\n    cio.track(1, 'trial_started')\n"},
        {"a.py": b"<<<<<<< HEAD\ndef f(:\n    cio.track(1, 'trial_begun')\n"},
    )
    assert [finding.new_name for finding in check(folder).findings] == ["trial_begun"]
