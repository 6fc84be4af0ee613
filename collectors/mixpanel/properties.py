"""Which properties the events of one day carried, of which JSON type, and from which part of the traffic; no values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from collectors.errors import CollectorError, ExportCutOff, NotFound, RequestRefused, UnexpectedShape
from collectors.event_parts import part_of
from collectors.http.client import Progress
from collectors.http.shape import Reader
from collectors.mixpanel.batches import Batches, name_list
from collectors.mixpanel.event_counts import TOO_MUCH
from collectors.mixpanel.export.export_counts import read_export
from collectors.mixpanel.export.export_events import HOT_SHARD, LocalDay, read_event
from collectors.mixpanel.export.export_stream import Record
from collectors.mixpanel.export.export_windows import export_windows
from collectors.mixpanel.project_apis import MixpanelClient, reader
from collectors.property_sample import SAMPLE_SIZE, PropertySample, Sampled
from collectors.unreadable import Unreadable
from storage.records import PropertyProfile


def fetch_property_profiles(
    client: MixpanelClient,
    events: Sequence[str],
    day: date,
    zone: ZoneInfo,
    now: datetime,
    sample_size: int = SAMPLE_SIZE,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[PropertyProfile]:
    """What the named events carried on a local day, from one streamed export.

    One export serves as many names as one address holds. Where the day has more events than `sample_size`, the
    first that come are the sample, and each profile says `sampled`. An event without any that day has no profile.

    Args:
        client: The project.
        events: Event names.
        day: The local day.
        zone: The workspace's zone.
        now: The present.
        sample_size: Most events to read of one export.
        progress: Told how many events are profiled, of how many.
        tell: Told of records that could not be read and were left out.

    Raises:
        ExportCutOff: the export broke twice.
        CollectorError: by what went wrong.
    """
    wanted = list(dict.fromkeys(events))
    windows = export_windows(day, day, zone, client.time_storage, now)
    dates: dict[str, str | int] = {
        "project_id": client.project_id,
        "from_date": windows[0].from_date.isoformat(),
        "to_date": windows[-1].to_date.isoformat(),
    }
    # Mixpanel may have renamed the events of a person who has too many: those are asked for with every batch.
    extra = len(urlencode({"": name_list([HOT_SHARD])}))
    batches = Batches(wanted, len(client.export.address("")) + len(urlencode(dates)) + extra)
    profiles: list[PropertyProfile] = []
    second_try = True
    while len(batches):
        batch = batches.peek()
        parameters = {**dates, "event": name_list([*batch, HOT_SHARD])}
        try:
            found, note = _profile(client, parameters, frozenset(batch), day, zone, sample_size)
        except ExportCutOff:
            if not second_try:
                raise
            second_try = False
            continue
        except CollectorError as error:
            if _too_long(error) and batches.halve(batch):
                continue
            raise
        profiles += found
        if note is not None and tell is not None:
            tell(note)
        batches.done(batch)
        if progress is not None:
            progress(len(wanted) - len(batches), len(wanted), "events' properties")
    return profiles


def _too_long(error: CollectorError) -> bool:
    if not isinstance(error, RequestRefused) or isinstance(error, NotFound):
        return False
    return error.status in TOO_MUCH and "_date" not in error.message


def _profile(
    client: MixpanelClient,
    parameters: dict[str, str | int],
    wanted: frozenset[str],
    day: date,
    zone: ZoneInfo,
    sample_size: int,
) -> tuple[list[PropertyProfile], str | None]:
    read = reader(client.export, "")
    local_day = LocalDay(zone, client.time_storage, read)
    sample = PropertySample()
    unreadable = Unreadable("Mixpanel")
    with closing(read_export(client, parameters, unreadable)) as records:
        cut_short = not sample.fill(_of_day(records, wanted, day, local_day, read, unreadable), sample_size)
    return sample.profiles(day, cut_short), unreadable.told(str(day))


def _of_day(
    records: Iterator[Record],
    wanted: frozenset[str],
    day: date,
    local_day: LocalDay,
    read: Reader,
    unreadable: Unreadable,
) -> Iterator[Sampled]:
    for record in records:
        try:
            event = read_event(record, read)
            is_of_day = event is not None and event.name in wanted and local_day(event.time) == day
        except UnexpectedShape as error:
            unreadable.record(error.message)
            continue
        if event is not None and is_of_day:
            properties = record["properties"]
            processed = properties.get("mp_processing_time_ms")
            moment = processed if isinstance(processed, int | float) else 0
            yield event.name, event.identity, properties, part_of(properties), moment
