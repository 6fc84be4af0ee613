"""What a person had in a window of time: how many events of a name, and which campaigns' messages. By event time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from storage.outbox.connection.many_rows import marks
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.queued_event import QueuedEvent

WINDOW_TABLES = """
    CREATE TABLE happened (
        workspace TEXT NOT NULL, event TEXT NOT NULL, person BLOB NOT NULL, at REAL NOT NULL, key BLOB NOT NULL,
        until REAL NOT NULL, PRIMARY KEY (workspace, event, person, at, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX happened_age ON happened (until);
    CREATE INDEX happened_by_person ON happened (person);
    CREATE TABLE once_given (
        workspace TEXT NOT NULL, rule TEXT NOT NULL, person BLOB NOT NULL, at REAL NOT NULL, key BLOB NOT NULL,
        until REAL NOT NULL, state TEXT NOT NULL, PRIMARY KEY (workspace, rule, person, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX once_by_key ON once_given (key);
    CREATE INDEX once_age ON once_given (until);
    CREATE INDEX once_by_person ON once_given (person);
"""
LATEST_SECONDS = 72 * 3600.0
"""How much later than it happened an event may still come and count."""
FOR_EVER = 1e12
Answer = Literal["go", "had", "wait"]


def note_happened(connection: Connection, event: QueuedEvent) -> None:
    """Note that a person (`counted_as`: their hash) had an event, for as long as a count may ask for it."""
    connection.execute(
        "INSERT INTO happened VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            event.workspace, event.event, event.counted_as, event.event_time, event.key,
            event.event_time + event.counted_seconds + LATEST_SECONDS,
        ],
    )  # fmt: skip


def how_many(connection: Connection, workspace: str, event: str, person: bytes, at: float, within: float) -> int:
    """How many events of a name a person had in the `within` seconds up to the instant `at`, that one included."""
    (found,) = connection.execute(
        "SELECT count(*) FROM happened WHERE workspace = ? AND event = ? AND person = ? AND at > ? AND at <= ?",
        [workspace, event, person, at - within, at],
    ).fetchone()
    return int(found)


def claim_once(
    connection: Connection,
    workspace: str,
    person: bytes,
    key: bytes,
    at: float,
    rules: Iterable[tuple[str, float]],
) -> Answer:
    """Whether an event may go out, by rules of which each allows a person one event in so many seconds.

    `go`: none of the person's other events stands in its way for one rule at least; it is claimed, so that no other
    goes. `had`: by every rule the person had one. `wait`: of another event it is not known yet whether it arrives.
    """
    is_waiting = False
    may_go = False
    wanted = list(rules)
    for rule, seconds in wanted:
        states = {
            state
            for (state,) in connection.execute(
                "SELECT state FROM once_given WHERE workspace = ? AND rule = ? AND person = ? AND key <> ? "
                "AND at > ? AND at < ?",
                [workspace, rule, person, key, at - seconds, at + seconds],
            )
        }
        may_go = may_go or not states
        is_waiting = is_waiting or (bool(states) and "given" not in states)
    if not may_go:
        return "wait" if is_waiting else "had"
    for rule, seconds in wanted:
        connection.execute(
            "INSERT INTO once_given VALUES (?, ?, ?, ?, ?, ?, 'claimed') ON CONFLICT DO NOTHING",
            [workspace, rule, person, at, key, min(at + seconds + LATEST_SECONDS, FOR_EVER)],
        )
    return "go"


def settle_once(connection: Connection, keys: Sequence[bytes], *, is_given: bool) -> None:
    """Say of events whether they arrived; where they did not, others may go."""
    which = f"key IN ({marks(len(keys))}) AND state = 'claimed'"
    if is_given:
        connection.execute(f"UPDATE once_given SET state = 'given' WHERE {which}", keys)  # noqa: S608
    else:
        connection.execute(f"DELETE FROM once_given WHERE {which}", keys)  # noqa: S608


def sweep_windows(connection: Connection, now: float) -> None:
    """Take out what no window reaches back to."""
    connection.execute("DELETE FROM happened WHERE until < ?", [now])
    connection.execute("DELETE FROM once_given WHERE until < ?", [now])


def forget_windows(connection: Connection, person: bytes) -> int:
    """Take out what a person (by their hash) had; how many rows."""
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE person = ?", [person]).rowcount  # noqa: S608
        for table in ("happened", "once_given", "sent_profile", "unnamed_event", "known_person")
    )
