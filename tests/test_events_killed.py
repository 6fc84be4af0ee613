"""Killed while events come and go: each that was acknowledged reaches Customer.io, in order and under one ULID."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.killed_events import killed


@pytest.mark.slow("route")
def test_no_acknowledged_event_is_lost_out_of_order_or_under_a_second_ulid_when_the_process_is_killed(
    tmp_path: Path,
) -> None:
    found = killed(8, 7, tmp_path)
    wanted = {
        "left": 0, "lost": 0, "second_ulids": 0, "out_of_order": 0, "sent_though_unfit": 0, "wrong_outcome": 0,
        "letters_differ": False, "miscounted": 0, "file": "ok",
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert int(str(found["acknowledged"])) >= 8_000
    assert int(str(found["acknowledged_twice"])) > 0
