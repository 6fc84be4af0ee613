"""The tables of the route's data, as SQLite writes them, and what each version of them added."""

from __future__ import annotations

import sqlite3

from storage.outbox.cohorts.cohort_tables import COHORT_TABLES
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.thread_faults import FAULT_TABLES
from storage.outbox.events.device_events import DEVICE_TABLES
from storage.outbox.events.event_pace import NAMES_PROVEN, PACE_TABLES
from storage.outbox.events.event_tables import EVENT_TABLES, IN_ORDER
from storage.outbox.events.event_tally import TALLY_BY_DAY
from storage.outbox.events.event_windows import WINDOW_TABLES
from storage.outbox.events.hold_tables import HELD_BYTES, HOLD_TABLES
from storage.outbox.events.known_events import LEDGER_PERSON
from storage.outbox.events.unnamed_events import UNNAMED_TABLES
from storage.outbox.people.experiment_log import EXPERIMENT_TABLES
from storage.outbox.people.forgotten_people import FORGOTTEN_TABLES
from storage.outbox.people.known_people import KNOWN_PEOPLE_TABLES
from storage.outbox.people.last_seen import LAST_SEEN_TABLES
from storage.outbox.people.sent_profiles import PROFILE_TABLES
from storage.outbox.people.stripe_table import STRIPE_TABLES
from storage.outbox.route_modes import MODE_TABLES

TABLES = (
    """
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
    """,
    # Each recovery that reached somebody, not only the first: what one of them takes back must leave the others.
    """
    CREATE TABLE reached_person (
        workspace TEXT NOT NULL, campaign_id INTEGER NOT NULL, person BLOB NOT NULL, recovery_id TEXT NOT NULL,
        PRIMARY KEY (workspace, campaign_id, person, recovery_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO reached_person SELECT workspace, campaign_id, person, recovery_id FROM recovered_person;
    DROP TABLE recovered_person;
    ALTER TABLE reached_person RENAME TO recovered_person;
    CREATE INDEX recovered_by_person ON recovered_person (person);
    """,
    EVENT_TABLES,
    ";".join((WINDOW_TABLES, HOLD_TABLES, PROFILE_TABLES, PACE_TABLES)),
    # The key's fingerprint, so that another key is told from it; and who sent an event.
    """
    CREATE TABLE route_key (fingerprint BLOB NOT NULL) STRICT;
    ALTER TABLE event_ledger ADD COLUMN source TEXT NOT NULL DEFAULT '';
    """,
    # What of a person waits before an event is asked for each.
    "CREATE INDEX event_queue_person ON event_queue (workspace, person, sequence, queue_class)",
    TALLY_BY_DAY,
    STRIPE_TABLES,
    ";".join((MODE_TABLES, UNNAMED_TABLES, LAST_SEEN_TABLES)),
    EXPERIMENT_TABLES,
    ";".join((HELD_BYTES, NAMES_PROVEN, FORGOTTEN_TABLES, LEDGER_PERSON, DEVICE_TABLES)),
    ";".join((FAULT_TABLES, KNOWN_PEOPLE_TABLES)),
    COHORT_TABLES,
    IN_ORDER,
)
"""What each version added, the first one first."""
VERSION = len(TABLES)


def make_tables(connection: Connection, version: int) -> None:
    """Bring the tables of a version (0: none) to this program's, within a transaction."""
    if not isinstance(connection, sqlite3.Connection):
        # Rows by the million may have to be carried over, and PostgreSQL is told to give up what takes long.
        connection.execute("SET LOCAL statement_timeout = 0")
    for statement in ";".join(TABLES[version:]).split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
