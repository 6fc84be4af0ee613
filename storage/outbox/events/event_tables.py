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
IN_ORDER = """
    CREATE TABLE waiting_event (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, queue_class INTEGER NOT NULL, workspace TEXT NOT NULL,
        event TEXT NOT NULL, key BLOB NOT NULL, person TEXT NOT NULL, event_time REAL NOT NULL,
        received REAL NOT NULL, expires REAL NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL
    ) STRICT;
    INSERT INTO waiting_event
        (queue_class, workspace, event, key, person, event_time, received, expires, source, body)
        SELECT queue_class, workspace, event, key, person, event_time, received, expires, source, body
        FROM event_queue ORDER BY sequence;
    CREATE INDEX waiting_event_key ON waiting_event (key);
    CREATE TABLE known_event (
        key BLOB NOT NULL UNIQUE, workspace TEXT NOT NULL, event TEXT NOT NULL, event_time REAL NOT NULL,
        received REAL NOT NULL, outcome TEXT NOT NULL, source TEXT NOT NULL, person BLOB, place INTEGER
    ) STRICT;
    INSERT INTO known_event (key, workspace, event, event_time, received, outcome, source, person, place)
        SELECT key, workspace, event, event_time, received, outcome, source, person,
            CASE WHEN outcome = 'waiting'
                THEN (SELECT sequence FROM waiting_event WHERE waiting_event.key = event_ledger.key) END
        FROM event_ledger ORDER BY received;
    DROP INDEX waiting_event_key;
    DROP TABLE event_queue;
    DROP TABLE event_ledger;
    ALTER TABLE waiting_event RENAME TO event_queue;
    ALTER TABLE known_event RENAME TO event_ledger;
    CREATE INDEX event_ledger_age ON event_ledger (received);
    CREATE INDEX event_queue_place ON event_queue (workspace, sequence);
    CREATE INDEX event_queue_person ON event_queue (workspace, person, sequence, queue_class)
"""
"""Rows lie in the order in which they came, and only one small index has the keys, which have none: so few pages are
written for an event. The ledger says at which `place` in the queue an event waits, or waited.
"""
AT_KEY = "sequence = (SELECT place FROM event_ledger WHERE key = ?)"
"""Which row of the queue is an event's."""
