"""Doubts an answer in which everything that was counted before has vanished: a broken service looks like that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from collectors.errors import CollectorError
from storage.connection import Connection

# So many stored events do not vanish together: Mixpanel adds late events, and takes away next to none.
FEW_EVENTS = 20

_STORED = """
SELECT coalesce(sum(events), 0)::BIGINT FROM event_day
WHERE workspace = $workspace AND state <> 'not_collected'
    AND day IN (SELECT unnest($days::DATE[])) AND ($events IS NULL OR event IN (SELECT unnest($events::VARCHAR[])))
"""


def refuse_vanished(
    connection: Connection, workspace: str, days: Collection[date], events: Collection[str] | None = None
) -> None:
    """Raises CollectorError where an answer without a single event stands against days that are stored with many.

    Args:
        days: the days answered for, each with no event at all.
        events: the events answered for; None for every event of the project.
    """
    values = {"workspace": workspace, "days": sorted(days), "events": None if events is None else sorted(events)}
    row = connection.execute(_STORED, values).fetchone()
    stored = row[0] if row else 0
    if stored < FEW_EVENTS:
        return
    raise CollectorError(
        f"Mixpanel answered that nothing happened from {min(days)} to {max(days)}, where {stored:,} events were "
        "counted before. That is not believed, and the numbers stored are kept.",
        "The next run asks again. If it stays so, look whether Mixpanel shows these days, and ask its support.",
        source="Mixpanel",
    )
