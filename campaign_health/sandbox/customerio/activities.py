"""Customer.io's list of activities, as far as it tells which events came in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import islice
from typing import Any

from campaign_health.sandbox.customerio.error_bodies import error
from campaign_health.sandbox.customerio.making_deliveries import known_as
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.world.counting import instants_of
from campaign_health.sandbox.world.people import person_id
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import World

KEPT_DAYS = 30
_PAGE, _MOST = 10, 100
_OTHER_TYPES = ("failed_event", "skipped_update", "failed_attribute_change", "attribute_change")


class Activities:
    """Answers ``/activities``: the app sends each event to Mixpanel and to Customer.io, under the same name."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def answer(self, call: Call, ids: list[str]) -> Answer:
        """The newest first, of the last 30 days."""
        kind = call.get("type")
        if kind not in ("event", *_OTHER_TYPES):
            raise Refusal(error("invalid type", 400))
        try:
            cursor = call.get("start")
            start = int(base64.b64decode(cursor, validate=True)) if cursor else 0
            limit = min(int(call.get("limit") or _PAGE), _MOST)
        except ValueError:
            raise Refusal(error("invalid start or limit", 400)) from None
        newest = self._newest(call.get("name")) if kind == "event" else self._not_done(kind)
        found = list(islice(newest, start, start + limit + 1))
        more = base64.b64encode(str(start + limit).encode()).decode() if len(found) > limit else ""
        return json_answer({"activities": found[:limit], "next": more})

    def _not_done(self, kind: str) -> Iterator[dict[str, Any]]:
        for place, (of, at) in reversed(list(enumerate(self.setting.world.received.not_done))):
            if of == kind:
                yield {"id": f"{place:026d}", "type": kind, "timestamp": at, "customer_id": "", "data": {}}

    def _newest(self, name: str | None) -> Iterator[dict[str, Any]]:
        world, now = self.setting.world, self.setting.now().timestamp()
        for event in reversed(world.received.events):
            if name in (None, event.name):
                yield _activity(world, event.person, event.name, event.timestamp, event.ulid)
        events = [one for one in world.events.values() if name in (None, one.name)]
        today = min(world.index(world.today(self.setting.now())), world.days - 1)
        for day in range(today, max(today - KEPT_DAYS, -1), -1):
            for one in events:
                times = instants_of(int(one.daily[day]), int(world.starts[day]), int(world.starts[day + 1]))
                for number in range(len(times) - 1, -1, -1):
                    if times[number] <= now:
                        place = f"{abs(hash((one.name, day, number))) % 10**20:026d}"
                        yield _activity(world, person_id(day, number), one.name, int(times[number]), place)


def _activity(world: World, person: str, name: str, timestamp: int, place: str) -> dict[str, Any]:
    return {
        "id": place,
        "type": "event",
        "name": name,
        "timestamp": timestamp,
        "customer_id": person,
        "customer_identifiers": known_as(world, person),
        "data": {},
    }
