"""How people and announced hand-overs bear on an incident: taken on, muted, meant, no break, a rename confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from campaign_health.detection.incident.incident_course import Change, Incident
from campaign_health.words.dates import day_text

RENAME_CONFIRMED = "rename_confirmed"
"""How a hand-over is known of which a person said that it happened: that is no wish for silence."""

_MEANT = ("expected", "false_alarm")


class Decision(Protocol):
    """What a person said, as stored."""

    @property
    def kind(self) -> str: ...
    @property
    def incident_id(self) -> str | None: ...
    @property
    def campaign_id(self) -> int | None: ...
    @property
    def event(self) -> str | None: ...
    @property
    def new_event(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def until(self) -> date | None: ...
    @property
    def decided_by(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...


@dataclass(frozen=True)
class HandOver:
    """A rename that was announced, expected from `since` on (None: whenever it happens) up to `until` (None: no end);
    or that a person confirmed on the day `since`.
    """

    old: str
    new: str
    since: date | None
    until: date | None
    by: str
    how: str


@dataclass(frozen=True)
class Standing:
    """The columns of `incident` that people answer for; all None where nobody said anything."""

    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    muted_by: str | None = None
    muted_reason: str | None = None
    muted_until: date | None = None
    expected_by: str | None = None
    expected_reason: str | None = None
    expected_how: str | None = None
    renamed_by: str | None = None
    renamed_from: str | None = None
    renamed_to: str | None = None


@dataclass(frozen=True)
class _Quiet:
    """One reason why it is not to be raised, and until when. `how`: decision, false_alarm or manifest."""

    by: str
    reason: str
    since: date
    until: date | None
    how: str
    names: tuple[str, str] | None = None


def standing_of(
    incident: Incident,
    incident_id: str,
    event: str | None,
    decisions: Sequence[Decision],
    hand_overs: Sequence[HandOver],
    today: date,
    local_day: Callable[[datetime], date],
) -> tuple[Standing, list[Change]]:
    """What holds of the incident today, and the changes that came by themselves.

    `decisions` are those in force, oldest first, `event` is what its campaign hung on. What people do is recorded when
    they do it; the changes given back are only those that time or the data made: a mute or a grace that ended, a
    hand-over, a rename that was confirmed of events at large.
    """
    own = [d for d in decisions if d.incident_id == incident_id or _covers(d, incident, local_day)]
    said = {kind: [d for d in own if d.kind == kind] for kind in ("acknowledge", "mute")}
    changes: list[Change] = []
    taken = _foremost(said["acknowledge"])
    muted = _holding(said["mute"], incident.ended_on or today)
    if muted is not None and (over := _mute_over(muted, incident, today)) is not None:
        day, how = over
        detail = {"by": muted.decided_by, "how": how}
        changes.append(Change(incident_id, incident.campaign_id, "unmuted", day, detail))
        muted = None
    meant = _holding([d for d in own if d.kind in _MEANT], incident.ended_on or today)
    quiet = _longest_quiet(incident, event, meant, hand_overs, local_day)
    if quiet is not None:
        if quiet.names is not None:
            detail = {"by": quiet.by, "reason": quiet.reason, "how": quiet.how}
            detail |= {"until": quiet.until.isoformat()} if quiet.until else {}
            detail |= {"old": quiet.names[0], "new": quiet.names[1]}
            day = max(quiet.since, incident.detected_on)
            changes.append(Change(incident_id, incident.campaign_id, "expected", day, detail))
        if quiet.until is not None and incident.is_open and quiet.until < today:
            detail = {"by": quiet.by, "how": "over"}
            after = quiet.until + timedelta(days=1)
            changes.append(Change(incident_id, incident.campaign_id, "unexpected", after, detail))
            quiet = None
    renamed = _confirmed(incident, event, hand_overs)
    if renamed is not None and renamed.since is not None:
        detail = {"by": renamed.by, "old": renamed.old, "new": renamed.new}
        day = max(renamed.since, incident.detected_on)
        changes.append(Change(incident_id, incident.campaign_id, RENAME_CONFIRMED, day, detail))
    standing = Standing(
        taken.decided_by if taken else None,
        taken.decided_at if taken else None,
        muted.decided_by if muted else None,
        muted.reason if muted else None,
        muted.until if muted else None,
        quiet.by if quiet else None,
        quiet.reason if quiet else None,
        quiet.how if quiet else None,
        *((renamed.by, renamed.old, renamed.new) if renamed else ()),
    )
    return standing, changes


def quiet_when_detected(
    incident: Incident, event: str | None, hand_overs: Sequence[HandOver], local_day: Callable[[datetime], date]
) -> bool:
    """Whether a hand-over made the incident expected on the very day it was detected, so that it is no news."""
    quiet = _longest_quiet(incident, event, None, hand_overs, local_day)
    return quiet is not None and (quiet.until is None or incident.detected_on <= quiet.until)


def concerns(decision: Decision, incident: Incident, incident_id: str, event: str | None) -> bool:
    """Whether a decision, made or undone, may change what holds of the incident; `event` as in `standing_of`."""
    if decision.incident_id is not None:
        return decision.incident_id == incident_id
    if decision.campaign_id is not None:
        return decision.campaign_id == incident.campaign_id
    return not {decision.event, decision.new_event}.isdisjoint(_names(incident, event))


def _foremost(said: Sequence[Decision]) -> Decision | None:
    """What was said of this very incident goes before what was said of its whole campaign; of equal ones the newest."""
    return max(said, key=lambda d: (d.incident_id is not None, d.decided_at), default=None)


def _holding(said: Sequence[Decision], day: date) -> Decision | None:
    """The foremost of those whose last day is not before `day`; where all have ended, the one that held longest."""
    running = [d for d in said if d.until is None or d.until >= day]
    return _foremost(running) or max(said, key=lambda d: d.until or date.max, default=None)


def _covers(decision: Decision, incident: Incident, local_day: Callable[[datetime], date]) -> bool:
    """A decision about a whole campaign is about its incident that is open at the time, or the next within its term."""
    if decision.incident_id is not None or decision.campaign_id != incident.campaign_id:
        return False
    decided = local_day(decision.decided_at)
    ended_before = incident.ended_on is not None and incident.ended_on <= decided
    return not ended_before and (decision.until is None or incident.detected_on <= decision.until)


def _mute_over(mute: Decision, incident: Incident, today: date) -> tuple[date, str] | None:
    over = mute.until + timedelta(days=1) if mute.until is not None and mute.until < today else None
    if incident.ended_on is not None and (over is None or incident.ended_on < over):
        return incident.ended_on, "recovered"
    return None if over is None else (over, "over")


def _longest_quiet(
    incident: Incident,
    event: str | None,
    meant: Decision | None,
    hand_overs: Sequence[HandOver],
    local_day: Callable[[datetime], date],
) -> _Quiet | None:
    found = []
    if meant is not None:
        how = "decision" if meant.kind == "expected" else meant.kind
        found.append(_Quiet(meant.decided_by, meant.reason or "", local_day(meant.decided_at), meant.until, how))
    names = _names(incident, event)
    for hand_over in hand_overs:
        is_other = {hand_over.old, hand_over.new}.isdisjoint(names)
        if hand_over.how == RENAME_CONFIRMED or is_other or not _in_time(hand_over, incident):
            continue
        since = hand_over.since or incident.opened_on
        end = f" until {day_text(hand_over.until)}" if hand_over.until else ""
        reason = f"Hand-over in progress{end}: {hand_over.old} becomes {hand_over.new}"
        names_of_it = (hand_over.old, hand_over.new)
        found.append(_Quiet(hand_over.by, reason, since, hand_over.until, hand_over.how, names_of_it))
    return max(found, key=lambda quiet: quiet.until or date.max, default=None)


def _confirmed(incident: Incident, event: str | None, hand_overs: Sequence[HandOver]) -> HandOver | None:
    """The newest rename that a person confirmed and that explains the incident: it is its headline cause, or it was
    confirmed while the incident was on and its event is one of the two.
    """
    facts = incident.evidence[0].get("facts", {}) if incident.evidence else {}
    named = facts.get("old_event"), facts.get("new_event")
    found = [
        one
        for one in hand_overs
        if one.how == RENAME_CONFIRMED
        and one.since is not None
        and (incident.ended_on is None or incident.ended_on >= one.since)
        and (
            named == (one.old, one.new)
            or (incident.opened_on <= one.since and not {one.old, one.new}.isdisjoint(_names(incident, event)))
        )
    ]
    return max(found, key=lambda one: one.since or date.min, default=None)


def _names(incident: Incident, event: str | None) -> set[str]:
    """The events whose hand-over would explain the incident."""
    names = {event} if event is not None and incident.stage in ("event", "started") else set()
    for cause in incident.evidence[:1]:
        if cause.get("cause") == "event_renamed":
            names |= {str(cause.get("facts", {}).get("old_event"))}
    return names


def _in_time(hand_over: HandOver, incident: Incident) -> bool:
    """Whether an announced hand-over was under way when the incident began and was detected."""
    began_by = hand_over.until is None or incident.opened_on <= hand_over.until
    return began_by and (hand_over.since is None or incident.detected_on >= hand_over.since)
