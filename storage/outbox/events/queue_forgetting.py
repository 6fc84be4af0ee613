"""Taking a person's events out of all that carries them."""

from __future__ import annotations

import json
import re

from storage.outbox.connection.many_rows import in_parts, marks
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import SEALED, opened
from storage.outbox.events.event_tally import NOW_TABLES, give_up


def forget_events(connection: Connection, workspace: str, person: str) -> int:
    """Take a person's events out of the queue, the holds and the letters; how many there were.

    Also those that name nobody as far as is known, and have the person among their properties.
    """
    which = "workspace = ? AND (person = ? OR (person = '' AND lower(body) LIKE ? ESCAPE '!'))"
    named = json.dumps(person).lower()
    written = re.sub(r"([!%_])", r"!\1", named)
    values: list[object] = [workspace, person, f"%{written}%"]
    found = sum(give_up(connection, table, which, values) for _, table in NOW_TABLES)
    return found + sum(_forget_sealed(connection, workspace, table, named) for _, table in NOW_TABLES)


def _forget_sealed(connection: Connection, workspace: str, table: str, named: str) -> int:
    rows = connection.execute(
        f"SELECT key, body FROM {table} WHERE workspace = ? AND person = '' AND body LIKE '{SEALED}%'",  # noqa: S608
        [workspace],
    ).fetchall()
    keys = [key for key, body in rows if named in opened(body).lower()]
    return sum(give_up(connection, table, f"key IN ({marks(len(some))})", some) for some in in_parts(keys))
