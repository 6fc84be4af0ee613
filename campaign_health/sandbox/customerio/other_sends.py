"""What Customer.io sends beside campaigns: API-triggered broadcasts, transactional messages, newsletters."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from campaign_health.sandbox.customerio import metric_series
from campaign_health.sandbox.customerio.defined_campaigns import seconds
from campaign_health.sandbox.customerio.deliveries import METRICS, broadcast_page
from campaign_health.sandbox.customerio.error_bodies import error
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import NewsletterTruth, TriggeredTruth

_PAGE, _MOST = 50, 100
Route = tuple[str, str, Callable[[Call, list[str]], Answer]]


class BesideCampaigns:
    """Answers ``/broadcasts``, ``/transactional`` and ``/newsletters``."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def paths(self) -> list[Route]:
        """Each path's pattern, its endpoint's name and what answers it."""
        return [
            (r"/v1/broadcasts", "broadcasts", self._broadcasts),
            (r"/v1/broadcasts/([^/]+)", "broadcast", self._broadcast),
            (r"/v1/broadcasts/([^/]+)/messages", "broadcast_messages", self._broadcast_messages),
            (r"/v1/broadcasts/([^/]+)/metrics", "broadcast_metrics", self._broadcast_metrics),
            (r"/v1/transactional", "transactional", self._transactional),
            (r"/v1/transactional/([^/]+)", "transactional_message", self._message),
            (r"/v1/transactional/([^/]+)/metrics", "transactional_metrics", self._message_metrics),
            (r"/v1/newsletters", "newsletters", self._newsletters),
        ]

    def _broadcasts(self, call: Call, ids: list[str]) -> Answer:
        return json_answer({"broadcasts": [broadcast_body(one) for one in self._made(self.setting.world.broadcasts)]})

    def _broadcast(self, call: Call, ids: list[str]) -> Answer:
        return json_answer({"broadcast": broadcast_body(self._find(self.setting.world.broadcasts, ids[0]))})

    def _broadcast_metrics(self, call: Call, ids: list[str]) -> Answer:
        return self._metrics(call, self._find(self.setting.world.broadcasts, ids[0]), call.get("type"))

    def _broadcast_messages(self, call: Call, ids: list[str]) -> Answer:
        broadcast = self._find(self.setting.world.broadcasts, ids[0])
        metric = call.get("metric") or "sent"
        if metric not in METRICS:
            raise Refusal(error("invalid metric", 400))
        now, start = self.setting.now(), call.get("start")
        try:
            limit, since = int(call.get("limit") or 50), int(call.get("start_ts") or 0)
            page = broadcast_page(self.setting.world, broadcast.id, now, metric, limit, start, since)
        except ValueError:
            raise Refusal(error("invalid start", 400)) from None
        return json_answer(page)

    def _transactional(self, call: Call, ids: list[str]) -> Answer:
        return json_answer({"messages": [message_body(one) for one in self._made(self.setting.world.transactional)]})

    def _message(self, call: Call, ids: list[str]) -> Answer:
        return json_answer({"message": message_body(self._find(self.setting.world.transactional, ids[0]))})

    def _message_metrics(self, call: Call, ids: list[str]) -> Answer:
        return self._metrics(call, self._find(self.setting.world.transactional, ids[0]), None)

    def _newsletters(self, call: Call, ids: list[str]) -> Answer:
        now = self.setting.now()
        limit, cursor = call.get("limit") or str(_PAGE), call.get("start")
        try:
            start = int(base64.b64decode(cursor, validate=True)) if cursor else 0
            count = min(int(limit), _MOST)
        except ValueError:
            raise Refusal(error("invalid start or limit", 400)) from None
        made = sorted((one for one in self.setting.world.newsletters if one.created <= now), key=lambda one: one.id)
        if call.get("sort") == "desc":
            made.reverse()
        following = start + count
        more = base64.b64encode(str(following).encode()).decode() if following < len(made) else ""
        page = [newsletter_body(one, now) for one in made[start:following]]
        return json_answer({"newsletters": page, "next": more})

    def _metrics(self, call: Call, truth: TriggeredTruth, channel: str | None) -> Answer:
        now = self.setting.now()
        buckets = metric_series.Buckets.asked(call, now)
        if buckets is None or channel not in (None, *metric_series.TYPES):
            # An invalid value is not refused: it looks like something that never sent.
            return json_answer({"metric": {"series": dict.fromkeys(metric_series.VERSION_1_SERIES)}})
        series = metric_series.triggered_series(self.setting.world, truth, buckets, now)
        return json_answer({"metric": {"series": series}})

    def _made(self, known: Mapping[int, TriggeredTruth]) -> list[TriggeredTruth]:
        return [one for one in known.values() if one.created <= self.setting.now()]

    def _find(self, known: Mapping[int, TriggeredTruth], number: str) -> TriggeredTruth:
        found = known.get(int(number)) if number.isdecimal() else None
        if found is None or found.created > self.setting.now():
            raise Refusal(error("not found", 404))
        return found


def broadcast_body(truth: TriggeredTruth) -> dict[str, Any]:
    """A broadcast as ``GET /broadcasts`` lists it."""
    created = seconds(truth.created)
    body: dict[str, Any] = {
        "id": truth.id,
        "deduplicate_id": f"{truth.id}:{created}",
        "name": truth.name,
        "type": "triggered_broadcast",
        "created": created,
        "updated": created if truth.updated is None else seconds(truth.updated),
        "active": truth.state == "running",
        "state": truth.state,
        "actions": [{"id": truth.id * 10, "type": "email"}],
        "tags": list(truth.tags),
    }
    if truth.first_started is not None:
        body["first_started"] = seconds(truth.first_started)
    return body


def message_body(truth: TriggeredTruth) -> dict[str, Any]:
    """A transactional message as ``GET /transactional`` lists it."""
    created = seconds(truth.created)
    return {
        "id": truth.id,
        "name": truth.name,
        "description": "",
        "send_to_unsubscribed": True,
        "link_tracking": False,
        "open_tracking": True,
        "hide_message_body": False,
        "queue_drafts": truth.queue_drafts,
        "created_at": created,
        "updated_at": created,
    }


def newsletter_body(truth: NewsletterTruth, now: datetime) -> dict[str, Any]:
    """A newsletter as ``GET /newsletters`` lists it; one that was not sent yet says so with null, or not at all."""
    created = seconds(truth.created)
    body: dict[str, Any] = {
        "id": truth.id,
        "deduplicate_id": f"{truth.id}:{created}",
        "content_ids": [truth.id * 10],
        "name": truth.name,
        "created": created,
        "updated": created,
        "type": truth.channel,
        "tags": [],
    }
    if truth.sent_at is not None and truth.sent_at <= now:
        body["sent_at"] = seconds(truth.sent_at)
    return body
