"""Daily numbers of single messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from storage.file.conversion import stored_instant, stored_text
from storage.records import MessageMetrics
from storage.save.bulk import DAY, TEXT, WHOLE, count_of, incoming

MESSAGE_SERIES = (
    "sent",
    "delivered",
    "created",
    "drafted",
    "attempted",
    "failed",
    "undeliverable",
    "suppressed",
    "bounced",
    "opened",
    "clicked",
    "converted",
)


def save_message_metrics(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    metrics: Sequence[MessageMetrics],
    channels: Mapping[tuple[int, int], str],
    state_of: Callable[[int, date], str],
    collected_at: datetime,
) -> int:
    """Save the messages' daily series and return the rows written; a number that an answer lacks stays as it is.

    Args:
        channels: the type of each (campaign, message).
        state_of: says of (campaign, day) whether its number is observed, provisional or not expected.
    """
    keys = [(one, place, day) for one in metrics for place, day in enumerate(one.days)]
    columns: dict[str, list[Any]] = {
        "campaign_id": [one.campaign_id for one, _, _ in keys],
        "message_id": [str(one.message_id) for one, _, _ in keys],
        "day": [day for _, _, day in keys],
        "channel": [stored_text(channels[one.campaign_id, one.message_id]) for one, _, _ in keys],
        "state": [state_of(one.campaign_id, day) for one, _, day in keys],
    }
    for name in MESSAGE_SERIES:
        columns[name] = [one.series[name][place] if name in one.series else None for one, place, _ in keys]
    types = {"campaign_id": WHOLE, "message_id": TEXT, "day": DAY, "channel": TEXT, "state": TEXT}
    replaced = [f"{name} = excluded.{name}" for name in ("channel", "state", "collected_at")]
    replaced += [f"{name} = coalesce(excluded.{name}, message_day.{name})" for name in MESSAGE_SERIES]
    with incoming(connection, "incoming_messages", types | dict.fromkeys(MESSAGE_SERIES, WHOLE), columns):
        statement = (
            "INSERT INTO message_day BY NAME SELECT ? AS workspace, *, ? AS collected_at FROM incoming_messages "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {', '.join(replaced)}"
        )
        return count_of(connection.execute(statement, [workspace, stored_instant(collected_at)]))
