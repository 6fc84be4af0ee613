"""What a recovery leaves for the monitor: numbers of people, and what was done; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaign_health.route.recovery.careful_sending import Sent
from campaign_health.route.recovery.looking import Found
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.segment_way import SegmentFilled, segment_name
from storage.outbox.recovery_ledger import RecoveryRow


def recovery_note(
    plan: RecoveryPlan, found: Found, done: Sequence[RecoveryRow], outcome: SegmentFilled | Sent | None, now: datetime
) -> dict[str, Any]:
    """The row of these days for `route_numbers.json`.

    Args:
        plan: Whose days.
        found: Who missed it, before anybody was reached by this run.
        done: All recoveries of the campaign, the oldest first, with this run's.
        outcome: What this run did; None: it only looked.
        now: When it was looked.
    """
    of_days = [one for one in done if (one.since, one.until) == (plan.since, plan.until) and one.people]
    newest = of_days[-1] if of_days else None
    segments = [one for one in of_days if one.segment_id is not None]
    segment_id = segments[-1].segment_id if segments else None
    # One that went on with an earlier one's segment is in the segment of that one's days.
    named = next((one for one in done if segment_id is not None and one.segment_id == segment_id), None)
    reached_now = 0 if outcome is None else outcome.added if isinstance(outcome, SegmentFilled) else outcome.people
    row = {
        "campaign_id": plan.campaign_id,
        "since": plan.since.isoformat(),
        "until": plan.until.isoformat(),
        "looked_at": now.isoformat(),
        "should_have": len(found.should.people),
        "reached": len(found.missed.reached),
        "missed": found.missed.missed,
        "can_be_reached": len(found.missed.reachable) - reached_now,
        "put_into_segment": _people(of_days, "segment"),
        "replayed": _people(of_days, "replay"),
        "in_broadcast": _people(of_days, "broadcast"),
        "segment_id": segment_id,
        "segment": segment_name(plan.campaign, named.since, named.until) if named else None,
        "put_by": newest.by_whom if newest else None,
        "put_at": newest.begun_at.isoformat() if newest else None,
    }
    # A look does not change what the newest sending came to.
    return row if outcome is None else row | {"stopped": outcome.stopped if isinstance(outcome, Sent) else None}


def _people(done: Sequence[RecoveryRow], way: str) -> int:
    return sum(one.people for one in done if one.way == way)
