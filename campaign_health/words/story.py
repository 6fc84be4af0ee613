"""What happened to an incident, one line each; without a full stop."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Protocol

from campaign_health.words.campaign_facts import facts_line
from campaign_health.words.dates import day_text
from campaign_health.words.ended import ending_text
from campaign_health.words.lists import joined
from campaign_health.words.status_words import cause_label, cause_within, status_label

_TOLD = {
    "opened": "that it broke",
    "reopened": "that it broke again",
    "worsened": "that it got worse",
    "cause_changed": "of its cause",
    "still_broken": "that it is not fixed",
    "recovered": "that it recovered",
    "closed": "that it ended",
    "withdrawn": "that nothing had broken",
}
_CHANNELS = {"slack": "Slack", "mail": "E-mail", "webhook": "Webhook", "terminal": "Terminal"}


class Said(Protocol):
    """What a person said, as stored."""

    @property
    def kind(self) -> str: ...
    @property
    def event(self) -> str | None: ...
    @property
    def new_event(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def until(self) -> date | None: ...
    @property
    def about(self) -> str | None: ...


class Course(Protocol):
    """What a line needs to know of the incident."""

    @property
    def kind(self) -> str: ...
    @property
    def cause(self) -> str: ...
    @property
    def never_otherwise(self) -> bool: ...
    @property
    def last_good_day(self) -> date | None: ...


def data_line(kind: str, detail: Mapping[str, Any], incident: Course) -> str:
    """What was found by itself; `kind` is that of the change, or `began`, and `detail` the change's."""
    if kind == "began":
        if incident.never_otherwise:
            return "First day known; it was broken already"
        good = f"; last good day {day_text(incident.last_good_day)}" if incident.last_good_day else ""
        return f"First bad day{good}"
    if kind in ("opened", "reopened"):
        what = "Detected" if kind == "opened" else "Broke again"
        if detail.get("because") == "restated":
            return "Opened again: restated numbers undid its end"
        known = detail.get("cause") not in (None, "unknown")
        cause = f"; probable cause: {cause_within(str(detail['cause']))}" if known else ""
        return f"{what}: {status_label(str(detail.get('status', incident.kind))).lower()}{cause}"
    if kind == "worsened":
        return f"Got worse: {status_label(str(detail.get('from'))).lower()} became {_status(detail.get('to'))}"
    if kind == "cause_changed":
        before = "" if detail.get("from") in (None, "unknown") else f" (before: {cause_label(str(detail['from']))})"
        return f"{'Cause changed' if before else 'Cause found'}: {cause_label(str(detail.get('to')))}{before}"
    if kind == "recovered":
        return f"Recovered: sends are back since {_day(detail.get('recovered_on'))}"
    if kind == "closed":
        text = ending_text(detail.get("how"), date.fromisoformat(str(detail["recovered_on"])), date.max)
        return f"{text[0].upper()}{text[1:]}"
    if kind == "withdrawn":
        return "Withdrawn: restated numbers show that nothing had broken"
    if kind == "still_broken":
        said = _day(detail.get("fixed_on"))
        return f"Not fixed: still broken after what {detail.get('by')} said on {said}"
    if kind == "fix_confirmed":
        return f"Fix confirmed: what {detail.get('by')} said on {_day(detail.get('fixed_on'))} holds"
    if kind == "expected":
        return f"Announced in the manifest: {detail.get('reason') or 'a hand-over'}"
    over = {"unmuted": "The mute ended", "unexpected": "Counted as broken again"}
    return over.get(kind, kind.replace("_", " ").capitalize())


def announced_line(channel: str, message: str, changes: Collection[str]) -> str:
    """What was told where; `message` is the kind of the announcement, `changes` the kinds of changes in it. Empty where
    none of them is told of by itself.
    """
    name, _, place = channel.partition(":")
    where = f"{_CHANNELS.get(name, name)}{f' {place}' if place else ''}"
    told = [words for kind, words in _TOLD.items() if kind in changes]
    urgent = " at once" if message == "urgent" else ""
    return f"{where} was told{urgent} {joined(told)}" if told else ""


def said_line(said: Said, today: date) -> str:
    """What somebody said, without who did."""
    if said.kind == "campaign_facts":
        return facts_line(said.about)
    if said.kind == "checklist":
        return "Checklist put away" if said.about == "put_away" else "Ticked off: the pipeline runs check"
    why = f": {said.reason}" if said.reason else ""
    until = f" until {day_text(said.until, today)}" if said.until else ""
    return {
        "acknowledge": f"Taken on{why}",
        "fixed": f"Said to be fixed{why}",
        "note": f"Note{why}",
        "mute": f"Muted{until}{why}",
        "expected": f"Marked as intended{until}{why}",
        "false_alarm": f"Called a false alarm{why}",
        "confirm_rename": f"Rename confirmed: {said.event} is now {said.new_event}",
        "refuse_rename": f"Rename refused: {said.event} is not {said.new_event}",
    }.get(said.kind, said.kind.replace("_", " ").capitalize())


def _status(value: object) -> str:
    return status_label(str(value)).lower()


def _day(value: object) -> str:
    return day_text(date.fromisoformat(str(value))) if value else "an unknown day"
