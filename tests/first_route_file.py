"""The route's file as its first version made it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

TABLES = """
    CREATE TABLE recovery (
        recovery_id TEXT PRIMARY KEY, workspace TEXT NOT NULL, campaign_id INTEGER NOT NULL, since TEXT NOT NULL,
        until TEXT NOT NULL, way TEXT NOT NULL, segment_id INTEGER, by_whom TEXT NOT NULL, begun_at TEXT NOT NULL,
        ended_at TEXT, people INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE recovered_person (
        workspace TEXT NOT NULL, campaign_id INTEGER NOT NULL, person BLOB NOT NULL, recovery_id TEXT NOT NULL,
        PRIMARY KEY (workspace, campaign_id, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX recovered_by_person ON recovered_person (person);
    CREATE TABLE report (
        workspace TEXT NOT NULL, event_id TEXT NOT NULL, metric TEXT NOT NULL, channel TEXT NOT NULL, at REAL NOT NULL,
        received REAL NOT NULL, campaign_id INTEGER, action_id INTEGER, delivery_id TEXT, journey_id TEXT,
        trigger_event_id TEXT, person BLOB, reason TEXT, PRIMARY KEY (workspace, event_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX report_by_campaign ON report (workspace, campaign_id, at);
    CREATE INDEX report_by_person ON report (person) WHERE person IS NOT NULL;
    PRAGMA user_version = 1;
"""


def first_route_file(folder: Path, key: bytes, person: bytes, begun_at: str) -> None:
    """A key, and a file that knows one person: campaign 14's recovery, begun at this instant, reached them."""
    (folder / "route.key").write_bytes(key)
    (folder / "route.sqlite").touch()
    with closing(sqlite3.connect(folder / "route.sqlite")) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(TABLES)
        connection.execute(
            "INSERT INTO recovery "
            "VALUES ('r', 'default', 14, '2026-11-12', '2026-11-20', 'segment', 7, 'Ada', ?, ?, 1)",
            [begun_at, begun_at],
        )
        connection.execute("INSERT INTO recovered_person VALUES ('default', 14, ?, 'r')", [person])
    for path in folder.glob("route.*"):
        os.chmod(path, 0o600)
