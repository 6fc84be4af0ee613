"""API-triggered broadcasts and transactional messages: which are known, what they lack, what they sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.read.known_tables import has_table
from storage.read.rows import Row, as_rows
from storage.records import TriggeredKind

_KNOWN = """
    SELECT t.object_id, t.name, t.state, t.created, t.first_started, t.stopped_at, t.gone_at,
        min(d.day) AS first_day, max(d.day) AS newest_day,
        min(d.day) FILTER (d.state IN ('provisional', 'not_collected') AND d.day >= $since) AS first_gap
    FROM api_triggered t LEFT JOIN api_triggered_day d USING (workspace, kind, object_id)
    WHERE workspace = $workspace AND kind = $kind
    GROUP BY ALL ORDER BY t.object_id
"""


@dataclass(frozen=True)
class KnownTriggered:
    """One broadcast or transactional message as stored: instants in UTC, days in US Eastern time.

    `first_gap` is the first stored day, of those that can still be asked for, whose number is not a fact yet.
    """

    object_id: int
    name: str
    state: str | None
    created: datetime | None
    first_started: datetime | None
    stopped_at: datetime | None
    gone_at: datetime | None
    first_day: date | None
    newest_day: date | None
    first_gap: date | None


def known_triggered(
    connection: Connection, workspace: str, kind: TriggeredKind, since: date
) -> dict[int, KnownTriggered]:
    """Everything of the kind that was ever read, by id; gaps from the day `since` on."""
    rows = connection.execute(_KNOWN, {"workspace": workspace, "kind": kind, "since": since}).fetchall()
    found = {}
    for number, name, state, *instants, first_day, newest_day, first_gap in rows:
        created, first_started, stopped_at, gone_at = map(read_instant, instants)
        found[number] = KnownTriggered(
            number, name, state, created, first_started, stopped_at, gone_at, first_day, newest_day, first_gap
        )
    return found


def busiest_campaigns(connection: Connection, workspace: str, most: int) -> list[int]:
    """Ids of the campaigns that sent most on the newest days that are stored, at most so many."""
    rows = connection.execute(
        "SELECT campaign_id FROM campaign_day WHERE workspace = $workspace AND sent > 0 "
        "AND day >= (SELECT max(day) - 2 FROM campaign_day WHERE workspace = $workspace AND sent IS NOT NULL) "
        "GROUP BY campaign_id ORDER BY sum(sent) DESC, campaign_id LIMIT $most",
        {"workspace": workspace, "most": most},
    ).fetchall()
    return [number for (number,) in rows]


def has_triggered(connection: Connection) -> bool:
    """Whether the file knows of them: a published file of an older version does not."""
    return has_table(connection, "api_triggered_verdict")


def all_triggered(connection: Connection, workspace: str) -> list[Row]:
    """Every broadcast and transactional message that is not deleted, by kind and name."""
    return as_rows(
        connection.execute(
            "SELECT kind, object_id, name, state, queues_drafts, tags, created, first_started, seen_at "
            "FROM api_triggered WHERE workspace = ? AND gone_at IS NULL ORDER BY kind, lower(name), object_id",
            [workspace],
        )
    )


def triggered_verdicts(connection: Connection, workspace: str) -> list[Row]:
    """All rows of `api_triggered_verdict` of the workspace."""
    return as_rows(
        connection.execute(
            "SELECT kind, object_id, event, owner, status, since, day, events, sent, expected_low, expected_high "
            "FROM api_triggered_verdict WHERE workspace = ? ORDER BY kind, object_id",
            [workspace],
        )
    )


def observed_event_days(
    connection: Connection, workspace: str, events: Collection[str], first_day: date, last_day: date
) -> list[Row]:
    """Event, workspace day and count of these events' days whose number is a fact. Names as Customer.io trims them."""
    return as_rows(
        connection.execute(
            "SELECT trim(event) AS event, day, CAST(sum(events) AS BIGINT) AS events FROM event_day "
            "WHERE workspace = ? AND trim(event) IN (SELECT unnest(?::VARCHAR[])) AND day BETWEEN ? AND ? "
            "AND state = 'observed' GROUP BY ALL",
            [workspace, sorted(events), first_day, last_day],
        )
    )


def triggered_days(connection: Connection, workspace: str) -> list[Row]:
    """Kind, object, US Eastern day, sends and state of all stored days, in the order of the days."""
    return as_rows(
        connection.execute(
            "SELECT kind, object_id, day, sent, drafted, failed, state FROM api_triggered_day WHERE workspace = ? "
            "ORDER BY kind, object_id, day",
            [workspace],
        )
    )


def all_newsletters(connection: Connection, workspace: str) -> list[Row]:
    """Every newsletter that was ever listed, those sent the latest first; those not sent yet stand last."""
    return as_rows(
        connection.execute(
            "SELECT newsletter_id, name, channel, sent_at, seen_at FROM newsletter WHERE workspace = ? "
            "ORDER BY sent_at DESC NULLS LAST, newsletter_id",
            [workspace],
        )
    )
