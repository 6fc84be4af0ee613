"""Mixpanel's Query API: event names, counts, and properties by Query's own reckoning."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.mixpanel import counts
from campaign_health.sandbox.mixpanel.access import MixpanelAccess, error
from campaign_health.sandbox.mixpanel.parameters import (
    UNITS,
    choice,
    day,
    event_names,
    gate,
    required,
    whole_number,
    window,
)
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import EventTruth

_TYPES = ["general", "unique", "average"]
_PROPERTY = re.compile(r"""(?:properties\[)?["']?([^"'\]]+)["']?\]?$""")


class MixpanelQuery:
    """Answers ``{query}/events`` and its neighbours."""

    def __init__(self, setting: Setting, access: MixpanelAccess) -> None:
        self.setting = setting
        self.access = access
        self._paths: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "/events": ("mixpanel.query.events", self.events),
            "/events/names": ("mixpanel.query.names", self.names),
            "/events/top": ("mixpanel.query.top", self.top),
            "/events/properties": ("mixpanel.query.properties", self.properties),
            "/events/properties/top": ("mixpanel.query.properties_top", self.properties_top),
            "/events/properties/values": ("mixpanel.query.property_values", self.property_values),
            "/segmentation": ("mixpanel.query.segmentation", self.segmentation),
        }

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        return self._paths[call.path][0] if call.path in self._paths else None

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call within the limits."""
        self.access.check(call, call.get("project_id"))
        with self.access.query(call):
            self.setting.pause()
            return self._paths[call.path][1](call)

    def events(self, call: Call) -> Answer:
        """Counts of several events per hour, day, week or month of the project's zone."""
        _general(call)
        unit = choice(call, "unit", list(UNITS))
        asked = event_names(call, required(call, "event"))
        most = self.setting.limits.max_events_per_call
        if most is not None and len(asked) > most:
            raise Refusal(error(f"Too many events: {len(asked)}, the most is {most}", 400, call))
        first, last = window(call, self._today(), self.setting.limits.history_days, unit)
        labels, rows = self._series(asked, first, last, unit)
        values = {name: row for name, row in zip(asked, rows, strict=True) if any(row)}
        return _envelope(labels, values)

    def names(self, call: Call) -> Answer:
        """The most common names of the last 31 days, or of the dates given (which are undocumented)."""
        _general(call)
        today, limits = self._today(), self.setting.limits
        last = day(call, "to_date", call.get("to_date") or today.isoformat())
        first = day(call, "from_date", call.get("from_date") or (last - timedelta(days=30)).isoformat())
        if call.get("from_date"):
            gate(call, first, today, limits.history_days)
        world = self.setting.world
        first, last = max(first, world.first_day), min(last, world.last_day)
        if first > last:
            return json_answer([])
        known = counts.names(world)
        _, matrix = counts.series(world, self.setting.now(), known, first, last, "days")
        ranked = sorted(zip((-matrix.sum(axis=1)).tolist(), known, strict=True))
        limit = min(whole_number(call, "limit", 255), limits.names_per_call)
        return json_answer([name for total, name in ranked if total < 0][:limit])

    def top(self, call: Call) -> Answer:
        """Today's most common events, each with its change from yesterday."""
        kind = _general(call)
        today = self._today()
        known = counts.names(self.setting.world)
        _, rows = self._series(known, today - timedelta(days=1), today, "day")
        top = sorted(((row[1], row[0], name) for name, row in zip(known, rows, strict=True) if row[1]), reverse=True)
        events = [
            {"event": name, "amount": now, "percent_change": round(now / before - 1, 6) if before else 1.0}
            for now, before, name in top[: whole_number(call, "limit", 100)]
        ]
        return json_answer({"type": kind, "events": events})

    def properties_top(self, call: Call) -> Answer:
        """The event's most common properties and how many events of the last 31 days carry them."""
        event = self.setting.world.events.get(required(call, "event"))
        limit = whole_number(call, "limit", 10)
        found: dict[str, dict[str, int]] = {}
        for prop in event.properties if event else ():
            total = sum(sum(day.values()) for day in self._recent_values(event, prop.name))
            if total:
                found[prop.name] = {"count": total}
        ranked = dict(sorted(found.items(), key=lambda item: -item[1]["count"])[:limit])
        if event and len(ranked) < limit:
            ranked["$mp_api_endpoint"] = {}
        return json_answer(ranked)

    def property_values(self, call: Call) -> Answer:
        """The most common values of a property, as text."""
        event = self.setting.world.events.get(required(call, "event"))
        total: Counter[str] = Counter()
        for counted in self._recent_values(event, required(call, "name")):
            total.update(counted)
        return json_answer([value for value, _ in total.most_common(whole_number(call, "limit", 255))])

    def properties(self, call: Call) -> Answer:
        """Counts of one event by the values of one property."""
        _general(call)
        choice(call, "unit", ["day"])
        wanted = event_names(call, call.get("values") or "[]")
        return self._by_value(call, required(call, "event"), required(call, "name"), wanted, 255)

    def segmentation(self, call: Call) -> Answer:
        """Counts of one event, by the values of one property where ``on`` names it."""
        choice(call, "type", _TYPES[:1], "general")
        unit = choice(call, "unit", list(UNITS), "day")
        if call.get("where"):
            raise Refusal(error("The sandbox does not evaluate 'where'", 400, call))
        event, on = required(call, "event"), call.get("on")
        if on is None:
            first, last = window(call, self._today(), self.setting.limits.history_days, unit)
            labels, rows = self._series([event], first, last, unit)
            return _envelope(labels, {event: rows[0]})
        named = _PROPERTY.match(on.strip())
        if named is None or unit != "day":
            raise Refusal(error("The sandbox segments days by one property", 400, call))
        return self._by_value(call, event, named[1], [], 60)

    def _by_value(self, call: Call, name: str, prop: str, wanted: list[str], most: int) -> Answer:
        first, last = window(call, self._today(), self.setting.limits.history_days)
        labels, rows = self._series([name], first, last, "day")
        event, start = self.setting.world.events.get(name), self.setting.world.index(first)
        by_value: dict[str, list[int]] = {}
        for offset, events in enumerate(rows[0]):
            counted = counts.value_counts(event, prop, start + offset, events) if event else Counter()
            for value, times in counted.items():
                by_value.setdefault(value, [0] * len(labels))[offset] = times
        ranked = sorted(by_value, key=lambda value: -sum(by_value[value]))[: whole_number(call, "limit", most)]
        return _envelope(labels, {value: by_value[value] for value in ranked if not wanted or value in wanted})

    def _recent_values(self, event: EventTruth | None, prop: str) -> list[Counter[str]]:
        if event is None:
            return []
        last = min(self._today(), self.setting.world.last_day)
        first = max(last - timedelta(days=30), self.setting.world.first_day)
        if first > last:
            return []
        _, rows = self._series([event.name], first, last, "day")
        start = self.setting.world.index(first)
        return [counts.value_counts(event, prop, start + i, events) for i, events in enumerate(rows[0])]

    def _series(self, asked: list[str], first: date, last: date, unit: str) -> tuple[list[str], list[list[int]]]:
        world = self.setting.world
        starts, matrix = counts.series(world, self.setting.now(), asked, first, last, UNITS[unit])
        form = "%Y-%m-%d %H:%M:%S" if unit == "hour" else "%Y-%m-%d"
        return [datetime.fromtimestamp(start, world.zone).strftime(form) for start in starts], matrix.tolist()

    def _today(self) -> date:
        return self.setting.world.today(self.setting.now())


def _general(call: Call) -> str:
    kind = choice(call, "type", _TYPES)
    if kind != "general":
        raise Refusal(error("The sandbox counts events (type=general) only", 400, call))
    return kind


def _envelope(labels: list[str], values: dict[str, list[int]]) -> Answer:
    """Mixpanel's series; some names leave out their zeros and some answers list the buckets backwards.

    Both are seen in the field, and a reader has to bear them.
    """
    mapped: dict[str, dict[str, Any]] = {}
    for name, row in values.items():
        keep_zeros = zlib.crc32(name.encode()) % 2 == 0
        # The hour that a clock change repeats has one label: its two buckets add up.
        days: dict[str, int] = {}
        for label, number in zip(labels, row, strict=True):
            if number or keep_zeros:
                days[label] = days.get(label, 0) + number
        mapped[name] = days
    listed = list(dict.fromkeys(labels))
    if zlib.crc32(json.dumps(sorted(mapped)).encode()) % 3 == 0:
        listed.reverse()
    return json_answer({"data": {"series": listed, "values": mapped}, "legend_size": len(mapped)})
