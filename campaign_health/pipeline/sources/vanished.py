"""Doubts an answer in which everything that was counted before has vanished: a broken service looks like that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from collectors.errors import CollectorError
from storage.connection import Connection
from storage.read.collected import events_counted

# So many stored events do not vanish together: Mixpanel adds late events, and takes away next to none.
FEW_EVENTS = 20


def refuse_vanished(
    connection: Connection, workspace: str, days: Collection[date], events: Collection[str] | None = None
) -> None:
    """Raises CollectorError where an answer without a single event stands against days that are stored with many.

    Args:
        days: the days answered for, each with no event at all.
        events: the events answered for; None for every event of the project.
    """
    stored = events_counted(connection, workspace, days, events)
    if stored < FEW_EVENTS:
        return
    raise CollectorError(
        f"Mixpanel answered that nothing happened from {min(days)} to {max(days)}, where {stored:,} events were "
        "counted before. That is not believed, and the numbers stored are kept.",
        "The next run asks again. If it stays so, look whether Mixpanel shows these days, and ask its support.",
        source="Mixpanel",
    )
