"""The manifest that goes with the demo world."""

from __future__ import annotations

from datetime import date

from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from campaign_health.demo.world.declared import json_type
from campaign_health.demo.world.demo_events import Span
from campaign_health.demo.world.demo_plans import campaigns, trigger_events

# What a conversion is worth, and how fast each of the five first campaigns should be.
_MONEY = {
    "Onboarding welcome": (800, "2 minutes", "@lifecycle-team"),
    "Activation, next step": (800, "15 minutes", "@lifecycle-team"),
    "Team expansion": (2400, "30 minutes", "@growth-team"),
    "Upgrade offer": (1200, "5 minutes", "@growth-team"),
    "Re-engagement": (600, "daily", "@lifecycle-team"),
    "Invoice reminder": (400, "1 hour", "@billing-team"),
    "Payment recovery": (300, "within 5 minutes", "@billing-team"),
    "Project kick-off tips": (500, "1 hour", "@platform-team"),
}
# Only what every event must carry; the product notices by itself how the rest changes.
_LATER_NAMES = ("project_created",)
HASTY, CHANGED, INCOMPLETE = "payment_failed", "trial_signup_completed", "invoice_overdue"
"""Events that the route carries: whose message is promised within minutes, and which two come with a mistake."""
MODES = {HASTY: "live", CHANGED: "live", INCOMPLETE: "live", "course_completed": "shadow"}
"""All that the route carries."""
_ROUTES: dict[str, dict[str, object]] = {
    HASTY: {"attributes": {"plan": "plan", "attempt": "attempt"}},
    CHANGED: {"attributes": {"plan_tier": "plan_tier", "trial_day": "trial_day"}},
    INCOMPLETE: {"attributes": {"invoice_number": "invoice_number", "amount": "amount"}},
    "course_completed": {"attributes": {"course": "course"}},
}
_ONCE = {"Payment recovery": "1 day"}


def demo_manifest() -> str:
    """The manifest's text: every campaign's event with its properties as they were meant, owners and money."""
    span = Span(date(2026, 1, 31), 200)
    events = {}
    for plan in trigger_events(span):
        if plan.name in _LATER_NAMES:
            continue
        properties = {}
        for prop in plan.properties:
            if prop.since is None and prop.name not in properties:
                properties[prop.name] = {"type": json_type(prop), "required": True}
        route = {"route": _ROUTES[plan.name]} if plan.name in _ROUTES else {}
        events[plan.name] = {"properties": properties, **route}
    listed = []
    for campaign in campaigns():
        if campaign.state == "draft":
            continue
        entry: dict[str, object] = {"name": campaign.name, "event": campaign.event or campaign.follows}
        value, timing, owner = _MONEY.get(campaign.name, (None, None, "@lifecycle-team"))
        entry["owner"] = owner
        if value is not None:
            entry |= {"deal_value": value, "conversion_rate": 0.1, "timing": timing}
        if campaign.name in _ONCE:
            entry["once"] = _ONCE[campaign.name]
        listed.append(entry)
    text = StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump({"version": 1, "events": events, "campaigns": listed}, text)
    return text.getvalue()
