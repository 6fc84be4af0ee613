"""What to shade and mark on a campaign's timeline: incidents, edits, renames, changed properties."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from campaign_health.dashboard.figures.timeline import Mark, Shade
from campaign_health.dashboard.parts.campaign.edit_words import edit_detail, edit_text
from campaign_health.dashboard.parts.campaign.property_words import property_detail, property_text
from campaign_health.state.campaign_view import CampaignView
from campaign_health.state.incident import Incident
from campaign_health.words.dates import day_text, days_text, since_day
from campaign_health.words.status_words import cause_within, status_label
from campaign_health.words.visible import visible
from storage.read.decisions_made import Decision
from storage.read.one_campaign import Edit

# An event that was quiet for as long as this has a last day to speak of.
QUIET_DAYS = 2


def incident_shades(incidents: Sequence[Incident], last_day: date) -> list[Shade]:
    """Each incident as a span of days; an open one runs to the last day, a withdrawn one never was."""
    shades = []
    for one in incidents:
        if one.status == "withdrawn":
            continue
        last = one.recovered_on - timedelta(days=1) if one.recovered_on and one.status != "open" else None
        days = (
            f"since {since_day(one.opened_on, last_day, never_otherwise=True)}"
            if one.never_otherwise and not last
            else lasting_text(one.opened_on, last, last_day)
        )
        text = f"{status_label(one.kind)} {days}: {cause_within(one.cause)}"
        shades.append(Shade(one.opened_on, max(one.opened_on, last or last_day), text, last is None))
    return shades


def counted_normal(incidents: Sequence[Incident], today: date) -> str:
    """That the newest incident is over only because its level counts as normal: somebody said so, or it lasted so long.
    Empty where that is not so; without it, a campaign that sends nothing would be called healthy without a word.
    """
    newest = incidents[0] if incidents else None
    if newest is None or newest.ended_how not in ("accepted", "new_level") or newest.recovered_on is None:
        return ""
    days = lasting_text(newest.opened_on, newest.recovered_on - timedelta(days=1), today)
    return f"{status_label(newest.kind)} {days}; {newest.end_text(today)}."


def lasting_text(first: date, last: date | None, today: date) -> str:
    """The days of something: `since Sat 31 Oct` while it lasts, else `Sat 31 Oct to Fri 6 Nov`."""
    if last is None:
        return f"since {day_text(first, today)}"
    return days_text(first, max(first, last), today)


def campaign_marks(view: CampaignView, zone: ZoneInfo) -> list[Mark]:
    """Edits of the campaign, the event's first and last day, and changes of its properties, oldest first."""
    names = {int(row["message_id"]): str(row["name"] or "") for row in view.messages.to_dict("records")}
    marks = [_edit_mark(edit, names, zone) for edit in view.edits]
    marks += [_property_mark(row, view) for row in view.changes.to_dict("records") if row["kind"] != "appeared"]
    marks += [note_mark(one) for one in day_notes(view.decisions, view.now.campaign_id) if one.about_day]
    return sorted([*marks, *_life_marks(view)], key=lambda mark: mark.day)


def day_notes(decisions: Sequence[Decision], campaign_id: int) -> list[Decision]:
    """What people noted on days of the campaign, by day."""
    found = [one for one in decisions if one.campaign_id == campaign_id and one.about_day is not None]
    return sorted(found, key=lambda one: (one.about_day or date.min, one.decided_at))


def _edit_mark(edit: Edit, names: Mapping[int, str], zone: ZoneInfo) -> Mark:
    """An edit on its day; one that was seen between two looks on every day that they touch."""
    text, detail = edit_text(edit.changes, names), edit_detail(edit.changes)
    day = _local(edit.made_at, zone)
    if edit.unchanged_at is None or (before := _local(edit.unchanged_at, zone)) >= day:
        return Mark(day, text, detail)
    # It may have been made later on the day of the look before.
    return Mark(day, f"{text} (made between {day_text(before, day)} and then)", detail, before - timedelta(days=1))


def note_mark(note: Decision) -> Mark:
    """A note on its day, with who wrote it."""
    return Mark(note.about_day or note.decided_at.date(), f"{note.reason} ({note.decided_by})", is_note=True)


def _local(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def _property_mark(change: Mapping[Hashable, Any], view: CampaignView) -> Mark:
    """A changed property on the one day that is told of it: that of the open incident, where it had changed by then."""
    seen, unchanged = pd.Timestamp(change["day"]).date(), change.get("last_day_before")
    before = None if unchanged is None or pd.isna(unchanged) else pd.Timestamp(unchanged).date()
    began = view.open_incident.opened_on if view.open_incident else None
    day = began if began is not None and before is not None and before < began <= seen else seen
    after = before if before is not None and (day - before).days > 1 else None
    since = f" and after {day_text(after, day)}" if after else ""
    return Mark(day, f"{property_text(change)} (changed by then{since})", property_detail(change), after)


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
