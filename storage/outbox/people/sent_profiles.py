"""Which attributes a person was last given, so that nobody is told what did not change."""

from __future__ import annotations

from storage.outbox.connection.outbox_connection import Connection

PROFILE_TABLES = """
    CREATE TABLE sent_profile (
        workspace TEXT NOT NULL, person BLOB NOT NULL, event TEXT NOT NULL, attributes BLOB NOT NULL, at REAL NOT NULL,
        PRIMARY KEY (workspace, person, event)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sent_profile_age ON sent_profile (at);
    CREATE INDEX sent_profile_by_person ON sent_profile (person);
"""
KNOWN_SECONDS = 86_400.0
"""Somebody else may change a person, too: after a day they are told again."""


def is_sent(connection: Connection, workspace: str, person: bytes, event: str, attributes: bytes, now: float) -> bool:
    """Whether a person (hash) was last given attributes of this hash by an event of this name, within a day of now."""
    row = connection.execute(
        "SELECT attributes FROM sent_profile WHERE workspace = ? AND person = ? AND event = ? AND at > ?",
        [workspace, person, event, now - KNOWN_SECONDS],
    ).fetchone()
    return row is not None and bytes(row[0]) == attributes


def note_sent(connection: Connection, workspace: str, person: bytes, event: str, attributes: bytes, now: float) -> None:
    """Note what a person was given; what another event gave them before may not hold any more."""
    connection.execute("DELETE FROM sent_profile WHERE workspace = ? AND person = ?", [workspace, person])
    connection.execute("INSERT INTO sent_profile VALUES (?, ?, ?, ?, ?)", [workspace, person, event, attributes, now])


def sweep_profiles(connection: Connection, now: float) -> None:
    """Take out what is told again anyway."""
    connection.execute("DELETE FROM sent_profile WHERE at < ?", [now - KNOWN_SECONDS])
