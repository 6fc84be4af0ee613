"""Customer.io's Track API: people are put into manual segments with it, and events are sent to it."""

from __future__ import annotations

import base64
import re

from campaign_health.sandbox.customerio.making_deliveries import is_there
from campaign_health.sandbox.customerio.track_operations import TrackOperations
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.world.people import person_named
from campaign_health.sandbox.world.setting import Setting

MOST_IDS = 1000
_OPERATIONS = {"/api/v2/entity": "entity", "/api/v2/batch": "batch"}
_MEMBERS = re.compile(r"/api/v1/segments/(\d+)/(add|remove)_customers")


class CustomerIoTrack:
    """Answers what stands behind ``https://track.customer.io``."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        if call.path in _OPERATIONS:
            return f"customerio-track.{_OPERATIONS[call.path]}"
        found = _MEMBERS.fullmatch(call.path)
        if found:
            return f"customerio-track.{found[2]}_customers"
        return "customerio-track.region" if call.path == "/api/v1/accounts/region" else None

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call."""
        keys = self.setting.keys
        signed = base64.b64encode(f"{keys.site_id}:{keys.track_api_key}".encode()).decode()
        if call.headers.get("Authorization", "") != f"Basic {signed}":
            raise Refusal(json_answer({"meta": {"error": "Unauthorized request"}}, 401))
        self.setting.pause()
        if call.path in _OPERATIONS:
            operations = TrackOperations(self.setting)
            return operations.batch(call) if call.path.endswith("/batch") else operations.entity(call)
        found = _MEMBERS.fullmatch(call.path)
        if found is None:
            return json_answer({"region": "us", "data_center": "us"})
        return self._change(call, int(found[1]), is_added=found[2] == "add")

    def _change(self, call: Call, segment: int, *, is_added: bool) -> Answer:
        """Ids of another kind, and of people who are not there, are passed over without a word."""
        asked = call.posted()
        ids = asked.get("ids") if isinstance(asked, dict) else None
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IDS or not all(isinstance(one, str) for one in ids):
            raise Refusal(json_answer({"meta": {"errors": [f"ids must hold 1 to {MOST_IDS} ids"]}}, 400))
        members = self.setting.world.people.members.get(segment)
        if members is None:
            raise Refusal(json_answer({"meta": {"error": "segment not found"}}, 404))
        kind = call.get("id_type") or "id"
        people = ids if kind == "id" else [person_named(kind, one) for one in ids if kind != "email" or "@" in one]
        if is_added:
            members.update(one for one in people if is_there(self.setting, one))
        else:
            members.difference_update(ids)
        return json_answer({})
