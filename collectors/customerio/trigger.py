"""What starts a campaign, told from the fields it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.http.shape import storable

UNKNOWN = "unknown"

# `type` is deprecated: a field that only one kind of trigger has says more. First match wins among several.
TELLING_FIELDS: tuple[tuple[str, str], ...] = (
    ("event_name", "event"),
    ("trigger_segment_ids", "segment"),
    ("date_attribute", "date"),
    ("webhook_id", "webhook"),
    ("relationship_attribute_triggers", "relationship"),
    ("object_attribute_triggers", "object"),
)
KINDS = frozenset(kind for _, kind in TELLING_FIELDS) | {"form", "broadcast"}
# What live workspaces write in `type` beside the described words.
LIVE_TYPES = {"seg_attr": "segment", "triggered_broadcast": "broadcast"}


def trigger_kind(campaign: Mapping[str, Any]) -> str:
    """event, segment, form, date, relationship, object, webhook, broadcast or unknown.

    Fields that hold something speak first, then fields that are there though empty; `type` breaks a tie and
    names the kind where no field tells it, such as a form.
    """
    written = str(campaign.get("type") or "").lower()
    declared = LIVE_TYPES.get(written, written)
    filled = [kind for field, kind in TELLING_FIELDS if campaign.get(field)]
    present = [kind for field, kind in TELLING_FIELDS if campaign.get(field) is not None]
    for kinds in (filled, present):
        if kinds:
            return declared if declared in kinds else kinds[0]
    return declared if declared in KINDS else UNKNOWN


def trigger_event(campaign: Mapping[str, Any]) -> str | None:
    """The name of the trigger event, trimmed as Customer.io trims it; None where there is none."""
    name = campaign.get("event_name")
    return (storable(name.strip()) or None) if isinstance(name, str) else None
