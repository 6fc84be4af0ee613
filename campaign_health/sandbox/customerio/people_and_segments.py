"""Customer.io's App API on people: their profiles, and the manual segments that they are put into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_health.sandbox.customerio.error_bodies import error
from campaign_health.sandbox.customerio.making_deliveries import is_there, known_as
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.world.people import identifiers
from campaign_health.sandbox.world.setting import Setting

MOST_ASKED = 100
_MOST_MEMBERS = 30_000


class PeopleAndSegments:
    """Answers for one setting."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def paths(self) -> list[tuple[str, str, Callable[[Call, list[str]], Answer]]]:
        """What is answered: pattern, the endpoint's name, the method."""
        return [
            (r"/v1/customers/attributes", "people", self._people),
            (r"/v1/segments/([^/]+)/membership", "membership", self._membership),
        ]

    def new_segment(self, call: Call) -> Answer:
        """Makes a manual segment, though there is one of its name already."""
        asked = call.posted()
        segment = asked.get("segment") if isinstance(asked, dict) else None
        name = segment.get("name") if isinstance(segment, dict) else None
        if not isinstance(name, str) or not name:
            raise Refusal(error("segment name is required", 400))
        world = self.setting.world
        number = max((int(one["id"]) for one in world.segments), default=0) + 1
        moment = int(self.setting.now().timestamp())
        made = {"id": number, "deduplicate_id": f"{number}:{moment}", "name": name, "state": "finished",
                "progress": None, "type": "manual", "created_at": moment, "updated_at": moment}  # fmt: skip
        made["description"] = str(segment.get("description") or "") if isinstance(segment, dict) else ""
        world.segments.append(made)
        world.people.members[number] = set()
        return json_answer({"segment": made})

    def _people(self, call: Call, ids: list[str]) -> Answer:
        asked = call.posted()
        wanted = asked.get("ids") if isinstance(asked, dict) else None
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_ASKED:
            raise Refusal(error(f"ids must hold 1 to {MOST_ASKED} ids", 400))
        there = [one for one in map(str, wanted) if is_there(self.setting, one)]
        return json_answer({"customers": [{"customer": self._profile(one)} for one in there]})

    def _profile(self, person: str) -> dict[str, Any]:
        truth = self.setting.world.people
        who = known_as(self.setting.world, person)
        attributes: dict[str, Any] = {name: value for name, value in who.items() if value is not None}
        for whose, told in self.setting.world.received.identified:
            if whose == person:
                attributes |= told
        return {
            "id": person,
            "identifiers": who,
            "attributes": attributes,
            "timestamps": {},
            "unsubscribed": person in truth.unsubscribed,
            "devices": [],
        }

    def _membership(self, call: Call, ids: list[str]) -> Answer:
        members = self.setting.world.people.members.get(int(ids[0])) if ids[0].isdecimal() else None
        if members is None:
            raise Refusal(error("segment not found", 404))
        start, limit = int(call.get("start") or 0), min(int(call.get("limit") or 1000), _MOST_MEMBERS)
        found = sorted(members)
        page = found[start : start + limit]
        more = str(start + limit) if start + limit < len(found) else ""
        return json_answer({"ids": page, "identifiers": [identifiers(one) for one in page], "next": more})
