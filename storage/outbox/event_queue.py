"""The events that wait for Customer.io, and what became of each: receipt, queue, ledger and letters in one file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Literal

Outcome = Literal["waiting", "delivered", "shadowed", "dead", "dropped"]
FRESH, BACKLOG = 0, 1
LEDGER_SECONDS = 9 * 86_400.0
"""Longer than any source repeats an event, and than any replay reaches back."""
LETTER_SECONDS = 7 * 86_400.0
REUSED_SECONDS = 86_400.0
"""An id that comes again with a time so far away is another event: some senders use one id for all."""


@dataclass(frozen=True)
class QueuedEvent:
    """One event that was received. Instants in Unix seconds; `queue_class` is FRESH or BACKLOG; `body` is JSON."""

    workspace: str
    event: str
    key: bytes
    person: str
    event_time: float
    received: float
    expires: float
    source: str
    body: str
    queue_class: int = FRESH


@dataclass(frozen=True)
class Letter:
    """One event that cannot be delivered, and why; `reason` is of the closed list, `field` what it is about."""

    workspace: str
    event: str
    key: bytes
    person: str
    event_time: float
    received: float
    expires: float
    source: str
    body: str
    reason: str
    field: str
    first: float
    last: float


@dataclass(frozen=True)
class LetterGroup:
    """The letters of one event, reason and field: how many, and when the first and the last were written."""

    workspace: str
    event: str
    reason: str
    field: str
    count: int
    first: float
    last: float


_QUEUED = [one.name for one in fields(QueuedEvent)]
_LETTER = [one.name for one in fields(Letter)]


def receive(connection: sqlite3.Connection, event: QueuedEvent) -> bool:
    """Take an event in, unless it is known; whether it was new."""
    key = _ledger_key(connection, event)
    if key is None:
        return False
    connection.execute(
        "INSERT INTO event_ledger VALUES (?, ?, ?, ?, ?, 'waiting')",
        [key, event.workspace, event.event, event.event_time, event.received],
    )
    _enqueue(connection, replace(event, key=key))
    _tally(connection, event.workspace, event.event, "received", 1)
    return True


def receive_dead(connection: sqlite3.Connection, event: QueuedEvent, reason: str, field: str) -> bool:
    """Take in an event that cannot be sent as it is; whether it was new."""
    key = _ledger_key(connection, event)
    if key is None:
        return False
    connection.execute(
        "INSERT INTO event_ledger VALUES (?, ?, ?, ?, ?, 'dead')",
        [key, event.workspace, event.event, event.event_time, event.received],
    )
    _write_letter(connection, replace(event, key=key), reason, field, event.received)
    _tally(connection, event.workspace, event.event, "received", 1)
    return True


def head_of_queue(connection: sqlite3.Connection) -> int:
    """The place of the newest event in the queue; 0 where there is none."""
    (found,) = connection.execute("SELECT max(sequence) FROM event_queue").fetchone()
    return int(found or 0)


def waiting_fresh(
    connection: sqlite3.Connection, workspace: str, after: int, most: int
) -> list[tuple[int, QueuedEvent]]:
    """The next fresh events behind a place in the queue, with their places."""
    return _waiting(connection, "queue_class = ?", [workspace, after, FRESH], most)


def waiting_behind(
    connection: sqlite3.Connection, workspace: str, after: int, limit: int, most: int
) -> list[tuple[int, QueuedEvent]]:
    """The next events behind a place that are of the backlog, or whose place is at most `limit`."""
    return _waiting(connection, "(queue_class = ? OR sequence <= ?)", [workspace, after, BACKLOG, limit], most)


def _waiting(
    connection: sqlite3.Connection, which: str, values: Sequence[object], most: int
) -> list[tuple[int, QueuedEvent]]:
    rows = connection.execute(
        f"SELECT sequence, {', '.join(_QUEUED)} FROM event_queue "  # noqa: S608
        f"WHERE workspace = ? AND sequence > ? AND {which} ORDER BY sequence LIMIT ?",
        [*values, most],
    )
    return [(row[0], QueuedEvent(*row[1:])) for row in rows]


def finish(connection: sqlite3.Connection, keys: Iterable[bytes], outcome: Outcome) -> None:
    """Take events out of the queue, with all that they carried, and note what became of them."""
    for key in keys:
        row = connection.execute("DELETE FROM event_queue WHERE key = ? RETURNING workspace, event", [key]).fetchone()
        connection.execute("UPDATE event_ledger SET outcome = ? WHERE key = ?", [outcome, key])
        if row is not None:
            _tally(connection, row[0], row[1], outcome, 1)


def bury(connection: sqlite3.Connection, key: bytes, reason: str, field: str, now: float) -> None:
    """Make a letter of a queued event."""
    row = connection.execute(
        f"SELECT {', '.join(_QUEUED)} FROM event_queue WHERE key = ?",  # noqa: S608
        [key],
    ).fetchone()
    if row is not None:
        _write_letter(connection, QueuedEvent(*row), reason, field, now)
        connection.execute("DELETE FROM event_queue WHERE key = ?", [key])
        connection.execute("UPDATE event_ledger SET outcome = 'dead' WHERE key = ?", [key])


def letter_groups(connection: sqlite3.Connection) -> list[LetterGroup]:
    """All letters in groups, the largest first."""
    rows = connection.execute(
        "SELECT workspace, event, reason, field, count(*), min(first), max(last) FROM letter "
        "GROUP BY workspace, event, reason, field ORDER BY count(*) DESC, event, reason"
    )
    return [LetterGroup(*row) for row in rows]


def letters(
    connection: sqlite3.Connection, workspace: str, event: str | None, reason: str | None, since: float
) -> list[Letter]:
    """The letters of a workspace written since, in the order in which their events came."""
    rows = connection.execute(
        f"SELECT {', '.join(_LETTER)} FROM letter WHERE workspace = ? AND last >= ? "  # noqa: S608
        "AND (? IS NULL OR event = ?) AND (? IS NULL OR reason = ?) ORDER BY received, rowid",
        [workspace, since, event, event, reason, reason],
    )
    return [Letter(*row) for row in rows]


def replay_letter(connection: sqlite3.Connection, letter: Letter) -> bool:
    """Put a letter's event back into the queue, behind what waits there; whether it was still there."""
    if connection.execute("DELETE FROM letter WHERE key = ?", [letter.key]).rowcount != 1:
        return False
    row = {name: getattr(letter, name) for name in _QUEUED if name != "queue_class"}
    _enqueue(connection, QueuedEvent(**row, queue_class=BACKLOG))
    connection.execute("UPDATE event_ledger SET outcome = 'waiting' WHERE key = ?", [letter.key])
    return True


def drop_letter(connection: sqlite3.Connection, letter: Letter) -> bool:
    """Give up a letter; whether it was still there."""
    if connection.execute("DELETE FROM letter WHERE key = ?", [letter.key]).rowcount != 1:
        return False
    connection.execute("UPDATE event_ledger SET outcome = 'dropped' WHERE key = ?", [letter.key])
    return True


def numbers(connection: sqlite3.Connection) -> dict[tuple[str, str], dict[str, int]]:
    """By workspace and event: `received`, `delivered`, `shadowed` since the beginning; `waiting` and `dead` now."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for workspace, event, what, number in connection.execute("SELECT workspace, event, what, number FROM event_tally"):
        found.setdefault((workspace, event), {})[what] = number
    for what, table in (("waiting", "event_queue"), ("dead", "letter")):
        for workspace, event, number in connection.execute(
            f"SELECT workspace, event, count(*) FROM {table} GROUP BY workspace, event"  # noqa: S608
        ):
            found.setdefault((workspace, event), {})[what] = number
    return found


def queue_length(connection: sqlite3.Connection) -> int:
    """How many events wait, of all workspaces."""
    (number,) = connection.execute("SELECT count(*) FROM event_queue").fetchone()
    return int(number)


def oldest_waiting(connection: sqlite3.Connection, workspace: str) -> float | None:
    """When the event that waits longest was received, in Unix seconds; None where none waits."""
    (found,) = connection.execute("SELECT min(received) FROM event_queue WHERE workspace = ?", [workspace]).fetchone()
    return None if found is None else float(found)


def known_of(connection: sqlite3.Connection, key: bytes) -> dict[str, object] | None:
    """What became of the event of this key, without whom it is about; None where it is not known."""
    row = connection.execute(
        "SELECT workspace, event, event_time, received, outcome FROM event_ledger WHERE key = ?", [key]
    ).fetchone()
    if row is None:
        return None
    found = dict(zip(("workspace", "event", "event_time", "received", "outcome"), row, strict=True))
    letter = connection.execute("SELECT reason, field, last FROM letter WHERE key = ?", [key]).fetchone()
    return found if letter is None else found | dict(zip(("reason", "field", "last_try"), letter, strict=True))


def set_mode(connection: sqlite3.Connection, workspace: str, event: str, mode: str) -> None:
    """Set whether an event is moved: off, shadow or live."""
    connection.execute("INSERT OR REPLACE INTO event_mode VALUES (?, ?, ?)", [workspace, event, mode])


def modes(connection: sqlite3.Connection, workspace: str) -> dict[str, str]:
    """The modes that were set, by event."""
    rows = connection.execute("SELECT event, mode FROM event_mode WHERE workspace = ?", [workspace])
    return dict(rows.fetchall())


def sweep(connection: sqlite3.Connection, now: float) -> None:
    """Take out what is older than it needs to be."""
    connection.execute("DELETE FROM letter WHERE last < ?", [now - LETTER_SECONDS])
    connection.execute("DELETE FROM event_ledger WHERE received < ? AND outcome <> 'waiting'", [now - LEDGER_SECONDS])


def forget_events(connection: sqlite3.Connection, workspace: str, person: str) -> int:
    """Take a person's events out of the queue and the letters; how many there were."""
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE workspace = ? AND person = ?", [workspace, person]).rowcount  # noqa: S608
        for table in ("event_queue", "letter")
    )


def _ledger_key(connection: sqlite3.Connection, event: QueuedEvent) -> bytes | None:
    """The key under which it is new; None where it is known."""
    known = connection.execute("SELECT event_time FROM event_ledger WHERE key = ?", [event.key]).fetchone()
    if known is None:
        return event.key
    if abs(known[0] - event.event_time) <= REUSED_SECONDS:
        return None
    other = event.key[:8] + int(event.event_time).to_bytes(8, "big", signed=True)
    taken = connection.execute("SELECT 1 FROM event_ledger WHERE key = ?", [other]).fetchone()
    return None if taken else other


def _enqueue(connection: sqlite3.Connection, event: QueuedEvent) -> None:
    connection.execute(
        f"INSERT INTO event_queue ({', '.join(_QUEUED)}) VALUES ({', '.join('?' * len(_QUEUED))})",  # noqa: S608
        astuple(event),
    )


def _write_letter(connection: sqlite3.Connection, event: QueuedEvent, reason: str, field: str, now: float) -> None:
    row = {name: value for name, value in _as_row(event).items() if name != "queue_class"}
    letter = Letter(**row, reason=reason, field=field, first=now, last=now)
    connection.execute(
        f"INSERT OR REPLACE INTO letter ({', '.join(_LETTER)}) VALUES ({', '.join('?' * len(_LETTER))})",  # noqa: S608
        astuple(letter),
    )


def _as_row(event: QueuedEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _QUEUED}


def _tally(connection: sqlite3.Connection, workspace: str, event: str, what: str, number: int) -> None:
    connection.execute(
        "INSERT INTO event_tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number",
        [workspace, event, what, number],
    )
