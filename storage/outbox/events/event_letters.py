"""The letters: events that cannot be delivered, with the reason, kept until somebody mends it or gives them up."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

from storage.outbox.connection.many_rows import insert_rows
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import seal
from storage.outbox.events.event_tally import count_up
from storage.outbox.events.queued_event import AGAIN, CARRIED, QueuedEvent, carried, enqueue_again


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


_LETTER = [one.name for one in fields(Letter)]


def letter_groups(connection: Connection) -> list[LetterGroup]:
    """All letters in groups, the largest first."""
    rows = connection.execute(
        "SELECT workspace, event, reason, field, count(*), min(first), max(last) FROM letter "
        "GROUP BY workspace, event, reason, field ORDER BY count(*) DESC, event, reason"
    )
    return [LetterGroup(*row) for row in rows]


def letters(
    connection: Connection, workspace: str, event: str | None, reason: str | None, since: float
) -> list[Letter]:
    """The letters of a workspace written since, in the order in which their events came."""
    rows = connection.execute(
        f"SELECT {', '.join(_LETTER)} FROM letter WHERE workspace = ? AND last >= ? "  # noqa: S608
        "AND (? IS NULL OR event = ?) AND (? IS NULL OR reason = ?) ORDER BY received, rowid",
        [workspace, since, event, event, reason, reason],
    )
    return [Letter(*row) for row in rows]


def letters_of_field(
    connection: Connection, workspace: str, event: str, reason: str, field: str, since: float
) -> list[QueuedEvent]:
    """The events of one group's letters written since (Unix seconds), in the order in which they came."""
    rows = connection.execute(
        f"SELECT {', '.join(CARRIED)} FROM letter WHERE workspace = ? AND event = ? AND reason = ? AND field = ? "  # noqa: S608
        "AND last >= ? ORDER BY received, key",
        [workspace, event, reason, field, since],
    )
    return [carried(row) for row in rows]


def take_letter(connection: Connection, key: bytes) -> bool:
    """Take a letter out; whether it was still there."""
    return connection.execute("DELETE FROM letter WHERE key = ?", [key]).rowcount == 1


def replay_letter(connection: Connection, letter: Letter) -> bool:
    """Put a letter's event back into the queue, behind what waits there; whether it was still there."""
    if not take_letter(connection, letter.key):
        return False
    row = {name: getattr(letter, name) for name in CARRIED}
    enqueue_again(connection, QueuedEvent(**row, queue_class=AGAIN))
    return True


def drop_letter(connection: Connection, letter: Letter) -> bool:
    """Give up a letter; whether it was still there."""
    if not take_letter(connection, letter.key):
        return False
    connection.execute("UPDATE event_ledger SET outcome = 'dropped' WHERE key = ?", [letter.key])
    count_up(connection, letter.workspace, letter.event, "dropped", letter.received)
    return True


def write_letter(connection: Connection, event: QueuedEvent, reason: str, field: str, now: float) -> None:
    event = event._replace(body=seal(event.body))
    row: dict[str, Any] = {name: getattr(event, name) for name in CARRIED}
    letter = Letter(**row, reason=reason, field=field, first=now, last=now)
    # Written anew and not changed, so that its place among the letters is that of this writing.
    take_letter(connection, event.key)
    insert_rows(connection, "letter", _LETTER, [astuple(letter)])
