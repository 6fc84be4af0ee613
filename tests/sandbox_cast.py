"""Small worlds and a plain client for the tests of the sandbox."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import requests

from campaign_health.sandbox.server import Sandbox
from campaign_health.sandbox.world.day_bounds import midnight
from campaign_health.sandbox.world.world import CampaignTruth, EventTruth, Message, Property, World

FIRST = date(2026, 10, 20)


def small_world(time_zone: str = "America/New_York", days: int = 36, **changes: Any) -> World:
    """Three events and two campaigns around a clock change; the clock at 09:00 on the last day."""
    zone = ZoneInfo(time_zone)
    base = np.arange(days, dtype=np.int64)
    started = datetime(2026, 9, 1, 12, tzinfo=zone)
    signups, invites, quiet = 40 + base % 7 * 9, 11 + base % 5, np.where(base % 9 == 0, 1, 0)
    plan = (Property("plan", ("free", "pro")), Property("note", ("one\u2028two", "three\u0085four", "plain")))
    world = World(
        time_zone=time_zone,
        first_day=FIRST,
        days=days,
        now=datetime.combine(FIRST + timedelta(days=days - 1), datetime.min.time(), zone).replace(hour=9),
        events={
            "signed up / été 🎉": EventTruth("signed up / été 🎉", signups, plan),
            "invite_sent": EventTruth("invite_sent", invites, plan),
            "rare": EventTruth("rare", quiet),
        },
        campaigns={
            17: CampaignTruth(
                17,
                "Welcome",
                "signed up / été 🎉",
                started,
                started,
                {"created": signups, "sent": signups - 3, "failed": np.full(days, 3), "opened": signups // 2},
                {"started": signups, "activated": signups - 1},
                tuple(Message(170 + number, f"Message {number}", body="{{event.plan}}") for number in range(23)),
            ),
            18: CampaignTruth(18, "Reward", None, started, started, {"sent": invites}, trigger_segment_ids=(7,)),
        },
    )
    for name, value in changes.items():
        setattr(world, name, value)
    return world


def query(sandbox: Sandbox, path: str, **parameters: object) -> requests.Response:
    """A Query call; lists of events become JSON, and ``type`` is given."""
    if isinstance(parameters.get("event"), list):
        parameters["event"] = json.dumps(parameters["event"])
    wanted = {"project_id": sandbox.world.project_id, "type": "general"} | parameters
    return requests.get(sandbox.mixpanel_query_url + path, params=wanted, auth=mixpanel_keys(sandbox), timeout=10)


def counts(
    sandbox: Sandbox, events: list[str], first: date, last: date, unit: str = "day"
) -> dict[str, dict[str, int]]:
    """Counts by event and bucket, as a careful reader of ``/events`` takes them: absent is zero."""
    answer = query(sandbox, "/events", event=events, unit=unit, from_date=str(first), to_date=str(last))
    data = answer.json()["data"]
    return {name: {day: data["values"].get(name, {}).get(day, 0) for day in sorted(data["series"])} for name in events}


def export(sandbox: Sandbox, first: date, last: date, **parameters: object) -> requests.Response:
    """A raw export."""
    wanted = {"project_id": sandbox.world.project_id, "from_date": str(first), "to_date": str(last)} | parameters
    return requests.get(sandbox.mixpanel_export_url, params=wanted, auth=mixpanel_keys(sandbox), timeout=30)


def exported(answer: requests.Response) -> list[dict[str, Any]]:
    """The events of an export, split on newline bytes only, each once: the copy processed last."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in answer.content.split(b"\n"):
        if line:
            event = json.loads(line)
            properties = event["properties"]
            key = (event["event"], properties["distinct_id"], properties["time"], properties.get("$insert_id"))
            kept[key] = max(kept.get(key, event), event, key=lambda item: item["properties"]["mp_processing_time_ms"])
    return list(kept.values())


def mixpanel_keys(sandbox: Sandbox) -> tuple[str, str]:
    """The service account."""
    return sandbox.keys.service_account, sandbox.keys.service_secret


def customerio(sandbox: Sandbox, path: str, timeout: float = 10, **parameters: object) -> requests.Response:
    """A call of Customer.io's App API."""
    headers = {"Authorization": f"Bearer {sandbox.keys.app_api_key}"}
    return requests.get(sandbox.customerio_url + path, params=parameters, headers=headers, timeout=timeout)


def metrics(sandbox: Sandbox, campaign: int, first: date, last: date, zone: str, res: str = "days") -> dict[str, Any]:
    """A campaign's metrics, from the first day's start to the last one's last second in a zone."""
    window = _seconds(first, last, zone)
    return customerio(sandbox, f"/campaigns/{campaign}/metrics", version="2", res=res, tz=zone, **window).json()


def journeys(sandbox: Sandbox, campaign: int, first: date, last: date, zone: str) -> dict[str, list[int]]:
    """A campaign's journeys by the hour, over the days of a zone."""
    window = _seconds(first, last, zone)
    answer = customerio(sandbox, f"/campaigns/{campaign}/journey_metrics", resolution="hours", **window)
    series: dict[str, list[int]] = answer.json()["journey_metric"]
    return series


def _seconds(first: date, last: date, zone: str) -> dict[str, object]:
    there = ZoneInfo(zone)
    return {"start": midnight(first, there), "end": midnight(last + timedelta(days=1), there) - 1}
