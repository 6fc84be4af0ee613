"""A copy of the checkout without the route's folder, and its tests.

`python -m tests.routeless` runs all quick tests that are left there (some minutes); the suite itself runs some of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.installed_cast import copy_of_the_checkout

GONE = ("campaign_health/route", "campaign_health/cli/of_route")
PARTS = ("campaign_health/demo/carrying.py", "campaign_health/demo/posted_events.py")
OF_ROUTE = re.compile(
    r"campaign_health\.route|cli\.of_route|demo\.(?:carrying|posted_events)|\[\"route\", |write_references"
)
"""Also what calls its commands, and the references, which describe them."""


def without_the_route(folder: Path) -> Path:
    """A copy of the checkout without the route, its tests and those that lean on them."""
    copy_of_the_checkout(folder)
    for name in GONE:
        shutil.rmtree(folder / name)
    for name in PARTS:
        (folder / name).unlink()
    gone = OF_ROUTE
    while found := [path for path in (folder / "tests").rglob("*.py") if gone.search(path.read_text(encoding="utf-8"))]:
        for path in found:
            path.unlink()
        gone = re.compile("|".join(rf"tests\.{path.stem}\b" for path in found))
    for words in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return folder


def run_in(folder: Path, *words: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, with the copy's own code."""
    env = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=seconds
    )


def run_quick_tests(folder: Path, files: Sequence[str], *, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run the quick tests in these files of the copy."""
    words = ("-m", "pytest", "-q", "-m", "not slow", "--hypothesis-profile", "quick", "-n", "2", "--dist", "loadfile")
    return run_in(folder, *words, *files, seconds=seconds)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        ran = run_quick_tests(without_the_route(Path(directory) / "copy"), [], seconds=3_600)
    print(ran.stdout[-3_000:])
    sys.exit(ran.returncode)
