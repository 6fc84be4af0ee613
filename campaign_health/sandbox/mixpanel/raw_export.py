"""Mixpanel's raw export: the world's counts as one JSON line per event, streamed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from campaign_health.sandbox.http.exchange import Answer, Call, Refusal
from campaign_health.sandbox.mixpanel.access import MixpanelAccess, error
from campaign_health.sandbox.mixpanel.counts import HOT_SHARD
from campaign_health.sandbox.mixpanel.parameters import day, event_names, required, whole_number
from campaign_health.sandbox.world.counting import instants_of
from campaign_health.sandbox.world.day_bounds import midnight
from campaign_health.sandbox.world.people import person_id
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import MISSING, EventTruth

Times = npt.NDArray[np.float64]

_MOST = 100_000


class MixpanelExport:
    """Answers ``{export}``."""

    def __init__(self, setting: Setting, access: MixpanelAccess) -> None:
        self.setting = setting
        self.access = access

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        return "mixpanel.export" if call.path == "/export" else None

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call within the limits."""
        self.access.check(call, call.get("project_id"))
        self.access.export(call)
        self.setting.pause()
        first = day(call, "from_date", required(call, "from_date"))
        last = day(call, "to_date", required(call, "to_date"))
        if call.get("where"):
            raise Refusal(error("The sandbox does not evaluate 'where'", 400, call))
        zone = ZoneInfo("UTC") if self.setting.world.time_storage == "utc" else self.setting.world.zone
        if last > self.setting.now().astimezone(zone).date():
            raise Refusal(Answer(400, b"to_date cannot be later than today", content_type="text/plain"))
        if first > last:
            raise Refusal(error("from_date must not be later than to_date", 400, call))
        limit = whole_number(call, "limit", _MOST + 1)
        if call.get("limit") and limit > _MOST:
            raise Refusal(error(f"limit cannot be over {_MOST}", 400, call))
        names = event_names(call, call.get("event") or "[]") or None
        in_milliseconds = call.get("time_in_ms") in ("true", "True", "1")
        lines = self._lines(first, last, zone, names, in_milliseconds)
        stream = _chunks(lines, limit if call.get("limit") else None)
        return Answer(200, stream=stream, content_type="text/plain; charset=utf-8")

    def _lines(
        self, first: date, last: date, zone: ZoneInfo, names: list[str] | None, in_milliseconds: bool
    ) -> Iterator[str]:
        world, now = self.setting.world, self.setting.now()
        start, end = midnight(first, zone), min(midnight(last + timedelta(days=1), zone), int(now.timestamp()))
        known = {name: world.seen("events", event.daily, now) for name, event in world.events.items()}
        days = range(
            max(0, int(np.searchsorted(world.starts, start, side="right")) - 1),
            min(world.days, int(np.searchsorted(world.starts, end, side="left"))),
        )
        utc = world.time_storage == "utc"
        for index in days:
            bounds = int(world.starts[index]), int(world.starts[index + 1])
            for name, event in world.events.items():
                count = int(known[name][index])
                if not count or not (names is None or name in names or _is_hot(event, index, names)):
                    continue
                times = instants_of(count, *bounds)
                yield from _event_lines(
                    event,
                    index,
                    count,
                    np.flatnonzero((times >= start) & (times < end)).tolist(),
                    times if utc else times + _wall_clock_shift(times, *bounds, world.zone),
                    names,
                    1000 if in_milliseconds else 1,
                    world.duplicate_every,
                )


def _event_lines(
    event: EventTruth,
    day_index: int,
    count: int,
    numbers: list[int],
    times: Times,
    names: list[str] | None,
    factor: int,
    duplicate_every: int,
) -> Iterator[str]:
    """Lines of one event's day; its duplicates follow at the end, processed later."""
    parts = [
        (prop.stride, [_fragment(prop.name, value) for value in prop.values])
        for prop in event.properties
        if prop.on(day_index)
    ]
    hot = int(event.hot_shard[day_index]) if event.hot_shard is not None else 0
    own_name, insert = (
        json.dumps(event.name, ensure_ascii=False),
        f"{zlib.crc32(event.name.encode()):08x}{day_index:04x}",
    )
    stamps = np.floor(times * factor).astype(np.int64).tolist()
    again: list[str] = []
    for number in numbers:
        renamed = hot and (number + 1) * hot // count > number * hot // count
        if names is not None and (HOT_SHARD if renamed else event.name) not in names:
            continue
        # Two events may share an id by mistake of a client; they are two events all the same.
        shared = number - 1 if number % 50 == 49 else number
        carried = "".join(fragments[number * stride % len(fragments)] for stride, fragments in parts)
        if renamed:
            carried += f',"mp_original_event_name":{own_name}'
        head = (
            f'{{"event":{json.dumps(HOT_SHARD) if renamed else own_name},"properties":{{"time":{stamps[number]},'
            f'"distinct_id":"{person_id(day_index, number)}","$insert_id":"{insert}{shared:06x}"{carried},'
            '"mp_processing_time_ms":'
        )
        processed = stamps[number] * (1000 // factor) + 2123
        yield f"{head}{processed}}}}}\n"
        if duplicate_every and number % duplicate_every == 37 % duplicate_every:
            again.append(f"{head}{processed + 600_000}}}}}\n")
    if hot and numbers and (names is None or "$hotshard_record" in names):
        yield f'{{"event":"$hotshard_record","properties":{{"time":{stamps[numbers[0]]},"distinct_id":"u-0"}}}}\n'
    yield from again


def _fragment(name: str, value: object) -> str:
    if value is MISSING:
        return ""
    return f",{json.dumps(name, ensure_ascii=False)}:{json.dumps(value, ensure_ascii=False)}"


def _is_hot(event: EventTruth, index: int, names: list[str]) -> bool:
    return HOT_SHARD in names and event.hot_shard is not None and bool(event.hot_shard[index])


def _wall_clock_shift(times: Times, start: int, end: int, zone: ZoneInfo) -> npt.NDArray[np.int64]:
    """For projects made before 2023: seconds to add so that the local clock reads as if it were UTC."""
    quarters = range(start, end, 900)
    offsets = np.array([_offset(instant, zone) for instant in quarters], dtype=np.int64)
    return offsets[((times - start) // 900).astype(np.int64)]


def _offset(instant: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _chunks(lines: Iterator[str], limit: int | None) -> Iterator[bytes]:
    gathered: list[str] = []
    size = 0
    for number, line in enumerate(lines):
        if limit is not None and number >= limit:
            break
        gathered.append(line)
        size += len(line)
        if size > 65_536:
            yield "".join(gathered).encode()
            gathered, size = [], 0
    if gathered:
        yield "".join(gathered).encode()
