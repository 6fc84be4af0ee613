"""What became of "I fixed it": the days judged after it confirm it, show that it goes on, or say nothing yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaign_health.detection.incident.endings import RECOVERED
from campaign_health.detection.incident.incident_course import Change, Incident

HALF = 0.5
"""The day on which it was said counts, too, where at least so much of it was left, and shows less than half of what
that was to bring: nobody knows at which hours a campaign sends."""

NEXT_TO_NOTHING = 0.1
"""Where journeys start at more than this share of what is due, the trigger works; messages may take their time."""

LASTING_DAYS = 7
"""Where the count of sends cannot show the break (deliveries, one message of several), the incident tells by lasting
so many days more than a recovery takes to be sure."""


@dataclass(frozen=True)
class Fix:
    """What somebody said of an incident: that it is fixed, on `day` in the workspace's zone, of which the share
    `left_of_day` was still to come.
    """

    decision_id: str
    by: str
    day: date
    left_of_day: float
    reason: str | None


@dataclass(frozen=True)
class JudgedDay:
    """A settled day of an incident's campaigns together; `is_broken`: it was judged as a bad day of any of them.

    `expected_low` are the sends that a healthy day has at least. None is not known.
    """

    day: date
    is_broken: bool
    events: float | None
    started: float | None
    sent: float | None
    expected_low: float | None


@dataclass(frozen=True)
class Proof:
    """The columns of `incident` that tell what became of it; all None where nothing that was said holds."""

    fixed_by: str | None = None
    fixed_on: date | None = None
    fixed_reason: str | None = None
    fix_failed_on: date | None = None


def proof_of(
    incident: Incident, incident_id: str, fix: Fix | None, days: Sequence[JudgedDay], last_end: date | None
) -> tuple[Proof, list[Change]]:
    """What holds of the newest `fix` that was said of the incident, and the changes that tell of its answer.

    `days` are those judged from the day of the fix on, oldest first; `last_end` is the day whose data ended the
    incident last, also where it is open again: what was said before that is answered. An incident that was closed is
    not recovered, and confirms nothing; nor does the end of one that was over when it was said.
    """
    if fix is None:
        return Proof(), []
    held = Proof(fix.by, fix.day, fix.reason, None)
    detail = {"by": fix.by, "fixed_on": fix.day.isoformat()}

    def change(kind: str, day: date) -> Change:
        return Change(incident_id, incident.campaign_id, kind, day, detail, suffix=fix.decision_id)

    if incident.ended_on is not None:
        is_confirmed = incident.ended_how == RECOVERED and incident.ended_on >= fix.day
        return (held, [change("fix_confirmed", incident.ended_on)]) if is_confirmed else (Proof(), [])
    if last_end is not None and last_end >= fix.day:
        return Proof(), []
    failed = next((one.day for one in days if _speaks_against(one, fix, incident)), None)
    if failed is None:
        return held, []
    return Proof(fix.by, fix.day, fix.reason, failed), [change("still_broken", failed)]


def _speaks_against(one: JudgedDay, fix: Fix, incident: Incident) -> bool:
    """Whether the day shows that it goes on. Days are called broken until a recovery is sure: the count tells."""
    if one.day < fix.day or not one.is_broken:
        return False
    share = 1.0
    if one.day == fix.day:
        if fix.left_of_day < HALF:
            return False
        share = HALF * fix.left_of_day
    stopped_at_trigger = incident.stage in ("event", "started") and incident.kind != "degraded"
    if _falls_short(one, share) and not (stopped_at_trigger and _trigger_works(one, share)):
        return True
    return (one.day - fix.day).days >= LASTING_DAYS


def _trigger_works(one: JudgedDay, share: float) -> bool:
    due = max(one.events or 0.0, one.expected_low or 0.0)
    return one.started is not None and one.started > NEXT_TO_NOTHING * share * due and one.started > 0


def _falls_short(one: JudgedDay, share: float) -> bool:
    if one.sent is None:
        return False
    return one.sent < share * one.expected_low if one.expected_low is not None else one.sent == 0


def left_of_day(local: datetime) -> float:
    """How much of its calendar day is still to come at a local time, as a share from 0 to 1."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return 1.0 - (local - midnight) / timedelta(days=1)
