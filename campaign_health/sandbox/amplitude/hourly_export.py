"""Amplitude's raw export: a zip of gzipped JSON lines, by the hour in which events were taken in."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from campaign_health.sandbox.amplitude.access_by_cost import AmplitudeAccess, error
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal
from campaign_health.sandbox.world.counting import instants_of
from campaign_health.sandbox.world.people import person_id
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import MISSING, EventTruth

HOUR = timedelta(hours=1)
_READY_AFTER = timedelta(hours=2)
# What Mixpanel calls properties stands at the top of an event here.
_PLACES = {"mp_lib": "library", "$os": "os_name", "$app_version_string": "version_name"}
_EVERY_LATE = 50


class AmplitudeExport:
    """Answers ``{base}/export``. Each fiftieth event is taken in half an hour late, all others at once."""

    def __init__(self, setting: Setting, access: AmplitudeAccess) -> None:
        self.setting = setting
        self.access = access

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        return "amplitude.export" if call.path == "/export" else None

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call within the limits."""
        self.access.check(call)
        with self.access.running():
            self.setting.pause()
            first, last = _hour(call, "start"), _hour(call, "end")
            if first > last or last - first > timedelta(days=365):
                raise Refusal(error("Invalid range: start to end, 365 days at most", 400))
            if (last - first) // HOUR >= self.setting.limits.amplitude_export_hours:
                raise Refusal(error("The export is larger than 4 GB: ask for fewer hours", 400))
            ready = self.setting.now() - _READY_AFTER - HOUR
            packed, is_empty = io.BytesIO(), True
            with zipfile.ZipFile(packed, "w") as archive:
                hour = first
                while hour <= min(last, ready):
                    lines = "".join(self._lines(int(hour.timestamp())))
                    if lines:
                        is_empty = False
                        name = f"4242/4242_{hour:%Y-%m-%d_%-H}#0.json.gz"
                        archive.writestr(name, gzip.compress(lines.encode(), 1))
                    hour += HOUR
            if is_empty:
                raise Refusal(Answer(404, b"Raw data files were not found.", content_type="text/plain"))
            return Answer(200, packed.getvalue(), content_type="application/zip")

    def _lines(self, hour: int) -> Iterator[str]:
        world, now = self.setting.world, self.setting.now()
        known = {name: world.seen("events", event.daily, now) for name, event in world.events.items()}
        earliest = int(np.searchsorted(world.starts, hour - 1800, side="right")) - 1
        for index in range(max(0, earliest), min(world.days, earliest + 3)):
            start, end = int(world.starts[index]), int(world.starts[index + 1])
            for name, event in world.events.items():
                count = int(known[name][index])
                times = instants_of(count, start, end)
                uploaded = times + np.where(np.arange(count) % _EVERY_LATE == 7, 1800.0, 0.0)
                for number in np.flatnonzero((uploaded >= hour) & (uploaded < hour + 3600)).tolist():
                    record = _record(event, index, number, float(times[number]), float(uploaded[number]))
                    yield record
                    if world.duplicate_every and number % world.duplicate_every == 37 % world.duplicate_every:
                        yield record


def _record(event: EventTruth, index: int, number: int, time: float, uploaded: float) -> str:
    carried = {prop.name: prop.value(number) for prop in event.properties if prop.on(index)}
    carried = {name: value for name, value in carried.items() if value is not MISSING}
    top: dict[str, Any] = {_PLACES[name]: carried.pop(name) for name in list(carried) if name in _PLACES}
    person = person_id(index, number)
    record = {
        "event_type": event.name,
        "event_time": _written(time),
        "server_upload_time": _written(uploaded),
        "user_id": person,
        "device_id": f"device of {person}",
        "$insert_id": f"{zlib.crc32(event.name.encode()):08x}{index:04x}{number:06x}",
        "event_properties": carried,
        "user_properties": {},
        **top,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _written(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _hour(call: Call, name: str) -> datetime:
    try:
        return datetime.strptime(call.get(name) or "", "%Y%m%dT%H").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(error(f"Invalid {name}: an hour is written YYYYMMDDTHH", 400)) from None
