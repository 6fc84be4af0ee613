"""What came of telling each channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.connection import Connection
from storage.file.conversion import read_instant

_CHANNELS = """
WITH told AS (
    SELECT channel, status, made_at, sent_at,
        max(made_at) FILTER (status = 'sent') OVER (PARTITION BY channel) AS newest_sent
    FROM announcement WHERE workspace = ? AND status <> 'sending'
)
SELECT channel, arg_max(status, made_at), max(sent_at),
    min(made_at) FILTER (status = 'failed' AND (newest_sent IS NULL OR made_at > newest_sent))
FROM told GROUP BY channel ORDER BY channel
"""


@dataclass(frozen=True)
class ChannelNews:
    """The newest announcement on a channel of which is known whether it arrived; instants in UTC.

    `sent_at` is the newest that did, `failing_since` the first of those up to the newest that did not; None where there
    is none.
    """

    channel: str
    outcome: Literal["sent", "failed"]
    sent_at: datetime | None
    failing_since: datetime | None


def channel_news(connection: Connection, workspace: str) -> tuple[ChannelNews, ...]:
    """Every channel that was ever told anything, by name."""
    rows = connection.execute(_CHANNELS, [workspace]).fetchall()
    return tuple(
        ChannelNews(channel, outcome, read_instant(sent_at), read_instant(failing_since))
        for channel, outcome, sent_at, failing_since in rows
    )


def published_at(connection: Connection) -> datetime | None:
    """When this file was published (UTC), None where it never was."""
    row = connection.execute("SELECT max(published_at) FROM publication").fetchone()
    return read_instant(row[0]) if row and row[0] is not None else None
