"""Which monthly report was sent where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from storage.connection import Connection
from storage.file.conversion import read_instant, stored_instant


@dataclass(frozen=True)
class SentReport:
    """A row of the table `monthly_report`; instants are in UTC."""

    announcement_id: str
    status: str
    retry_at: datetime | None


def report_on(connection: Connection, workspace: str, month: date, channel: str) -> SentReport | None:
    """What came of the report of a month (its first day) on one channel; None where it was not made yet."""
    row = connection.execute(
        "SELECT announcement_id, status, retry_at FROM monthly_report WHERE workspace = ? AND month = ? "
        "AND channel = ?",
        [workspace, month, channel],
    ).fetchone()
    return None if row is None else SentReport(row[0], row[1], read_instant(row[2]))


def claim_report(
    connection: Connection, workspace: str, month: date, channel: str, announcement_id: str, made_at: datetime
) -> None:
    """Stores a report as `sending`, before it is sent, so that a crash can only repeat it under the same id."""
    connection.execute(
        "INSERT INTO monthly_report BY NAME SELECT ? AS workspace, ? AS month, ? AS channel, ? AS announcement_id, "
        "'sending' AS status, 0 AS attempts, ? AS made_at ON CONFLICT DO UPDATE SET status = 'sending'",
        [workspace, month, channel, announcement_id, stored_instant(made_at.astimezone(UTC))],
    )


def settle_report(
    connection: Connection,
    workspace: str,
    month: date,
    channel: str,
    *,
    at: datetime,
    error: str | None = None,
    retry_at: datetime | None = None,
) -> None:
    """Stores what came of sending: `failed` with the reason where there is an `error`, else `sent`."""
    connection.execute(
        """
        UPDATE monthly_report SET status = $status, attempts = attempts + 1, error = $error, retry_at = $retry_at,
            sent_at = CASE WHEN $status = 'sent' THEN CAST($at AS TIMESTAMP) END
        WHERE workspace = $workspace AND month = $month AND channel = $channel
        """,
        {
            "workspace": workspace,
            "month": month,
            "channel": channel,
            "status": "sent" if error is None else "failed",
            "error": error,
            "retry_at": stored_instant(retry_at) if retry_at else None,
            "at": stored_instant(at),
        },
    )
