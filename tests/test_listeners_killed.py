"""Two listeners on one PostgreSQL, killed one after the other: the other one carries on."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.outbox.connection.outbox_connection import PostgresPlace
from tests.killed_listeners import killed


@pytest.mark.slow("route")
def test_nothing_is_lost_or_out_of_order_when_either_of_two_listeners_is_killed(
    postgres_place: PostgresPlace, tmp_path: Path
) -> None:
    found = killed(4, 3, tmp_path, postgres_place.url)
    wanted = {
        "left": 0, "lost": 0, "second_ulids": 0, "out_of_order": 0, "sent_though_unfit": 0, "wrong_outcome": 0,
        "letters_differ": False, "miscounted": 0,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert int(str(found["acknowledged"])) >= 4_000
