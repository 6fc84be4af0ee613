"""The tables of the holds, and of the events that they keep back."""

from __future__ import annotations

HOLD_TABLES = """
    CREATE TABLE hold (
        hold_id INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, event TEXT NOT NULL, kind TEXT NOT NULL,
        why TEXT NOT NULL, field TEXT NOT NULL, candidate_of TEXT NOT NULL, source TEXT NOT NULL, since REAL NOT NULL,
        ended REAL, ended_how TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX hold_in_force ON hold (workspace, event) WHERE ended IS NULL;
    CREATE TABLE held_event (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, hold_id INTEGER NOT NULL, workspace TEXT NOT NULL,
        event TEXT NOT NULL, key BLOB NOT NULL UNIQUE, person TEXT NOT NULL, event_time REAL NOT NULL,
        received REAL NOT NULL, expires REAL NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,
        reason TEXT NOT NULL, field TEXT NOT NULL
    ) STRICT;
    CREATE INDEX held_by_hold ON held_event (hold_id, received, sequence);
    CREATE INDEX held_expires ON held_event (expires);
"""
HELD_BYTES = """
    ALTER TABLE held_event ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
    UPDATE held_event SET size = length(body);
    CREATE INDEX held_by_age ON held_event (workspace, received, sequence, size)
"""
"""How many bytes of properties an event has, for the bound of what a workspace's holds keep."""
