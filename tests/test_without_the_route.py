"""The route can be taken out: without its folder all else is whole, and passes its tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.routeless import run_in, run_quick_tests, without_the_route

pytestmark = pytest.mark.slow("installs")
CHOSEN = ("storage_d", "storage_v", "storage_a", "detection", "decisions", "manifest", "settings")


def test_without_its_folder_everything_else_can_be_imported_and_passes_its_tests(tmp_path: Path) -> None:
    folder = without_the_route(tmp_path / "copy")
    modules = [
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for root in ("campaign_health", "collectors", "storage")
        for path in sorted((folder / root).rglob("*.py"))
        if path.stem not in ("__main__", "entry") and "pages" not in path.parts
    ]
    imported = run_in(
        folder, "-c", f"import importlib\nfor name in {modules!r}: importlib.import_module(name)", seconds=300
    )
    assert imported.returncode == 0, imported.stderr[-2000:]
    files = sorted(
        str(path) for name in CHOSEN for path in (folder / "tests").glob(f"test_{name}*.py") if path.is_file()
    )
    assert len(files) > 15
    ran = run_quick_tests(folder, files, seconds=900)
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert int(re.findall(r"(\d+) passed", ran.stdout)[-1]) > 200, ran.stdout[-500:]
