"""Announcements: what was said on which channel, and which changes are still to be said there."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

# A crash after sending leaves `sending` behind, which is sent again as it is: only `sent` is known to have arrived.
_SAID = """
SELECT unnest(change_ids) FROM announcement
WHERE workspace = $workspace AND channel = $channel AND status = 'sent'
"""


@dataclass(frozen=True)
class Announcement:
    """One row of the table `announcement`; instants are in UTC."""

    announcement_id: str
    channel: str
    kind: str
    day: date
    digest: Mapping[str, Any]
    change_ids: tuple[str, ...]
    status: str
    attempts: int
    made_at: datetime
    sent_at: datetime | None
    retry_at: datetime | None
    error: str | None
    receipt: Mapping[str, Any] | None


def announcements_on(
    connection: duckdb.DuckDBPyConnection, workspace: str, channel: str, since: date
) -> list[Announcement]:
    """What was made for one channel from the local day `since` on, oldest first."""
    rows = connection.execute(
        """
        SELECT announcement_id, channel, kind, day, digest, change_ids, status, attempts, made_at, sent_at, retry_at,
               error, receipt
        FROM announcement WHERE workspace = $workspace AND channel = $channel AND day >= $since
        ORDER BY made_at, announcement_id
        """,
        {"workspace": workspace, "channel": channel, "since": since},
    ).fetchall()
    return [
        Announcement(
            announcement_id=row[0],
            channel=row[1],
            kind=row[2],
            day=row[3],
            digest=json.loads(row[4]),
            change_ids=tuple(row[5]),
            status=row[6],
            attempts=row[7],
            made_at=row[8].replace(tzinfo=UTC),
            sent_at=_utc(row[9]),
            retry_at=_utc(row[10]),
            error=row[11],
            receipt=json.loads(row[12]) if row[12] else None,
        )
        for row in rows
    ]


def unannounced_changes(
    connection: duckdb.DuckDBPyConnection, workspace: str, channel: str, also: Collection[str] = ()
) -> list[tuple[str, str, str, date, bool, datetime]]:
    """Changes that the channel has not been told, and those whose ids are in `also`: (change_id, incident_id, kind,
    day, news, recorded at in naive UTC), oldest first.
    """
    return connection.execute(
        f"""
        SELECT change_id, incident_id, kind, day, news, recorded_at FROM incident_change
        WHERE workspace = $workspace AND (change_id NOT IN ({_SAID}) OR change_id IN (SELECT unnest($also)))
        ORDER BY day, recorded_at, change_id
        """,  # noqa: S608 - the inserted text is the constant above
        {"workspace": workspace, "channel": channel, "also": list(also)},
    ).fetchall()


def said_on(connection: duckdb.DuckDBPyConnection, workspace: str, channel: str) -> set[str]:
    """The ids of all changes that the channel has been told."""
    rows = connection.execute(_SAID, {"workspace": workspace, "channel": channel}).fetchall()
    return {row[0] for row in rows}


def claim_announcement(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    *,
    announcement_id: str,
    channel: str,
    kind: str,
    day: date,
    digest: Mapping[str, Any],
    change_ids: Sequence[str],
    made_at: datetime,
) -> None:
    """Stores an announcement as `sending`, before anything is sent, so that a crash can only repeat it, not lose it."""
    connection.execute(
        """
        INSERT INTO announcement VALUES ($workspace, $announcement_id, $channel, $kind, $day, $digest, $change_ids,
            'sending', 0, $made_at, NULL, NULL, NULL, NULL)
        """,
        {
            "workspace": workspace,
            "announcement_id": announcement_id,
            "channel": channel,
            "kind": kind,
            "day": day,
            "digest": json.dumps(digest, ensure_ascii=False),
            "change_ids": list(change_ids),
            "made_at": _naive(made_at),
        },
    )


def settle_announcement(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    announcement_id: str,
    *,
    status: str,
    at: datetime,
    retry_at: datetime | None = None,
    error: str | None = None,
    receipt: Mapping[str, Any] | None = None,
) -> None:
    """Stores what came of sending: `sent` with the channel's receipt, or `failed` with the reason."""
    connection.execute(
        """
        UPDATE announcement SET status = $status, attempts = attempts + 1,
            sent_at = CASE WHEN $status = 'sent' THEN CAST($at AS TIMESTAMP) END,
            retry_at = $retry_at, error = $error, receipt = $receipt
        WHERE workspace = $workspace AND announcement_id = $announcement_id
        """,
        {
            "workspace": workspace,
            "announcement_id": announcement_id,
            "status": status,
            "at": _naive(at),
            "retry_at": _naive(retry_at) if retry_at else None,
            "error": error,
            "receipt": json.dumps(receipt) if receipt is not None else None,
        },
    )


def save_edited(
    connection: duckdb.DuckDBPyConnection, workspace: str, announcement_id: str, digest: Mapping[str, Any]
) -> None:
    """Stores what a message that arrived says now that it was edited in place."""
    connection.execute(
        "UPDATE announcement SET digest = ? WHERE workspace = ? AND announcement_id = ?",
        [json.dumps(digest, ensure_ascii=False), workspace, announcement_id],
    )


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _utc(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None
