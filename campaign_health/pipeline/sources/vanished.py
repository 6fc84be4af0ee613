"""Doubts an answer in which what was counted before has vanished: half a list and a broken service look like that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from campaign_health.words.event_service import EventService
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import plural
from collectors.errors import CollectorError
from storage.connection import Connection
from storage.read.collected import events_counted
from storage.read.vanished_numbers import SOLID, stored_events
from storage.records import EventCounts

# So many stored events do not vanish together: services add late events, and take away next to none.
FEW_EVENTS = 20


def refuse_vanished(
    connection: Connection,
    workspace: str,
    days: Collection[date],
    events: Collection[str] | None = None,
    *,
    service: EventService = "Mixpanel",
) -> None:
    """Raises CollectorError where an answer without a single event stands against days that are stored with many.

    Args:
        days: the days answered for, each with no event at all.
        events: the events answered for; None for every event of the project.
        service: what answered.
    """
    stored = events_counted(connection, workspace, days, events)
    if stored < FEW_EVENTS:
        return
    raise CollectorError(
        f"{service} answered that nothing happened from {min(days)} to {max(days)}, where {stored:,} events were "
        "counted before. That is not believed, and the numbers stored are kept.",
        f"The next run asks again. If it stays so, look whether {service} shows these days, and ask its support.",
        source=service,
    )


def vanished_events(
    connection: Connection,
    workspace: str,
    first_day: date,
    last_day: date,
    answered: Iterable[EventCounts],
    asked: Collection[str],
    today: date,
) -> list[str]:
    """Those of the events asked for of which the answer, all of these days together, cannot be believed.

    An event that stopped still has the days before; one that loses many of those, too, was left out of the answer, or
    was answered for in part. Of an answer that has lost several, what it does not name at all is not known either.
    """
    found = {record.event: record.counts for record in answered if record.counts}
    stored = stored_events(connection, workspace, first_day, last_day, asked, today)
    doubted = {
        event
        for event, days in stored.items()
        if sum(count for day, count in days.items() if not found.get(event, {}).get(day)) >= SOLID
    }
    unnamed = {event for event in asked if event not in found} if len(doubted) > 1 else set()
    return sorted(doubted | unnamed)


def not_believed(first_day: date, last_day: date, doubted: Sequence[str], service: EventService = "Mixpanel") -> str:
    """What is told of the events whose answer is not believed."""
    return (
        f"{service}'s answer from {first_day} to {last_day} holds nothing of {plural(len(doubted), 'event')} on days "
        f"on which they were counted before, or nothing at all ({names_in_code(doubted)}). That is not believed, and "
        "the numbers stored are kept."
    )
