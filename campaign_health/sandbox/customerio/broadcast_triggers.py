"""Customer.io's API-triggered broadcasts as somebody triggers them, and the messages that come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_health.sandbox.customerio.error_bodies import error, rate_limited
from campaign_health.sandbox.customerio.making_deliveries import is_there, may_get
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.http.limits import Meter
from campaign_health.sandbox.world.received import BroadcastTrigger, MadeDelivery
from campaign_health.sandbox.world.setting import Setting

SECONDS_BETWEEN = 10.0
MOST_PEOPLE = 10_000


class BroadcastTriggers:
    """Answers for one setting."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        once = None if setting.limits.customerio_per_second is None else 1
        self._meter = Meter(once, SECONDS_BETWEEN, setting.seconds)

    def paths(self) -> list[tuple[str, str, Callable[[Call, list[str]], Answer]]]:
        """What is answered: pattern, the endpoint's name, the method."""
        return [
            (r"/v1/campaigns/([^/]+)/triggers", "broadcast_trigger", self._trigger),
            (r"/v1/campaigns/([^/]+)/triggers/([^/]+)", "trigger_status", self._status),
            (r"/v1/campaigns/([^/]+)/triggers/([^/]+)/errors", "trigger_errors", self._errors),
        ]

    def _trigger(self, call: Call, ids: list[str]) -> Answer:
        """People who are not there make the whole of it fail, unless they are to be passed over."""
        number = self._broadcast(ids[0])
        if self._meter.take() is not None:
            raise Refusal(rate_limited(retry_after=10))
        asked = call.posted()
        people, missing_allowed = _asked_people(asked)
        received, world, now = self.setting.world.received, self.setting.world, int(self.setting.now().timestamp())
        with received.lock:
            missing = [one for one in people if not is_there(self.setting, one)]
            errors = () if missing_allowed else tuple(f"id {one!r} not found" for one in missing)
            made = BroadcastTrigger(len(received.triggers) + 1, number, now, errors)
            received.triggers.append(made)
            if not errors:
                received.deliveries += [
                    MadeDelivery("broadcast", number, one, now, one in world.people.failing, None, made.number)
                    for one in people
                    if may_get(self.setting, one)
                ]
        return json_answer({"id": made.number})

    def _status(self, call: Call, ids: list[str]) -> Answer:
        found = self._find(ids)
        body = {"id": found.number, "broadcast_id": found.broadcast, "created_at": found.created}
        return json_answer(body | {"processed_at": found.created})

    def _errors(self, call: Call, ids: list[str]) -> Answer:
        return json_answer({"errors": list(self._find(ids).errors), "next": ""})

    def _find(self, ids: list[str]) -> BroadcastTrigger:
        number = self._broadcast(ids[0])
        for one in self.setting.world.received.triggers:
            if one.broadcast == number and str(one.number) == ids[1]:
                return one
        raise Refusal(error("trigger not found", 404))

    def _broadcast(self, number: str) -> int:
        if not number.isdecimal() or int(number) not in self.setting.world.broadcasts:
            raise Refusal(error("broadcast not found", 404))
        return int(number)


def _asked_people(asked: Any) -> tuple[list[str], bool]:
    for name, flag in (("ids", "id_ignore_missing"), ("emails", "email_ignore_missing")):
        people = asked.get(name) if isinstance(asked, dict) else None
        if isinstance(people, list) and 1 <= len(people) <= MOST_PEOPLE and all(isinstance(one, str) for one in people):
            return [one.removesuffix("@people.example") for one in people], bool(asked.get(flag))
    raise Refusal(error(f"ids or emails must hold 1 to {MOST_PEOPLE} people", 422))
