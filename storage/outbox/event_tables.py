"""The tables of the events that wait, and of what became of each."""

from __future__ import annotations

EVENT_TABLES = """
    CREATE TABLE event_ledger (
        key BLOB PRIMARY KEY, workspace TEXT NOT NULL, event TEXT NOT NULL, event_time REAL NOT NULL,
        received REAL NOT NULL, outcome TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX event_ledger_age ON event_ledger (received);
    CREATE TABLE event_queue (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, queue_class INTEGER NOT NULL, workspace TEXT NOT NULL,
        event TEXT NOT NULL, key BLOB NOT NULL UNIQUE, person TEXT NOT NULL, event_time REAL NOT NULL,
        received REAL NOT NULL, expires REAL NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX event_queue_place ON event_queue (workspace, sequence);
    CREATE TABLE letter (
        key BLOB PRIMARY KEY, workspace TEXT NOT NULL, event TEXT NOT NULL, person TEXT NOT NULL,
        event_time REAL NOT NULL, received REAL NOT NULL, expires REAL NOT NULL, source TEXT NOT NULL,
        body TEXT NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL, first REAL NOT NULL, last REAL NOT NULL
    ) STRICT;
    CREATE INDEX letter_group ON letter (workspace, event, reason, field);
    CREATE TABLE event_tally (
        workspace TEXT NOT NULL, event TEXT NOT NULL, what TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (workspace, event, what)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE event_breaker (workspace TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE event_mode (
        workspace TEXT NOT NULL, event TEXT NOT NULL, mode TEXT NOT NULL, PRIMARY KEY (workspace, event)
    ) STRICT, WITHOUT ROWID;
"""
