"""Customer.io's API-triggered broadcasts as somebody triggers them, and the messages that come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_health.sandbox.customerio.error_bodies import error, rate_limited
from campaign_health.sandbox.customerio.making_deliveries import is_there, may_get
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.http.limits import Meter
from campaign_health.sandbox.world.people import person_named
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
            (r"/v1/broadcasts/([^/]+)/triggers", "broadcast_triggers", self._listed),
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
        people = _asked_people(asked)
        received, world, now = self.setting.world.received, self.setting.world, int(self.setting.now().timestamp())
        with received.lock:
            missing = [one for one, may_miss in people if not may_miss and not is_there(self.setting, one)]
            errors = tuple(f"{one!r} not found" for one in missing)
            made = BroadcastTrigger(len(received.triggers) + 1, number, now, errors)
            received.triggers.append(made)
            if not errors:
                received.deliveries += [
                    MadeDelivery("broadcast", number, one, now, one in world.people.failing, None, made.number)
                    for one, _ in people
                    if may_get(self.setting, one)
                ]
        return json_answer({"id": made.number})

    def _listed(self, call: Call, ids: list[str]) -> Answer:
        number = self._broadcast(ids[0])
        found = [one for one in self.setting.world.received.triggers if one.broadcast == number]
        return json_answer({"triggers": [_body(one) for one in reversed(found)]})

    def _status(self, call: Call, ids: list[str]) -> Answer:
        return json_answer(_body(self._find(ids)))

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


def _body(made: BroadcastTrigger) -> dict[str, int]:
    return {
        "id": made.number, "broadcast_id": made.broadcast, "created_at": made.created, "processed_at": made.created,
    }  # fmt: skip


def _asked_people(asked: Any) -> list[tuple[str, bool]]:
    """Who is asked for, and whether each may be missing."""
    asked = asked if isinstance(asked, dict) else {}
    people: list[tuple[str, Any]]
    if isinstance(asked.get("per_user_data"), list):
        several = [one if isinstance(one, dict) else {} for one in asked["per_user_data"]]
        people = [("id", one["id"]) if "id" in one else ("email", one.get("email")) for one in several]
    else:
        lists = [(kind, asked[name]) for kind, name in (("id", "ids"), ("email", "emails")) if name in asked]
        people = [(kind, one) for kind, several in lists[:1] if isinstance(several, list) for one in several]
    if not 1 <= len(people) <= MOST_PEOPLE or not all(isinstance(named, str) for _, named in people):
        detail = f"ids, emails or per_user_data must hold 1 to {MOST_PEOPLE} people"
        wrong = {"detail": detail, "source": {"pointer": "/"}, "status": "422"}
        raise Refusal(json_answer({"errors": [wrong]}, 422))
    return [(person_named(kind, named), bool(asked.get(f"{kind}_ignore_missing"))) for kind, named in people]
