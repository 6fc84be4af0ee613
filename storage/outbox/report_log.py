"""Customer.io's reports of what became of messages, as the route keeps them: each once, of nobody by name."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True)
class ReportRow:
    """One report. `at` is when it happened, `received` when it came, in Unix seconds; `person` a keyed hash."""

    workspace: str
    event_id: str
    metric: str
    channel: str
    at: float
    received: float
    campaign_id: int | None
    action_id: int | None
    delivery_id: str | None
    journey_id: str | None
    trigger_event_id: str | None
    person: bytes | None
    reason: str | None


_INSERT = (
    f"INSERT OR IGNORE INTO report ({', '.join(one.name for one in fields(ReportRow))}) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(fields(ReportRow)))})"
)


def insert_report(connection: sqlite3.Connection, row: ReportRow) -> bool:
    """Store it, unless it is there already; whether it was new."""
    return connection.execute(_INSERT, astuple(row)).rowcount == 1


def count_reports(connection: sqlite3.Connection, workspace: str) -> dict[str, int]:
    """Stored reports of a workspace by metric."""
    rows = connection.execute("SELECT metric, count(*) FROM report WHERE workspace = ? GROUP BY metric", [workspace])
    return dict(rows.fetchall())


def forget_person(connection: sqlite3.Connection, person: bytes) -> int:
    """Take a person out of all reports and recoveries; how many rows had them.

    A failure's reason goes too, for a mail server can have written anything into it.
    """
    reports = connection.execute("UPDATE report SET person = NULL, reason = NULL WHERE person = ?", [person]).rowcount
    return reports + connection.execute("DELETE FROM recovered_person WHERE person = ?", [person]).rowcount
