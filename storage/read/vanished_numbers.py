"""Which stored numbers an answer takes back: counts of a past day grow or stay, they do not become none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, Literal, TypeVar

from storage.connection import Connection
from storage.read.collected import ZONE_SINCE
from storage.records import CampaignMetrics, JourneyMetrics, MessageMetrics, TriggeredMetrics

SOLID = 8
"""So many counted before do not become none; fewer of them missing could not make an alarm."""
BELIEVED_AFTER = timedelta(days=7)
"""What has stayed so for longer, counted from the newest day that is taken back, is believed."""

Table = Literal["campaign_day", "journey_day", "message_day", "broadcast_day", "transactional_day"]
_KEYS: Mapping[Table, tuple[str, ...]] = {
    "campaign_day": ("campaign_id",),
    "journey_day": ("campaign_id",),
    "message_day": ("campaign_id", "message_id"),
    "broadcast_day": ("object_id",),
    "transactional_day": ("object_id",),
}
# Both are in one table, and count their ids each by itself.
_RELATIONS: Mapping[Table, str] = {
    "broadcast_day": "(SELECT * FROM api_triggered_day WHERE kind = 'broadcast')",
    "transactional_day": "(SELECT * FROM api_triggered_day WHERE kind = 'transactional')",
}
_TRIGGERED = ("sent", "delivered", "created", "opened", "clicked")
# What is made, sent and opened, started and let through is never taken back; what failed or waits may go on later.
_LASTING: Mapping[Table, tuple[str, ...]] = {
    "campaign_day": ("sent", "delivered", "created", "opened", "clicked"),
    "journey_day": ("started", "activated", "messaged", "finished"),
    "message_day": ("sent", "delivered", "created"),
    "broadcast_day": _TRIGGERED,
    "transactional_day": _TRIGGERED,
}

_EVENTS = f"""
    SELECT d.event, d.day, d.events FROM event_day d
    WHERE d.workspace = $workspace AND d.day BETWEEN $first_day AND $last_day AND d.events > 0
        AND d.event IN (SELECT unnest($events::VARCHAR[])) AND d.collected_at >= {ZONE_SINCE}
        AND $today - (SELECT max(n.day) FROM event_day n
                      WHERE n.workspace = $workspace AND n.event = d.event AND n.events IS NOT NULL) <= $believed_after
    ORDER BY d.event, d.day
"""  # noqa: S608


RecordT = TypeVar("RecordT", CampaignMetrics, JourneyMetrics, MessageMetrics, TriggeredMetrics)


@dataclass(frozen=True)
class Doubts(Generic[RecordT]):
    """What is odd about some answers, in a sentence each, by campaign (its id) or message (campaign and message id).

    `refused` cannot be true: an answer that has lost numbers of past days says nothing of the newest one either.
    `lacking` lacks a series that was there before, and is good for the others. `believed` are all that are not refused.
    """

    refused: Mapping[tuple[int, ...], str]
    lacking: Mapping[tuple[int, ...], str]
    believed: list[RecordT]


def doubts_about(
    connection: Connection, workspace: str, table: Table, records: Sequence[RecordT], today: date
) -> Doubts[RecordT]:
    """What stored numbers of the same days say against these answers.

    An answer that has stayed so for a week is believed of the days since: of those before, the numbers are kept.
    """
    refused: dict[tuple[int, ...], str] = {}
    lacking: dict[tuple[int, ...], str] = {}
    believed: list[RecordT] = []
    stored = _stored(connection, workspace, table, records) if records else {}
    for record in records:
        key = tuple(int(getattr(record, part)) for part in _KEYS[table])
        newest_lost: date | None = None
        for name in _LASTING[table]:
            before = stored.get(key, {}).get(name, {})
            numbers = record.series.get(name, [None] * len(record.days))
            lost = [day for day, now in zip(record.days, numbers, strict=True) if now == 0 and day in before]
            if (counted := sum(before[day] for day in lost)) >= SOLID:
                newest_lost = max(lost) if newest_lost is None else max(newest_lost, *lost)
                refused.setdefault(key, _taken_back(name, len(lost), counted))
            if any(now is None and day in before for day, now in zip(record.days, numbers, strict=True)):
                lacking[key] = f"{name!r} was left out, though it was there before. The numbers stored are kept."
        if newest_lost is None:
            believed.append(record)
        elif today - newest_lost > BELIEVED_AFTER:
            del refused[key]
            believed.append(_after(record, newest_lost))
    return Doubts(refused, {key: said for key, said in lacking.items() if key not in refused}, believed)


def _after(record: RecordT, day: date) -> RecordT:
    kept = [place for place, one in enumerate(record.days) if one > day]
    series = {name: [numbers[place] for place in kept] for name, numbers in record.series.items()}
    return replace(record, days=[record.days[place] for place in kept], series=series)


def _taken_back(name: str, days: int, counted: int) -> str:
    of_days = "a day" if days == 1 else f"{days} days"
    return (
        f"{name!r} came back as 0 for {of_days} on which {counted:,} were counted before. "
        "That is not believed, and the numbers stored are kept."
    )


def _stored(
    connection: Connection,
    workspace: str,
    table: Table,
    records: Sequence[CampaignMetrics | JourneyMetrics | MessageMetrics | TriggeredMetrics],
) -> dict[tuple[int, ...], dict[str, dict[date, int]]]:
    """What is stored above 0, by campaign or message, series and day."""
    keys, names = _KEYS[table], _LASTING[table]
    days = [day for one in records for day in (*one.days[:1], *one.days[-1:])]
    values = {
        "workspace": workspace,
        "first_day": min(days, default=date.max),
        "last_day": max(days, default=date.min),
        "ids": sorted({int(getattr(one, keys[0])) for one in records}),
    }
    # The names are constants.
    rows = connection.execute(
        f"""
        SELECT {", ".join(keys)}, day, {", ".join(names)} FROM {_RELATIONS.get(table, table)}
        WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day AND collected_at >= {ZONE_SINCE}
            AND {keys[0]} IN (SELECT unnest($ids::BIGINT[]))
        """,  # noqa: S608
        values,
    ).fetchall()
    found: dict[tuple[int, ...], dict[str, dict[date, int]]] = {}
    for row in rows:
        key, day = tuple(int(part) for part in row[: len(keys)]), row[len(keys)]
        for name, number in zip(names, row[len(keys) + 1 :], strict=True):
            if number:
                found.setdefault(key, {}).setdefault(name, {})[day] = number
    return found


def stored_events(
    connection: Connection, workspace: str, first_day: date, last_day: date, events: Collection[str], today: date
) -> dict[str, dict[date, int]]:
    """What is stored of these events from the first to the last day, days without any left out.

    Nothing of an event of which no number was believed for a week.
    """
    values = {
        "workspace": workspace, "first_day": first_day, "last_day": last_day, "events": sorted(events), "today": today,
        "believed_after": BELIEVED_AFTER.days,
    }  # fmt: skip
    found: dict[str, dict[date, int]] = {}
    for event, day, count in connection.execute(_EVENTS, values).fetchall():
        found.setdefault(event, {})[day] = count
    return found
