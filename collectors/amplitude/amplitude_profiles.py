"""Which properties the events of one day carried, from Amplitude's raw export; no values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.amplitude.amplitude_client import AmplitudeClient
from collectors.amplitude.raw_hours import HOUR, Record, exported_records, newest_ready_hour
from collectors.errors import CollectorError, UnexpectedShape
from collectors.event_parts import part_of
from collectors.http.shape import Reader
from collectors.property_sample import SAMPLE_SIZE, PropertySample, Sampled
from collectors.unreadable import Unreadable
from collectors.zone_days import day_start
from storage.records import PropertyProfile

# Phones send what they held back; most of it comes within the hour.
LATE = HOUR
PARTS = ("library", "os_name", "version_name")


def fetch_amplitude_profiles(
    client: AmplitudeClient,
    events: Sequence[str],
    day: date,
    zone: ZoneInfo,
    now: datetime,
    sample_size: int = SAMPLE_SIZE,
    tell: Callable[[str], None] | None = None,
) -> list[PropertyProfile]:
    """What the named events carried on a local day. An event without any that day has no profile.

    The export is by the hour in which Amplitude took the events in, so the hour after the day is read too, where it is
    ready; what came later still is not in the sample. Properties are the event's own (`event_properties`).

    Args:
        client: The project.
        events: Event types.
        day: The local day.
        zone: The workspace's zone.
        now: The present.
        sample_size: Most events to read.
        tell: Told of records that could not be read and were left out.

    Raises:
        CollectorError: by what went wrong; the day's last hour cannot be exported yet, for example.
    """
    wanted = frozenset(events)
    if not wanted:
        return []
    first = datetime.fromtimestamp(day_start(day, zone), UTC).replace(minute=0, second=0)
    last = datetime.fromtimestamp(day_start(day + timedelta(days=1), zone) - 1, UTC).replace(minute=0, second=0)
    ready = newest_ready_hour(now)
    if ready < last:
        raise CollectorError(
            f"Amplitude exports an hour two hours after its end: {day} is not ready yet.",
            "The next run asks again.",
            source="Amplitude",
        )
    unreadable, sample = Unreadable("Amplitude"), PropertySample()
    read = Reader(lambda field, seen: client.export.unexpected("/export", field, seen))
    with closing(exported_records(client, first, min(last + LATE, ready), unreadable)) as records:
        cut_short = not sample.fill(_of_day(records, wanted, day, zone, read, unreadable), sample_size)
    note = unreadable.told(str(day))
    if note is not None and tell is not None:
        tell(note)
    return sample.profiles(day, cut_short)


def _of_day(
    records: Iterator[Record], wanted: frozenset[str], day: date, zone: ZoneInfo, read: Reader, unreadable: Unreadable
) -> Iterator[Sampled]:
    for record in records:
        try:
            name = read.text(record["event_type"], "event_type")
            if name not in wanted or event_instant(record.get("event_time"), read).astimezone(zone).date() != day:
                continue
            properties = read.mapping(record.get("event_properties") or {}, "event_properties")
        except UnexpectedShape as error:
            unreadable.record(error.message)
            continue
        yield name, _identity(record, name), properties, part_of(record, PARTS), 0


def event_instant(value: object, read: Reader) -> datetime:
    """The instant of an `event_time` such as "2022-10-24 20:07:32.123000": UTC, and written without a zone."""
    text = read.text(value, "event_time")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        read.fail("event_time", f"is {text[:40]!r}, which is no time")
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def _identity(record: Record, name: str) -> int | None:
    """Amplitude takes an `insert_id` once from each device; an event without one is never the same as another."""
    insert_id = record.get("$insert_id", record.get("insert_id"))
    if insert_id is None:
        return None
    whole = repr((name, record.get("device_id"), record.get("user_id"), record.get("event_time"), insert_id)).encode()
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), "little")
