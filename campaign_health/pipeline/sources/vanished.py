"""Doubts an answer in which what was counted before has vanished: half a list and a broken service look like that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from collectors.errors import CollectorError
from storage.connection import Connection
from storage.read.collected import events_counted, solid_events

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


def vanished_events(
    connection: Connection, workspace: str, first_day: date, last_day: date, silent: Collection[str]
) -> list[str]:
    """Those of the events answered for with nothing on all these days of which many are stored on the same days.

    An event that stopped still has the days before; one that loses those, too, was left out of the answer.
    """
    return solid_events(connection, workspace, first_day, last_day, silent, FEW_EVENTS) if silent else []
