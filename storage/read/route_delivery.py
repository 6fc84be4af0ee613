"""What the route carried when it last noted it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from storage.connection import Connection
from storage.delivery_records import (
    CohortRecord,
    Delivery,
    HoldRecord,
    LetterGroupRecord,
    RouteDayRecord,
    RouteEventRecord,
    SourceAgeRecord,
)
from storage.file.conversion import read_instant
from storage.read.experiment_arms import arms_of_experiments
from storage.read.known_tables import has_table
from storage.read.rows import Row, as_rows

_INSTANTS = frozenset(("first", "last", "since", "first_expires", "heard_at", "completed_at", "held_since"))
_OF_ALL = frozenset(("workspace", "breaker", "oldest_waiting_at", "noted_at"))
Record = TypeVar("Record")


def carries_anything(connection: Connection) -> bool:
    """Whether the route moves an event of any workspace, or did; not in a file of an older version."""
    if not has_table(connection, "route_event"):
        return False
    tables = ["route_event", *(["route_cohort"] if has_table(connection, "route_cohort") else [])]
    return any(connection.execute(f"SELECT 1 FROM {one} LIMIT 1").fetchone() is not None for one in tables)  # noqa: S608


def delivery_of(connection: Connection, workspace: str) -> Delivery | None:
    """All of it of a workspace; None where the route moves nothing, and in a file of an older version.

    Events, holds and sources are in the order of their names, letters the largest group first, days the oldest first.
    """
    if not has_table(connection, "route_event"):
        return None
    events = _rows(connection, workspace, "route_event", "event")
    cohorts = (
        _rows(connection, workspace, "route_cohort", "name, cohort") if has_table(connection, "route_cohort") else []
    )
    if not events and not cohorts:
        return None
    noted_at = read_instant([*events, *cohorts][0]["noted_at"])
    assert noted_at is not None
    return Delivery(
        noted_at=noted_at,
        breaker=events[0]["breaker"] if events else "closed",
        oldest_waiting_at=read_instant(events[0]["oldest_waiting_at"]) if events else None,
        events=[_record(RouteEventRecord, row) for row in events],
        days=[_record(RouteDayRecord, row) for row in _rows(connection, workspace, "route_day", "day, event")],
        letters=[
            _record(LetterGroupRecord, row)
            for row in _rows(connection, workspace, "route_letter_group", "count DESC, event, reason, field")
        ],
        holds=[_record(HoldRecord, row) for row in _rows(connection, workspace, "route_hold", "event")],
        experiments=[one for one, at in arms_of_experiments(connection, workspace) if at == noted_at],
        cohorts=[_record(CohortRecord, row) for row in cohorts],
        sources=[_record(SourceAgeRecord, row) for row in _rows(connection, workspace, "route_source", "source")],
    )


def _rows(connection: Connection, workspace: str, table: str, order: str) -> list[Row]:
    return as_rows(connection.execute(f"SELECT * FROM {table} WHERE workspace = ? ORDER BY {order}", [workspace]))  # noqa: S608


def _record(kind: Callable[..., Record], row: Row) -> Record:
    known: dict[str, Any] = {
        name: read_instant(value) if name in _INSTANTS else value for name, value in row.items() if name not in _OF_ALL
    }
    return kind(**known)
