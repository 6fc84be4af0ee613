"""API-triggered broadcasts, transactional messages and their days; newsletters as listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import stored_instant, stored_text
from storage.records import NewsletterRecord, TriggeredKind, TriggeredMetrics, TriggeredRecord
from storage.save.bulk import DAY, INSTANT, TEXT, TEXTS, TRUTH, WHOLE, count_of, incoming

TRIGGERED_SERIES = (
    *("sent", "delivered", "created", "drafted", "attempted", "failed", "undeliverable", "suppressed", "bounced"),
    *("opened", "clicked"),
)

_OFF = "CASE WHEN state <> 'running' AND first_started IS NOT NULL THEN coalesce(updated, $seen) END::TIMESTAMP"
_STOPPED_SINCE = (
    "CASE coalesce(excluded.state, api_triggered.state) WHEN 'running' THEN NULL "
    "ELSE coalesce(api_triggered.stopped_at, excluded.stopped_at) END"
)


def save_triggered(
    connection: Connection, workspace: str, records: Iterable[TriggeredRecord], seen_at: datetime
) -> None:
    """Save them as read; one that was gone and is read again is back. What an entry does not say stays as it was.

    A broadcast's stop is dated by the last change that it had when it was first seen not running.
    """
    rows = list(records)
    columns: dict[str, list[Any]] = {
        "kind": [row.kind for row in rows],
        "object_id": [row.object_id for row in rows],
        "name": [stored_text(row.name) for row in rows],
        "state": [None if row.state is None else stored_text(row.state) for row in rows],
        "queues_drafts": [row.queues_drafts for row in rows],
        "tags": [[stored_text(tag) for tag in row.tags] for row in rows],
        **{name: [stored_instant(getattr(row, name)) for row in rows] for name in _INSTANTS},
    }
    types = {"kind": TEXT, "object_id": WHOLE, "name": TEXT, "state": TEXT, "queues_drafts": TRUTH, "tags": TEXTS}
    kept = ("state", "queues_drafts", *_INSTANTS)
    replaced = ["name = excluded.name", "tags = excluded.tags", "seen_at = excluded.seen_at", "gone_at = NULL"]
    replaced += [f"{name} = coalesce(excluded.{name}, api_triggered.{name})" for name in kept]
    replaced.append(f"stopped_at = {_STOPPED_SINCE}")
    with incoming(connection, "incoming_triggered", types | dict.fromkeys(_INSTANTS, INSTANT), columns):
        connection.execute(
            "INSERT INTO api_triggered BY NAME "  # noqa: S608
            f"SELECT $workspace AS workspace, *, $seen AS seen_at, NULL AS gone_at, {_OFF} AS stopped_at "
            f"FROM incoming_triggered ON CONFLICT DO UPDATE SET {', '.join(replaced)}",
            {"workspace": workspace, "seen": stored_instant(seen_at)},
        )


def mark_triggered_gone(
    connection: Connection, workspace: str, kind: TriggeredKind, object_ids: Iterable[int], now: datetime
) -> None:
    """Record that Customer.io has them no more."""
    connection.execute(
        "UPDATE api_triggered SET gone_at = ? WHERE workspace = ? AND kind = ? AND gone_at IS NULL "
        "AND object_id IN (SELECT unnest(?::BIGINT[]))",
        [stored_instant(now), workspace, kind, list(object_ids)],
    )


def save_triggered_metrics(
    connection: Connection,
    workspace: str,
    kind: TriggeredKind,
    metrics: Sequence[TriggeredMetrics],
    state_of: Callable[[int, date], str],
    collected_at: datetime,
) -> int:
    """Save the daily series and return the rows written; a number that an answer lacks stays as it is.

    Args:
        state_of: says of (object id, US Eastern day) what its number is worth.
    """
    keys = [(one, place, day) for one in metrics for place, day in enumerate(one.days)]
    columns: dict[str, list[Any]] = {
        "object_id": [one.object_id for one, _, _ in keys],
        "day": [day for _, _, day in keys],
        "state": [state_of(one.object_id, day) for one, _, day in keys],
    }
    for name in TRIGGERED_SERIES:
        columns[name] = [one.series[name][place] if name in one.series else None for one, place, _ in keys]
    replaced = [f"{name} = excluded.{name}" for name in ("state", "collected_at")]
    replaced += [f"{name} = coalesce(excluded.{name}, api_triggered_day.{name})" for name in TRIGGERED_SERIES]
    types = {"object_id": WHOLE, "day": DAY, "state": TEXT} | dict.fromkeys(TRIGGERED_SERIES, WHOLE)
    with incoming(connection, "incoming_triggered_days", types, columns):
        statement = (
            "INSERT INTO api_triggered_day BY NAME "  # noqa: S608
            "SELECT ? AS workspace, ? AS kind, *, ? AS collected_at FROM incoming_triggered_days "
            f"ON CONFLICT DO UPDATE SET {', '.join(replaced)}"
        )
        return count_of(connection.execute(statement, [workspace, kind, stored_instant(collected_at)]))


def mark_triggered_not_collected(
    connection: Connection,
    workspace: str,
    kind: TriggeredKind,
    days: Mapping[int, Sequence[date]],
    state_of: Callable[[int, date], str],
    now: datetime,
) -> None:
    """Record of each object which days were asked for in vain; a number that is there already stays as it is.

    A day on which nothing is expected of it (`state_of` says so) is marked as that.
    """
    keys = [(number, day) for number, asked in days.items() for day in asked]
    columns: dict[str, list[Any]] = {
        "object_id": [number for number, _ in keys],
        "day": [day for _, day in keys],
        "state": ["not_expected" if state_of(*key) == "not_expected" else "not_collected" for key in keys],
    }
    with incoming(connection, "incoming_triggered_days", {"object_id": WHOLE, "day": DAY, "state": TEXT}, columns):
        connection.execute(
            "INSERT INTO api_triggered_day BY NAME "
            "SELECT ? AS workspace, ? AS kind, *, ? AS collected_at FROM incoming_triggered_days "
            "ON CONFLICT DO UPDATE SET state = excluded.state, collected_at = excluded.collected_at "
            "WHERE api_triggered_day.sent IS NULL",
            [workspace, kind, stored_instant(now)],
        )


def save_newsletters(
    connection: Connection, workspace: str, records: Iterable[NewsletterRecord], seen_at: datetime
) -> int:
    """Save newsletters as listed and return the rows written; what an entry does not say stays as it was."""
    rows = list(records)
    columns: dict[str, list[Any]] = {
        "newsletter_id": [row.newsletter_id for row in rows],
        "name": [stored_text(row.name) for row in rows],
        "channel": [None if row.channel is None else stored_text(row.channel) for row in rows],
        "tags": [[stored_text(tag) for tag in row.tags] for row in rows],
        **{name: [stored_instant(getattr(row, name)) for row in rows] for name in _LISTED},
    }
    types = {"newsletter_id": WHOLE, "name": TEXT, "channel": TEXT, "tags": TEXTS}
    replaced = ["name = excluded.name", "tags = excluded.tags", "seen_at = excluded.seen_at"]
    replaced += [f"{name} = coalesce(excluded.{name}, newsletter.{name})" for name in ("channel", *_LISTED)]
    with incoming(connection, "incoming_newsletters", types | dict.fromkeys(_LISTED, INSTANT), columns):
        statement = (
            "INSERT INTO newsletter BY NAME SELECT ? AS workspace, *, ? AS seen_at FROM incoming_newsletters "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {', '.join(replaced)}"
        )
        return count_of(connection.execute(statement, [workspace, stored_instant(seen_at)]))


_INSTANTS = ("created", "first_started", "updated")
_LISTED = ("created", "updated", "sent_at")
