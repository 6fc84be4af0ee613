"""Events in files that are read by quoted name only: a move into one, and a name that goes from one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.other_text import OtherText, TextPlace
from campaign_health.check.code.change.replacement import is_like_a_name
from campaign_health.check.findings import Finding
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at, labels, stopped
from campaign_health.check.likely_rename import is_likely_rename
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.names.likeness import name_likeness

_QUOTED = re.compile(r"[\"'`]([^\"'`\n]{1,150})[\"'`]")


@dataclass(frozen=True)
class _Loss:
    """A quoted name that went from a file that is not read; `head_line` is None where the file is gone.

    `was_call`: it stood in what looks like a tracking call.
    """

    path: str
    line: int
    head_line: int | None
    new_name: str | None
    was_call: bool


def check_unread(change: CodeChange, campaigns: Mapping[str, list[CampaignDependency]]) -> list[Finding]:
    """Findings about events that the code never held and that stood in a file that is read by quoted name only.

    A violation where the name stood in what looks like a tracking call, else a note.
    """
    lost = _losses(change, list(campaigns))
    return [_finding(change, event, campaigns[event], loss) for event, loss in sorted(lost.items())]


def moved_to_unread(
    change: CodeChange, event: str, campaigns: list[CampaignDependency], stood: tuple[str, int]
) -> Finding | None:
    """A note where an event that the code lost now stands in a file that is read by quoted name only."""
    place = _moved_to(change, event)
    if place is None:
        return None
    here = at(readable(place.path), place.line)
    return Finding(
        rule="event_in_unread_file",
        severity="note",
        message=(
            f"`{event}` stood at {at(readable(stood[0]), stood[1])} and now stands at {here}, in a language that is "
            f"read by quoted names only. If it is not sent from there, this stops {stopped(campaigns)}."
        ),
        event=event,
        campaigns=labels(campaigns),
        file=readable(stood[0]),
        line=stood[1],
        head_file=readable(place.path),
        head_line=place.line,
    )


def _moved_to(change: CodeChange, event: str) -> TextPlace | None:
    """Where an event that the code lost may be sent from now: what came since the base, or looks like a call."""
    if change.others is None:
        return None
    places = [place for place in change.others.at_head([event]).get(event, ()) if place.may_send]
    calls = [place for place in places if place.is_call]
    if calls:
        return calls[0]
    before = change.others.at_base([event]).get(event, ())
    for place in places:
        now = sum(1 for other in places if other.path == place.path)
        earlier = sum(1 for other in before if other.path == place.path)
        if not change.others.is_as_at_base(place.path) and now > earlier:
            return place
    return None


def _losses(change: CodeChange, events: list[str]) -> dict[str, _Loss]:
    """The events, of those the code never held, that stood in files that could be code and stand in none now."""
    others = change.others
    if others is None or not events:
        return {}
    before = others.at_base(events)
    now = others.at_head(before)
    lost: dict[str, _Loss] = {}
    for event, places in before.items():
        old = sorted((place for place in places if place.may_send), key=lambda place: not place.is_call)
        if old and not any(place.may_send for place in now.get(event, ())):
            lost[event] = _loss(event, old[0], others)
    return lost


def _loss(event: str, place: TextPlace, others: OtherText) -> _Loss:
    text = others.text_at_head(place.path)
    if text is None:
        return _Loss(place.path, place.line, None, None, place.is_call)
    lines = text.split("\n")
    spelled = next((part for part in _QUOTED.findall(place.text) if part.strip() == event), event)
    around = re.escape(place.text.strip()).replace(re.escape(spelled), "\0", 1).split("\0")
    same_but_for_the_name = re.compile(r"([^\"'`\n]{1,150})".join(around)) if len(around) == 2 else None
    for number, line in enumerate(lines, 1):
        match = same_but_for_the_name.fullmatch(line.strip()) if same_but_for_the_name else None
        if match and is_like_a_name(match[1]) and match[1].strip() not in others.quoted_at_base(place.path):
            return _Loss(place.path, place.line, number, match[1].strip(), place.is_call)
    fresh = [
        (name_likeness(event, value), -number, value.strip())
        for number, line in enumerate(lines, 1)
        for value in _QUOTED.findall(line)
        if is_likely_rename(event, value) and value.strip() not in others.quoted_at_base(place.path)
    ]
    if fresh:
        _, number, value = max(fresh)
        return _Loss(place.path, place.line, -number, value, place.is_call)
    return _Loss(place.path, place.line, min(place.line, max(1, len(lines))), None, place.is_call)


def _finding(change: CodeChange, event: str, campaigns: list[CampaignDependency], loss: _Loss) -> Finding:
    head_file, head_line = loss.path, loss.head_line
    if head_line is None:
        head_file, head_line = change.manifest_path, change.read.entry_line(event)
    stood = f"It stood at {at(readable(loss.path), loss.line)}, in a language that is read by quoted names only"
    if loss.new_name:
        what = f"renaming `{event}` stops {stopped(campaigns)}. {stood}; its likely new name is `{loss.new_name}`."
    else:
        what = f"removing `{event}` stops {stopped(campaigns)}. {stood}."
    return Finding(
        rule="event_renamed" if loss.new_name else "event_removed",
        severity="violation" if loss.was_call else "note",
        message=what,
        event=event,
        new_name=loss.new_name,
        campaigns=labels(campaigns),
        file=readable(loss.path),
        line=loss.line,
        head_file=readable(head_file),
        head_line=head_line,
    )
