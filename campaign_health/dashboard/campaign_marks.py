"""What to shade and mark on a campaign's timeline: incidents, edits, renames, changed properties."""

from __future__ import annotations

from collections.abc import Sequence
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
    for row in changes.itertuples():
        if row.kind != "appeared":
            marks.append(Mark(pd.Timestamp(row.day).date(), property_text(row)))
    return sorted(marks, key=lambda mark: mark.day)


def edit_text(changes: Sequence[dict[str, Any]]) -> str:
    """An edit in words: which fields changed."""
    fields = [FIELD_WORDS.get(str(change.get("field")), str(change.get("field"))) for change in changes]
    return f"Campaign edited: {', '.join(dict.fromkeys(fields))}"


def property_text(row: Any) -> str:
    """A changed property in words."""
    if row.kind == "type_changed":
        return f"Property {row.property}: {row.before} became {row.after}"
    if isinstance(row.new_property, str):
        return f"Property {row.property} gave way to {row.new_property}"
    return f"Property {row.property} is missing"
