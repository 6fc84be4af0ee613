"""The route can be taken out: without its folder all else is whole, and passes its tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installed_cast import copy_of_the_checkout

pytestmark = pytest.mark.slow("installs")
GONE = ("campaign_health/route", "campaign_health/cli/of_route")
PARTS = ("campaign_health/demo/carrying.py", "campaign_health/demo/posted_events.py")
OF_ROUTE = re.compile(r"campaign_health\.route|cli\.of_route|demo\.(?:carrying|posted_events)")
CHOSEN = ("storage", "detection", "decisions", "manifest", "settings")


def test_without_its_folder_everything_else_can_be_imported_and_passes_its_tests(tmp_path: Path) -> None:
    folder = copy_of_the_checkout(tmp_path / "copy")
    for name in GONE:
        shutil.rmtree(folder / name)
    for name in PARTS:
        (folder / name).unlink()
    _take_out(folder / "tests")
    env = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    modules = [
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for root in ("campaign_health", "collectors", "storage")
        for path in sorted((folder / root).rglob("*.py"))
        if path.stem not in ("__main__", "entry") and "pages" not in path.parts
    ]
    imported = subprocess.run(
        [sys.executable, "-c", f"import importlib\nfor name in {modules!r}: importlib.import_module(name)"],
        cwd=folder, env=env, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert imported.returncode == 0, imported.stderr[-2000:]
    files = sorted(
        str(path) for name in CHOSEN for path in (folder / "tests").glob(f"test_{name}*.py") if path.is_file()
    )
    assert len(files) > 20
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "--hypothesis-profile", "quick", *files],
        cwd=folder, env=env, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert int(re.findall(r"(\d+) passed", ran.stdout)[-1]) > 200, ran.stdout[-500:]


def _take_out(tests: Path) -> None:
    """The tests of what is gone, and those that lean on them."""
    gone = OF_ROUTE
    while found := [path for path in tests.rglob("*.py") if gone.search(path.read_text(encoding="utf-8"))]:
        for path in found:
            path.unlink()
        gone = re.compile("|".join(rf"tests\.{path.stem}\b" for path in found))
