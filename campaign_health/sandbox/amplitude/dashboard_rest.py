"""Amplitude's Dashboard REST API: the list of events, and daily totals of one."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaign_health.sandbox.amplitude.access_by_cost import AmplitudeAccess, error
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.mixpanel.counts import series
from campaign_health.sandbox.world.setting import Setting

_ENDPOINTS = {"/events/list": "amplitude.list", "/events/segmentation": "amplitude.segmentation"}
_MOST_DAYS = 365


class AmplitudeDashboard:
    """Answers ``{base}/events/list`` and ``{base}/events/segmentation``."""

    def __init__(self, setting: Setting, access: AmplitudeAccess) -> None:
        self.setting = setting
        self.access = access

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        return _ENDPOINTS.get(call.path)

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call within the limits."""
        self.access.check(call)
        with self.access.running():
            self.setting.pause()
            if call.path == "/events/list":
                self.access.spend(1)
                return self._list()
            return self._segmentation(call)

    def _list(self) -> Answer:
        """Every event that ever happened or is declared, with this week's totals."""
        world, now = self.setting.world, self.setting.now()
        declared = {entry["name"]: _marks(entry) for entry in world.schemas if entry["entityType"] == "event"}
        last = min(world.today(now), world.last_day)
        first = max(last - timedelta(days=last.weekday()), world.first_day)
        _, before = series(world, now, list(world.events), world.first_day, last, "days")
        _, week = series(world, now, list(world.events), first, last, "days")
        totals = {
            name: int(this.sum())
            for name, all_days, this in zip(world.events, before, week, strict=True)
            if all_days.sum()
        }
        entries = []
        for number, name in enumerate(dict.fromkeys([*totals, *declared]), start=1):
            marks = declared.get(name, {})
            entries.append(
                {
                    "id": number,
                    "value": name,
                    "name": marks.get("displayName") or name,
                    "totals": totals.get(name, 0),
                    "hidden": marks.get("hidden") is True,
                    "deleted": marks.get("dropped") is True,
                    "non_active": False,
                    "flow_hidden": False,
                }
            )
        return json_answer({"data": entries})

    def _segmentation(self, call: Call) -> Answer:
        """Daily totals of one event in the project's zone."""
        world, now = self.setting.world, self.setting.now()
        name, first, last = _event(call), _day(call, "start"), _day(call, "end")
        if call.get("m") != "totals" or call.get("i") != "1" or call.get("e2"):
            raise Refusal(error("The sandbox counts the daily totals of one event (m=totals, i=1) only", 400))
        days = (last - first).days + 1
        if not 1 <= days <= _MOST_DAYS:
            raise Refusal(error(f"Invalid date range: 1 to {_MOST_DAYS} days", 400))
        self.access.spend(days)
        starts, matrix = series(world, now, [name], first, last, "days")
        numbers = matrix[0].tolist()
        labels = [datetime.fromtimestamp(start, world.zone).strftime("%Y-%m-%d") for start in starts]
        collapsed = [[{"setId": "", "value": sum(numbers)}]]
        data = {"xValues": labels, "series": [numbers], "seriesLabels": [0], "seriesCollapsed": collapsed}
        return json_answer({"data": data})


def _marks(entry: dict[str, Any]) -> dict[str, Any]:
    marks: dict[str, Any] = entry["schemaJson"].get("metadata", {}).get("com.mixpanel", {})
    return marks


def _event(call: Call) -> str:
    try:
        event = json.loads(call.get("e") or "")
    except ValueError:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str) or set(event) != {"event_type"}:
        raise Refusal(error("Invalid chart definition: e is an object with an event_type", 400))
    return str(event["event_type"])


def _day(call: Call, name: str) -> date:
    try:
        return datetime.strptime(call.get(name) or "", "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Refusal(error(f"Invalid {name}: a day is written YYYYMMDD", 400)) from None
