"""The tree keeps to what its guide says: short modules, and no two of one name."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("campaign_health", "collectors", "storage")
LONGEST = 300
# What can go wrong in a package is called the same in each.
OF_EVERY_PACKAGE = {"__init__", "__main__", "errors"}


def _modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_no_two_modules_of_the_product_have_one_name() -> None:
    places = defaultdict(list)
    for path in _modules():
        if path.stem not in OF_EVERY_PACKAGE:
            places[path.stem].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_module_and_no_test_is_longer_than_can_be_read_at_once() -> None:
    long = {}
    for path in [*_modules(), *sorted((ROOT / "tests").rglob("*.py"))]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST:
            long[str(path.relative_to(ROOT))] = lines
    assert long == {}


def test_every_module_that_the_guides_name_is_there() -> None:
    known = {f"/{path.relative_to(ROOT)}" for path in [*_modules(), *(ROOT / "tests").rglob("*.py"), ROOT / "app.py"]}
    guides = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = [
        (guide.name, name)
        for guide in guides
        for name in re.findall(r"`([a-z_/]+\.py)`", guide.read_text(encoding="utf-8"))
    ]
    assert [pair for pair in named if not any(path.endswith(f"/{pair[1]}") for path in known)] == []
