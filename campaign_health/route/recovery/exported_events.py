"""Single events of people, read out of Mixpanel's raw export: each event once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.route.recovery.qualifying import PersonEvent
from collectors.errors import UnexpectedShape
from collectors.mixpanel.export.export_counts import read_export
from collectors.mixpanel.export.export_events import read_event
from collectors.mixpanel.project_apis import MixpanelClient, reader
from collectors.unreadable import Unreadable
from collectors.zone_days import day_of, days_from

DAYS_AT_ONCE = 14
"""Few names over many days are a small answer, and Mixpanel allows 60 exports an hour for all of a project's tools."""


def events_between(
    client: MixpanelClient, names: Sequence[str], begin: float, end: float, zone: ZoneInfo, now: datetime
) -> Iterator[PersonEvent]:
    """The events of these names from the instant `begin` (Unix seconds) to before `end`; duplicates are left out.

    Old projects store the wall clock of their zone as if it were UTC; their times are turned into instants.

    Raises:
        CollectorError: by what went wrong; an export that was cut off is one of them.
    """
    in_zone = client.time_storage == "project"
    of_days = zone if in_zone else UTC
    first, last = day_of(begin, of_days), min(day_of(end - 1, of_days), now.astimezone(of_days).date())
    read = reader(client.export, "")
    seen: set[int] = set()
    for day in days_from(first, last)[::DAYS_AT_ONCE]:
        until = min(last, day + timedelta(days=DAYS_AT_ONCE - 1))
        unreadable = Unreadable("Mixpanel")
        for record in read_export(client, _asked(client, names, day, until), unreadable):
            try:
                event = read_event(record, read)
            except UnexpectedShape as error:
                unreadable.record(error.message)
                continue
            if event is None or event.name not in names or (event.identity is not None and event.identity in seen):
                continue
            if event.identity is not None:
                seen.add(event.identity)
            time = _instant(event.time, zone) if in_zone else float(event.time)
            if begin <= time < end:
                yield PersonEvent(time, record["properties"], event.name)
        unreadable.told(f"{day} to {until}")


def _asked(client: MixpanelClient, names: Sequence[str], first: date, last: date) -> dict[str, str | int]:
    # The hot-shard limit gives an event another name; its own comes back in `read_event`.
    return {
        "project_id": client.project_id,
        "from_date": first.isoformat(),
        "to_date": last.isoformat(),
        "event": json.dumps([*names, "$hotshard_events"]),
    }


def _instant(wall_clock: int, zone: ZoneInfo) -> float:
    return datetime.fromtimestamp(wall_clock, UTC).replace(tzinfo=zone).timestamp()
