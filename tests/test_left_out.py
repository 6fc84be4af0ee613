"""The last line of a quick run says what was left out, as it was counted."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.left_out import left_out

TESTS = """
import pytest
from hypothesis import given, settings, strategies

from tests.left_out import examples

def test_quick():
    pass

@pytest.mark.slow("kills")
@pytest.mark.parametrize("instant", range(3))
def test_slow(instant):
    pass

@settings(max_examples=examples(60, quick=2))
@given(strategies.integers())
def test_law(number):
    pass
"""


@pytest.mark.parametrize(
    ("slow", "laws", "said"),
    [
        ({}, 0, ""),
        ({"kills": 1}, 0, "Left out: 1 slow test (1 kills). `make test-all` runs everything."),
        (
            {"mornings": 2, "kills": 5},
            1,
            "Left out: 7 slow tests (5 kills, 2 mornings) and some examples of 1 law. `make test-all` runs everything.",
        ),
        ({}, 2, "Left out: some examples of 2 laws. `make test-all` runs everything."),
    ],
)
def test_it_counts_the_slow_tests_by_what_they_are(slow: dict[str, int], laws: int, said: str) -> None:
    assert left_out(Counter(slow), laws) == said


@pytest.mark.slow("runs of the suite's own")
def test_the_last_line_of_a_quick_run_tells_what_its_workers_left_out(tmp_path: Path) -> None:
    (tmp_path / "test_of_a_suite.py").write_text(TESTS)
    quick = ["-m", "not slow", "--hypothesis-profile", "quick"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.left_out", "-n", "1", *quick, "--rootdir", tmp_path, tmp_path],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == left_out(Counter(kills=3), 1)
