"""What people changed in a campaign's definition, by day, and what such a change can break."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from campaign_health.detection.causes.case import BrokenCampaign

DAYS_BEFORE, DAYS_AFTER = 1, 2  # an edit is seen when the definition is next read, so up to two days late
HARMLESS = frozenset(
    {"name", "tags", "description", "updated", "deduplicate_id", "created", "first_started", "seen_at"}
)
TRIGGER_FIELDS = (
    "event",
    "event_name",
    "trigger",
    "date_attribute",
    "webhook_id",
    "frequency",
    "relationship",
    "object_attribute",
)
FILTER_FIELDS = ("filter", "audience", "segment")


@dataclass(frozen=True)
class Edit:
    """One changed field of a campaign's definition, on its local day."""

    day: date
    field: str
    before: Any
    to: Any

    @property
    def about_trigger(self) -> bool:
        """Whether it decides which journeys start."""
        return self.field.startswith(TRIGGER_FIELDS) and not self.about_filters

    @property
    def about_filters(self) -> bool:
        """Whether it decides who passes."""
        return any(part in self.field for part in FILTER_FIELDS) and "trigger_segment" not in self.field

    @property
    def about_state(self) -> bool:
        """Whether it starts or stops the campaign."""
        return self.field in ("state", "active")

    @property
    def about_messages(self) -> bool:
        """Whether it concerns the campaign's messages."""
        return self.field.startswith(("messages", "actions"))

    def as_json(self) -> dict[str, Any]:
        """Field, from and to."""
        return {"day": self.day.isoformat(), "field": self.field, "from": self.before, "to": self.to}


def edits_near(case: BrokenCampaign) -> list[Edit]:
    """Edits that can belong to the break, nearest first; names, tags and time stamps are left out."""
    edits = [
        edit
        for edit in all_edits(case)
        if -DAYS_BEFORE <= (edit.day - case.since).days <= DAYS_AFTER and edit.day <= case.as_of
    ]
    return sorted(edits, key=lambda edit: abs((edit.day - case.since).days))


def all_edits(case: BrokenCampaign) -> list[Edit]:
    """Every followed edit of the campaign up to the as-of day, oldest first."""
    frame = case.versions
    if frame is None or frame.empty:
        return []
    found: list[Edit] = []
    for valid_from, changes in zip(frame["valid_from"], frame["changes"], strict=True):
        moment = pd.Timestamp(valid_from)
        moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment
        day = moment.tz_convert(case.time_zone).date()
        listed = json.loads(changes) if isinstance(changes, str) else changes
        found.extend(
            Edit(day, str(change.get("field")), change.get("from"), change.get("to"))
            for change in (listed if listed is not None else [])
            if change.get("field") not in HARMLESS
        )
    return sorted((edit for edit in found if edit.day <= case.as_of), key=lambda edit: edit.day)
