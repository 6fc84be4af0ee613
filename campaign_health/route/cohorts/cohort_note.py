"""A cohort as it is noted for the monitor and told in the terminal: numbers, and nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict

from collectors.http.impersonal import impersonal
from storage.outbox.cohorts.cohort_list import Cohort, cohorts_of, numbers_of
from storage.outbox.connection.outbox_connection import Connection


class CohortRow(TypedDict):
    """One cohort; instants as ISO 8601 in UTC."""

    cohort: str
    source: str
    name: str
    mode: str
    is_whole: bool
    people: int
    applied: int
    in_segment: int
    to_add: int
    to_remove: int
    unknown: int
    nobody: int
    segment_id: int | None
    counted: int | None
    heard_at: str | None
    completed_at: str | None
    held_since: str | None
    trouble: str


def cohort_rows(connection: Connection, workspace: str) -> list[CohortRow]:
    """All cohorts of a workspace, by source and name."""
    return [_row(connection, one) for one in cohorts_of(connection, workspace)]


def _row(connection: Connection, cohort: Cohort) -> CohortRow:
    numbers = numbers_of(connection, cohort.number)
    return {
        "cohort": cohort.cohort,
        "source": cohort.source,
        "name": cohort.name,
        "mode": cohort.mode,
        "is_whole": cohort.is_whole and cohort.completed is not None,
        "people": numbers.told,
        "applied": numbers.approved,
        "in_segment": numbers.placed,
        "to_add": numbers.to_add,
        "to_remove": numbers.to_remove,
        "unknown": numbers.unknown,
        "nobody": cohort.nobody,
        "segment_id": cohort.segment_id,
        "counted": cohort.counted,
        "heard_at": _instant(cohort.heard),
        "completed_at": _instant(cohort.completed),
        "held_since": _instant(cohort.held_since),
        "trouble": impersonal(cohort.trouble),
    }


def _instant(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
