"""A run on the lowest and the newest releases says what it was on, and means something only if it used them all."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.every_library import libraries, never_imported

ROOT = Path(__file__).parents[1]


def run(tmp_path: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of one test with the plugin, outside the project's settings."""
    (tmp_path / "test_one.py").write_text(f"def test_one():\n    {test}\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.every_library", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-c", "/dev/null", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="alone"),
        pytest.param(("-n", "2"), marks=pytest.mark.slow("runs of the suite's own"), id="with workers"),
    ],
)
def test_a_run_that_never_imports_a_library_fails_and_names_it(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run(tmp_path, "import duckdb, ruamel.yaml", *options)
    assert done.returncode == 1
    assert "1 passed" in done.stdout
    missing = done.stderr.removeprefix("\nNo test of this run imports ").partition(":")[0].split(", ")
    assert {"duckdb", "ruamel.yaml"}.isdisjoint(missing)
    assert {"python-liquid", "plotly"} <= set(missing)


def test_a_run_says_what_it_is_on(tmp_path: Path) -> None:
    done = run(tmp_path, "pass")
    assert f"on Python {sys.version.split()[0]} ({sys.executable})" in done.stdout
    assert all(f"{name} " in done.stdout for name in libraries())


def test_nothing_is_missing_where_every_module_was_imported() -> None:
    assert never_imported(packages_distributions()) == []
    assert never_imported(packages_distributions().keys() - {"tzdata", "ruamel"}) == ["ruamel.yaml", "tzdata"]
