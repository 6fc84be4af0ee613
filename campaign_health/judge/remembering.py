"""The judge's memory of earlier days: whether the stored one is of this very input, and what marks that."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date

from campaign_health.detection.event.event_history import EventState
from campaign_health.detection.pair.memory import StateError
from campaign_health.detection.pair.panel import State
from campaign_health.judge.background import Known
from campaign_health.judge.checkpoint import VERSION, Checkpoint
from storage.connection import Connection
from storage.read import judged
from storage.read.daily_numbers import input_fingerprint


def remembered(connection: Connection, known: Known, before: date) -> Checkpoint | None:
    """The stored memory, where it is of this very input and ends before the day `before`."""
    stored = judged.stored_memory(connection, known.workspace)
    if stored is None or stored.day >= before or stored.day < known.first_day:
        return None
    if stored.fingerprint != fingerprint(connection, known, stored.day):
        return None
    try:
        return Checkpoint.from_bytes(stored.state)
    except (StateError, ValueError, KeyError, zipfile.BadZipFile):
        # Written by another version: it can always be made again.
        return None


def fingerprint(connection: Connection, known: Known, through: date) -> str:
    """A digest of everything that verdicts up to the day `through` rest on.

    What begins after that day does not change it: new campaigns, new events, later edits and decisions.
    """
    versions = (VERSION, State.VERSION, EventState.VERSION, repr(known.detector))
    digest = hashlib.sha256(repr((*versions, str(known.zone), known.first_day)).encode())
    relearned = known.relearned
    ids = []
    for plan in known.plans:
        span = known.spans[plan.campaign_id]
        if span.born > through:
            continue
        ids.append(plan.campaign_id)
        periods = [
            (period.since, period.event, period.edited, _until(known.first_seen.get(period.event or ""), through))
            for period in plan.periods
            if period.since is None or period.since <= through
        ]
        days = (span.born, *(_until(day, through) for day in (span.first_expected, span.first_active, span.gone)))
        accepted = [day for day in relearned.get(plan.campaign_id, ()) if day <= through]
        digest.update(repr((plan.campaign_id, days, span.ever_ran, periods, accepted)).encode())
    return f"{input_fingerprint(connection, known.workspace, through, ids)}:{digest.hexdigest()}"


def _until(day: date | None, through: date) -> date | None:
    return day if day is not None and day <= through else None
