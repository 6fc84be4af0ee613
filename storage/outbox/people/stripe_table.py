"""What Stripe said of people, under their hashes and for a while, and which of its notices have come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage.outbox.connection.outbox_connection import Connection

STRIPE_TABLES = """
    CREATE TABLE stripe_fact (
        workspace TEXT NOT NULL, person BLOB NOT NULL, customer BLOB, named BLOB, facts TEXT NOT NULL,
        read_at REAL NOT NULL, PRIMARY KEY (workspace, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX stripe_fact_by_customer ON stripe_fact (workspace, customer) WHERE customer IS NOT NULL;
    CREATE INDEX stripe_fact_by_person ON stripe_fact (person);
    CREATE TABLE stripe_notice (
        workspace TEXT NOT NULL, event_id TEXT NOT NULL, received REAL NOT NULL, PRIMARY KEY (workspace, event_id)
    ) STRICT, WITHOUT ROWID;
"""
FACT_SECONDS = 86_400.0
NOTICE_SECONDS = 4 * 86_400.0
"""Stripe repeats a notice for three days."""


@dataclass(frozen=True)
class FactRow:
    """What Stripe said of a person: the hashes of them, of the customer it found, and of the one that an event named.

    `facts` is JSON, `null` where there is no such customer; `read_at` is when Stripe was asked, in Unix seconds.
    """

    person: bytes
    customer: bytes | None
    named: bytes | None
    facts: str
    read_at: float


_COLUMNS = "person, customer, named, facts, read_at"


def facts_of_people(connection: Connection, workspace: str, people: Iterable[bytes]) -> list[FactRow]:
    """The rows of those of these people who have one."""
    return [row for one in people for row in _rows(connection, "person = ?", workspace, one)]


def facts_of_customer(connection: Connection, workspace: str, customer: bytes) -> list[FactRow]:
    """The rows of all people who are this customer."""
    return _rows(connection, "customer = ?", workspace, customer)


def write_facts(connection: Connection, workspace: str, row: FactRow) -> None:
    """Keep what Stripe said in place of what it said before."""
    connection.execute(
        "INSERT INTO stripe_fact VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, person) DO UPDATE SET "
        "customer = excluded.customer, named = excluded.named, facts = excluded.facts, read_at = excluded.read_at",
        [workspace, row.person, row.customer, row.named, row.facts, row.read_at],
    )


def forget_facts(connection: Connection, person: bytes) -> int:
    """Take out what Stripe said of a person; how many rows there were."""
    return connection.execute("DELETE FROM stripe_fact WHERE person = ?", [person]).rowcount


def note_notice(connection: Connection, workspace: str, event_id: str, received: float) -> bool:
    """Note that a notice came; whether it was the first time."""
    statement = "INSERT INTO stripe_notice VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return connection.execute(statement, [workspace, event_id, received]).rowcount == 1


def sweep_facts(connection: Connection, now: float) -> None:
    """Take out what is asked again anyway, and notices that do not come again."""
    connection.execute("DELETE FROM stripe_fact WHERE read_at < ?", [now - FACT_SECONDS])
    connection.execute("DELETE FROM stripe_notice WHERE received < ?", [now - NOTICE_SECONDS])


def _rows(connection: Connection, which: str, workspace: str, value: bytes) -> list[FactRow]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM stripe_fact WHERE workspace = ? AND {which}",  # noqa: S608
        [workspace, value],
    )
    return [FactRow(*row) for row in rows]
