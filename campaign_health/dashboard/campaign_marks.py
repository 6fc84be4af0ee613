"""What to shade and mark on a campaign's timeline: incidents, edits, renames, changed properties."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from campaign_health.dashboard.figures.timeline import Mark, Shade
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.detection.formats import day_text
from campaign_health.detection.words import cause_label, status_label

FIELD_WORDS = {
    "state": "state",
    "event": "trigger event",
    "name": "name",
    "tags": "tags",
    "messages": "messages",
    "filter_segment_ids": "filter segments",
    "trigger_segment_ids": "trigger segments",
}


def incident_shades(incidents: Sequence[Incident], last_day: date) -> list[Shade]:
    """Each incident as a span of days; an open one runs to the last day."""
    shades = []
    for one in incidents:
        last = last_day if one.status == "open" or one.recovered_on is None else one.recovered_on - pd.Timedelta(days=1)
        text = f"{status_label(one.kind)} since {day_text(one.opened_on, last_day)}: {cause_label(one.cause).lower()}"
        shades.append(Shade(one.opened_on, max(one.opened_on, last), text, one.status == "open"))
    return shades


def campaign_marks(
    edits: Sequence[tuple[datetime, list[dict[str, Any]]]], changes: pd.DataFrame, zone: ZoneInfo
) -> list[Mark]:
    """Edits of the campaign and changes of its event's properties, each on its local day, oldest first."""
    marks = [Mark(when.replace(tzinfo=UTC).astimezone(zone).date(), edit_text(found)) for when, found in edits]
    marks += [
        Mark(pd.Timestamp(row["day"]).date(), property_text(row))
        for row in changes.to_dict("records")
        if row["kind"] != "appeared"
    ]
    return sorted(marks, key=lambda mark: mark.day)


def edit_text(changes: Sequence[dict[str, Any]]) -> str:
    """An edit in words: which fields changed."""
    fields = [FIELD_WORDS.get(str(change.get("field")), str(change.get("field"))) for change in changes]
    return f"Campaign edited: {', '.join(dict.fromkeys(fields))}"


def property_text(change: Mapping[Hashable, Any]) -> str:
    """A changed property (a row of `property_change`) in words."""
    name = change["property"]
    if change["kind"] == "type_changed":
        return f"Property {name}: {change['before']} became {change['after']}"
    if isinstance(change["new_property"], str):
        return f"Property {name} gave way to {change['new_property']}"
    return f"Property {name} is missing"
