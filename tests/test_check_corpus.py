"""Every change in `tests/fixtures/check`: what must be flagged is, on the right line, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.check_corpus import Case, as_expected, build, check, read_cases, read_misses

CASES = read_cases()
MISSES = read_misses()
QUICK = 6


def _labelled(case: Case) -> Any:
    """The first changes of every file are tried in every run."""
    file = case.label.partition(":")[0]
    place = [other.label for other in CASES if other.label.partition(":")[0] == file].index(case.label)
    return pytest.param(case, id=case.label, marks=[] if place < QUICK else pytest.mark.slow("changes to check"))


@pytest.mark.slow("changes to check")
@pytest.mark.parametrize("case", [_labelled(case) for case in CASES])
def test_a_change_is_judged_rightly(case: Case, tmp_path: Path) -> None:
    result = check(build(case, tmp_path))
    assert ["nothing was checked" in failure.message for failure in result.failures] == [True] * case.none_seen
    assert [as_expected(finding) for finding in result.findings] == case.expected
    violated = any(expected.severity == "violation" for expected in case.expected)
    assert result.outcome == ("could_not_check" if case.none_seen else "violated" if violated else "holds")


@pytest.mark.parametrize("case", MISSES, ids=[case.name for case in MISSES])
def test_a_known_miss_is_still_one(case: Case, tmp_path: Path) -> None:
    """Fails when a miss is mended: then move the case to its language's file."""
    assert [as_expected(finding) for finding in check(build(case, tmp_path)).findings] != case.expected


def test_the_corpus_has_sixty_changes_in_every_language() -> None:
    assert len(CASES) >= 60
    languages = {case.language for case in CASES}
    assert languages >= {"javascript", "typescript", "python", "ruby", "go", "swift", "kotlin", "java", "manifests"}
