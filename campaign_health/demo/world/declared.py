"""What the demo's Lexicon declares: schemas of some events, one of them dropped, and Customer.io's segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from campaign_health.demo.world.demo_events import EventPlan
from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.world import MISSING, Property

_DECLARED = (
    "trial_signup_completed",
    "first_value_action",
    "team_invite_sent",
    "paywall_limit_reached",
    "product_inactive_7d",
    "project.created",
    "report_exported",
    "invoice_overdue",
    "mobile_app_opened",
    "payment_failed",
    "page_viewed",
    "legacy_page_ping",
)
_DROPPED = "legacy_page_ping"
_HIDDEN = "page_viewed"

SEGMENTS: tuple[dict[str, Any], ...] = (
    {
        "id": 7,
        "deduplicate_id": "7:1767225600",
        "name": "Power users",
        "description": "Score of 80 and above",
        "state": "finished",
        "progress": None,
        "type": "dynamic",
        "tags": None,
    },
)


def segment_people(days: int) -> dict[int, Counts]:
    """How many people each segment holds by day: some join, and as many leave."""
    return {int(segment["id"]): 3400 + np.arange(days, dtype=np.int64) * 37 % 23 for segment in SEGMENTS}


def schemas(plans: Sequence[EventPlan]) -> list[dict[str, Any]]:
    """Lexicon entries as ``/schemas`` lists them: events of ``plans`` that were declared, as they were planned."""
    return [_entry(plan) for plan in plans if plan.name in _DECLARED]


def _entry(plan: EventPlan) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for prop in plan.properties:
        # Declared is what was meant: the first form of a property, not what became of it.
        if prop.since is None and prop.name not in properties:
            metadata = {"com.mixpanel": {"displayName": prop.name.replace("_", " "), "hidden": False, "dropped": False}}
            properties[prop.name] = {"type": json_type(prop), "description": "", "metadata": metadata}
    return {
        "entityType": "event",
        "name": plan.name,
        "schemaJson": {
            "description": "",
            "properties": properties,
            "metadata": {
                "com.mixpanel": {
                    "displayName": plan.name.replace("_", " ").capitalize(),
                    "tags": ["core"],
                    "hidden": plan.name == _HIDDEN,
                    "dropped": plan.name == _DROPPED,
                    "contacts": ["product@example.com"],
                    "teamContacts": ["Growth"],
                }
            },
        },
    }


def json_type(prop: Property) -> str:
    """The property's type in JSON Schema's words, by its first value."""
    value = next((value for value in prop.values if value is not MISSING), None)
    names: dict[type, str] = {
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "string",
        list: "array",
        dict: "object",
    }
    return "null" if value is None else names[type(value)]
