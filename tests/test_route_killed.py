"""Killed while reports arrive: what was acknowledged is kept, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.killed_route import killed


@pytest.mark.slow("route")
def test_no_acknowledged_report_is_lost_or_counted_twice_when_the_process_is_killed(tmp_path: Path) -> None:
    found = killed(8, 7, tmp_path)
    assert {name: found[name] for name in ("lost", "counted_twice", "file")} == {
        "lost": 0, "counted_twice": 0, "file": "ok",
    }  # fmt: skip
    assert int(str(found["acknowledged"])) > 50
    assert int(str(found["acknowledged_twice"])) > 0
