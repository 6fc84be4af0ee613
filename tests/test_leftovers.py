"""What ended holds kept is found in its order, and looking for it costs the same however much is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.route.event_key import event_key
from storage.outbox.events.event_queue import receive
from storage.outbox.events.held_events import HAND, end_hold, hold_of, keep_back, leftovers, open_hold
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import Connection, committed, open_route_file

NAMES = ("one", "two", "three")
KEPT = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 9)), max_size=12)


def keep(connection: Connection, event: str, number: int, received: float) -> bytes:
    """An event that is kept back; its key."""
    key = event_key("default", event, {"$insert_id": f"i-{number}"}, "u", 0)
    receive(connection, QueuedEvent("default", event, key, "u", received, received, received + 9e9, "backend", "{}"))
    assert keep_back(connection, key, "", "")
    return key


def hold_all(connection: Connection) -> None:
    """Everything of all names is kept back."""
    for name in NAMES:
        open_hold(connection, "default", name, "everything", "x", 0.0, source=HAND)


def end(connection: Connection, event: str) -> None:
    """Its hold ends."""
    hold = hold_of(connection, "default", event)
    assert hold is not None
    end_hold(connection, hold, "released", 1.0)


@settings(max_examples=40, deadline=None)
@given(kept=KEPT, ended=st.sets(st.sampled_from(NAMES)), most=st.integers(1, 13))
def test_they_are_those_of_ended_holds_in_the_order_in_which_they_were_received(
    kept: list[tuple[str, int]], ended: set[str], most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_route_file(tmp_path_factory.mktemp("leftovers")) as connection, committed(connection):
        hold_all(connection)
        keys = [(float(at), place, keep(connection, name, place, float(at))) for place, (name, at) in enumerate(kept)]
        for name in ended:
            end(connection, name)
        expected = [key for (_, _, key), (name, _) in sorted(zip(keys, kept, strict=True)) if name in ended]
        assert leftovers(connection, "default", most) == expected[:most]


def test_looking_for_them_costs_the_same_however_much_is_kept(tmp_path: Path) -> None:
    with open_route_file(tmp_path) as connection:
        assert isinstance(connection, sqlite3.Connection)

        def steps() -> int:
            taken = [0]

            def count() -> None:
                taken[0] += 1

            connection.set_progress_handler(count, 1)
            assert leftovers(connection, "default", 500) == []
            connection.set_progress_handler(None, 1)
            return taken[0]

        with committed(connection):
            hold_all(connection)
            end(connection, "two")
            keep(connection, "one", 0, 0.0)
        few = steps()
        with committed(connection):
            for number in range(1, 500):
                keep(connection, "one", number, float(number))
        assert 0 < steps() <= few
