"""What to shade and mark on a campaign's timeline: incidents, edits, renames, changed properties."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from campaign_health.dashboard.figures.timeline import Mark, Shade
from campaign_health.dashboard.reads.campaign_view import CampaignView
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.detection.formats import day_text
from campaign_health.detection.words import cause_label, status_label
from campaign_health.visible_text import visible

# An event that was quiet for as long as this has a last day to speak of.
QUIET_DAYS = 2
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


def campaign_marks(view: CampaignView, zone: ZoneInfo) -> list[Mark]:
    """Edits of the campaign, the event's first and last day, and changes of its properties, oldest first."""
    marks = [Mark(when.replace(tzinfo=UTC).astimezone(zone).date(), edit_text(found)) for when, found in view.edits]
    marks += [
        Mark(pd.Timestamp(row["day"]).date(), property_text(row))
        for row in view.changes.to_dict("records")
        if row["kind"] != "appeared"
    ]
    return sorted([*marks, *_life_marks(view)], key=lambda mark: mark.day)


def _life_marks(view: CampaignView) -> list[Mark]:
    """The event's first day, if it began after collecting did; its last, if it has ended."""
    known = view.days.loc[view.days["events"].notna(), "day"]
    if known.empty:
        return []
    first_day, last_day = (pd.Timestamp(known.iloc[place]).date() for place in (0, -1))
    first_seen, last_seen = view.life
    name = visible(view.now.event, 60)
    marks = []
    if first_seen is not None and first_seen > first_day:
        marks.append(Mark(first_seen, f"Event {name} was first seen"))
    if last_seen is not None and (last_day - last_seen).days >= QUIET_DAYS:
        marks.append(Mark(last_seen, f"Event {name} was last seen"))
    return marks


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
