"""What an older version's data knows and keeps waiting is known and waits after it was brought to this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from storage.outbox.connection.outbox_connection import Connection, Place, PostgresPlace
from storage.outbox.connection.postgres_connection import PostgresConnection
from storage.outbox.events.event_queue import finish, head_of_queue, known_of, receive_all, waiting_behind
from storage.outbox.events.event_tables import IN_ORDER
from storage.outbox.events.held_events import keep_back, let_go, open_hold
from storage.outbox.events.queued_event import AGAIN, FRESH, QueuedEvent
from storage.outbox.route_file import FILE_NAME, committed, open_route_file
from storage.outbox.route_tables import TABLES, make_tables

NOW = 1_800_000_000.0


@contextmanager
def before_it(place: Place) -> Iterator[Connection]:
    """An empty place as the version before made it."""
    opened: PostgresConnection | sqlite3.Connection
    if isinstance(place, PostgresPlace):
        opened = PostgresConnection(place.url)
    else:
        opened = sqlite3.connect(place / FILE_NAME, isolation_level=None)
    with closing(opened) as connection:
        version = TABLES.index(IN_ORDER)
        for statement in ";".join(TABLES[:version]).split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        yield connection


def event(number: int, queue_class: int = FRESH) -> QueuedEvent:
    return QueuedEvent(
        "default", "limit_hit", bytes([number]) * 16, f"u-{number}", NOW, NOW + number, NOW + 60, "backend", "{}",
        queue_class,
    )  # fmt: skip


def keys_waiting(connection: Connection) -> list[bytes]:
    rows = waiting_behind(connection, "default", 0, head_of_queue(connection), 100)
    return [one.key for _, one in rows]


def test_what_waits_goes_on_in_its_order_and_what_is_known_stays_so(place: Place) -> None:
    with before_it(place) as connection:
        for number, outcome in ((1, "waiting"), (2, "delivered"), (3, "waiting"), (4, "waiting")):
            connection.execute(
                "INSERT INTO event_ledger (key, workspace, event, event_time, received, outcome, source, person) "
                "VALUES (?, 'default', 'limit_hit', ?, ?, ?, 'backend', NULL)",
                [event(number).key, NOW, NOW + number, outcome],
            )
        # The last one was sent again before, so that its place is not where it came.
        for place_there, number in ((5, 3), (7, 4), (9, 1)):
            connection.execute(
                "INSERT INTO event_queue VALUES (?, ?, 'default', 'limit_hit', ?, ?, ?, ?, ?, 'backend', '{}')",
                [place_there, AGAIN, event(number).key, f"u-{number}", NOW, NOW + number, NOW + 60],
            )
    with open_route_file(place) as connection:
        assert keys_waiting(connection) == [event(number).key for number in (3, 4, 1)]
        with committed(connection):
            assert receive_all(connection, [event(number) for number in (1, 2, 3, 4, 5)]) == 1
            finish(connection, [event(3).key, event(2).key], "delivered")
        assert keys_waiting(connection) == [event(number).key for number in (4, 1, 5)]
        assert {number: (known_of(connection, event(number).key) or {})["outcome"] for number in range(1, 6)} == {
            1: "waiting", 2: "delivered", 3: "delivered", 4: "waiting", 5: "waiting",
        }  # fmt: skip


def test_an_event_that_waits_anew_is_found_where_it_waits_now(place: Place) -> None:
    with open_route_file(place) as connection, committed(connection):
        assert receive_all(connection, [event(1), event(2)]) == 2
        assert open_hold(connection, "default", "limit_hit", "everything", "by_hand", NOW, source="hand")
        assert keep_back(connection, event(1).key, "wrong_type", "plan")
        assert keys_waiting(connection) == [event(2).key]
        assert not keep_back(connection, event(1).key, "wrong_type", "plan"), "it does not wait now"
        assert let_go(connection, [event(1).key]) == 1
        assert keys_waiting(connection) == [event(2).key, event(1).key]
        finish(connection, [event(1).key], "delivered")
        assert keys_waiting(connection) == [event(2).key]


def test_a_large_database_is_given_the_time_that_it_takes(postgres_place: PostgresPlace) -> None:
    with before_it(postgres_place) as connection:
        (usual,) = connection.execute("SHOW statement_timeout").fetchone()
        with committed(connection):
            make_tables(connection, TABLES.index(IN_ORDER))
            (meanwhile,) = connection.execute("SHOW statement_timeout").fetchone()
        assert (usual, meanwhile) == ("30s", "0")
        assert connection.execute("SHOW statement_timeout").fetchone() == (usual,)
