"""Who is in which arm of an experiment, who converted, and how many that were: people as keyed hashes only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage.outbox.connection.many_rows import insert_rows
from storage.outbox.connection.outbox_connection import Connection

EXPERIMENT_TABLES = """
    CREATE TABLE experiment_person (
        workspace TEXT NOT NULL, campaign TEXT NOT NULL, person BLOB NOT NULL, said TEXT NOT NULL, arm TEXT NOT NULL,
        at REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (workspace, campaign, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX experiment_person_age ON experiment_person (until);
    CREATE INDEX experiment_by_person ON experiment_person (person);
    CREATE TABLE experiment_conversion (
        workspace TEXT NOT NULL, event TEXT NOT NULL, person BLOB NOT NULL, at REAL NOT NULL, until REAL NOT NULL,
        PRIMARY KEY (workspace, event, person, at)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX experiment_conversion_age ON experiment_conversion (until);
    CREATE INDEX conversion_by_person ON experiment_conversion (person);
    CREATE TABLE experiment_count (
        workspace TEXT NOT NULL, campaign TEXT NOT NULL, said TEXT NOT NULL, arm TEXT NOT NULL, since REAL NOT NULL,
        observed INTEGER NOT NULL, converted INTEGER NOT NULL, PRIMARY KEY (workspace, campaign, said, arm)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE held_event ADD COLUMN due REAL;
    CREATE INDEX held_due ON held_event (workspace, event, due) WHERE due IS NOT NULL
"""
SETTLED_SECONDS = 6 * 3600.0
"""How much later than it happened a conversion may come and count."""
LATEST_SECONDS = 72 * 3600.0
"""How much later than it happened an event may be sent, and its person be in an experiment since then."""
ABANDONED_SECONDS = 9 * 86_400.0
"""People of an experiment that nobody counts any more are kept for so long."""


@dataclass(frozen=True)
class Conversion:
    """A person's event that may be a conversion, at an instant (Unix seconds) and of use for so many seconds."""

    workspace: str
    event: str
    person: bytes
    at: float
    within_seconds: float


@dataclass(frozen=True)
class ArmNumbers:
    """One arm's people since an instant (Unix seconds; None: nobody yet): `observed` are those `assigned` whose time to
    convert is over, and `converted` those of them who did.
    """

    assigned: int = 0
    observed: int = 0
    converted: int = 0
    since: float | None = None


def assign(
    connection: Connection,
    workspace: str,
    campaign: str,
    person: bytes,
    said: str,
    arm: str,
    at: float,
    within_seconds: float,
) -> None:
    """Note in which arm a person (by their hash) is since their event at an instant; once until its time is over."""
    connection.execute(
        "INSERT INTO experiment_person VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, campaign, person) "
        "DO UPDATE SET said = excluded.said, arm = excluded.arm, at = excluded.at, until = excluded.until "
        "WHERE experiment_person.said <> excluded.said",
        [workspace, campaign, person, said, arm, at, at + within_seconds + SETTLED_SECONDS],
    )


def note_conversions(connection: Connection, conversions: Iterable[Conversion]) -> None:
    """Note events that may be conversions, each once, also of people who are in no experiment as far as is known."""
    insert_rows(
        connection,
        "experiment_conversion",
        ("workspace", "event", "person", "at", "until"),
        [
            (
                one.workspace, one.event, one.person, one.at,
                one.at + one.within_seconds + LATEST_SECONDS + SETTLED_SECONDS,
            )
            for one in conversions
        ],
        "ON CONFLICT DO NOTHING",
    )  # fmt: skip


def count_observed(
    connection: Connection,
    workspace: str,
    campaign: str,
    said: str,
    converted: str | int,
    within_seconds: float,
    now: float,
) -> None:
    """Count everybody whose time is over by now (Unix seconds), in the arm they were assigned, and forget them.

    `converted` is the event with which they converted, or the campaign's id where Customer.io's reports say it.
    """
    if isinstance(converted, str):
        source, which = "experiment_conversion", "found.event = ?"
    else:
        source, which = "report", "found.metric = 'converted' AND found.campaign_id = ?"
    over = "workspace = ? AND campaign = ? AND said = ? AND until <= ?"
    values = [workspace, campaign, said, now]
    connection.execute(
        "INSERT INTO experiment_count SELECT workspace, campaign, said, arm, min(at), count(*), "  # noqa: S608
        f"sum(CASE WHEN EXISTS (SELECT 1 FROM {source} AS found WHERE found.workspace = experiment_person.workspace "
        f"AND {which} AND found.person = experiment_person.person AND found.at >= experiment_person.at "
        "AND found.at <= experiment_person.at + ?) THEN 1 ELSE 0 END) "
        f"FROM experiment_person WHERE {over} GROUP BY workspace, campaign, said, arm "
        "ON CONFLICT (workspace, campaign, said, arm) DO UPDATE SET observed = experiment_count.observed + "
        "excluded.observed, converted = experiment_count.converted + excluded.converted",
        [converted, within_seconds, *values],
    )
    connection.execute(f"DELETE FROM experiment_person WHERE {over}", values)  # noqa: S608


def arm_numbers(connection: Connection, workspace: str, campaign: str, said: str) -> dict[str, ArmNumbers]:
    """The numbers of each arm that has anybody."""
    values = [workspace, campaign, said]
    which = "workspace = ? AND campaign = ? AND said = ?"
    found = {
        arm: ArmNumbers(observed, observed, converted, since)
        for arm, since, observed, converted in connection.execute(
            f"SELECT arm, since, observed, converted FROM experiment_count WHERE {which}",  # noqa: S608
            values,
        )
    }
    for arm, number, since in connection.execute(
        f"SELECT arm, count(*), min(at) FROM experiment_person WHERE {which} GROUP BY arm",  # noqa: S608
        values,
    ):
        known = found.get(arm, ArmNumbers())
        first = since if known.since is None else min(since, known.since)
        found[arm] = ArmNumbers(known.observed + number, known.observed, known.converted, first)
    return found


def sweep_experiments(connection: Connection, now: float) -> None:
    """Take out conversions that nobody's time reaches back to, and people whom nobody counts any more."""
    connection.execute("DELETE FROM experiment_conversion WHERE until < ?", [now])
    connection.execute("DELETE FROM experiment_person WHERE until < ?", [now - ABANDONED_SECONDS])


def forget_experiments(connection: Connection, person: bytes) -> int:
    """Take a person (by their hash) out; how many rows. What was counted already stays, as numbers."""
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE person = ?", [person]).rowcount  # noqa: S608
        for table in ("experiment_person", "experiment_conversion")
    )
