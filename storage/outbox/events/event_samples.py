"""One event of many that share a trouble: its properties, to see what is the matter with them."""

from __future__ import annotations

from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import opened
from storage.outbox.events.event_letters import LetterGroup
from storage.outbox.events.held_events import Hold


def one_letter(connection: Connection, group: LetterGroup) -> str | None:
    """The properties (JSON) of one of a group's letters; None where there is none any more."""
    row = connection.execute(
        "SELECT body FROM letter WHERE workspace = ? AND event = ? AND reason = ? AND field = ? LIMIT 1",
        [group.workspace, group.event, group.reason, group.field],
    ).fetchone()
    return None if row is None else opened(row[0])


def newest_held(connection: Connection, hold: Hold) -> tuple[str, str, str] | None:
    """Reason, field and properties (JSON) of the newest event that a hold keeps, of its own field if there is one."""
    row = connection.execute(
        "SELECT reason, field, body FROM held_event WHERE hold_id = ? AND reason <> '' "
        "ORDER BY field = ? DESC, sequence DESC LIMIT 1",
        [hold.hold_id, hold.field],
    ).fetchone()
    return None if row is None else (row[0], row[1], opened(row[2]))
