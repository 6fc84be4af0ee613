"""Which cohorts are known, what is to become of them, and how far they have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from storage.outbox.connection.outbox_connection import Connection

NOT_IN, PERHAPS, IN, UNKNOWN, STUCK = range(5)
"""What is known of a person and the segment."""
DERIVED = "derived"
"""The source of cohorts that are filled here."""
TELL_ALL = frozenset(("mixpanel",))
"""Sources that tell a whole list first, and say so; of others what they tell counts from the beginning."""


@dataclass(frozen=True)
class Cohort:
    """One cohort: of which `source` (mixpanel, amplitude, derived), by its id there and its name.

    Attributes:
        number: Its number here.
        mode: off, shadow (nothing is written to Customer.io) or live; `since` when, as all instants in Unix seconds.
        is_whole: Whether a list of all its people was told, and not only who came and went.
        heard: When it was last told of; `completed` when that was last folded; None for never.
        nobody: How many of the newest whole list name nobody that Customer.io could know.
        held_since: Since when a loss of half or more of its people waits for somebody to say that it is right.
        segment_id: The segment that it fills, None until there is one; `is_bound`: who was in it before is known.
        counted: How many Customer.io says are in the segment, and when that was asked.
        tried_at: When those whom Customer.io does not know were tried again.
        trouble: Why it could not be applied; empty where it could.
    """

    number: int
    workspace: str
    source: str
    cohort: str
    name: str
    mode: str
    since: float
    is_whole: bool
    heard: float | None
    completed: float | None
    nobody: int
    held_since: float | None
    is_released: bool
    segment_id: int | None
    is_bound: bool
    counted: int | None
    counted_at: float | None
    tried_at: float
    trouble: str


@dataclass(frozen=True)
class CohortNumbers:
    """How many people: told to be in it, told otherwise than approved, approved, in the segment, still to be put in and
    taken out, and unknown to Customer.io.
    """

    told: int
    undecided: int
    approved: int
    placed: int
    to_add: int
    to_remove: int
    unknown: int


_COLUMNS = ", ".join(["cohort_number", *(one.name for one in fields(Cohort)[1:])])
_TRUTHS = frozenset(("is_whole", "is_released", "is_bound"))


def cohorts_of(connection: Connection, workspace: str) -> list[Cohort]:
    """A workspace's cohorts, by source and name."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM cohort WHERE workspace = ? ORDER BY source, name, cohort",  # noqa: S608
        [workspace],
    )
    return [_cohort(row) for row in rows]


def _cohort(row: Sequence[Any]) -> Cohort:
    values: dict[str, Any] = {
        one.name: bool(value) if one.name in _TRUTHS else value for one, value in zip(fields(Cohort), row, strict=True)
    }
    return Cohort(**values)


def begin_cohort(connection: Connection, workspace: str, source: str, cohort: str, name: str, now: float) -> None:
    """Know a cohort from now on: in shadow, so that nothing is written until somebody says so. Its name may change."""
    connection.execute(
        "INSERT INTO cohort (workspace, source, cohort, name, mode, since, is_whole, is_released, is_bound, trouble) "
        "VALUES (?, ?, ?, ?, 'shadow', ?, ?, 0, 0, '') ON CONFLICT (workspace, source, cohort) "
        "DO UPDATE SET name = excluded.name WHERE cohort.name <> excluded.name",
        [workspace, source, cohort, name, now, int(source not in TELL_ALL)],
    )


def set_cohort_mode(connection: Connection, number: int, mode: str, now: float) -> None:
    """Set a cohort's mode. What was told of it is forgotten where it is turned off, for it is not known any more who is
    in it; who is in the segment stays known.
    """
    if mode == "off":
        sessions = "SELECT session_number FROM cohort_session WHERE cohort_number = ?"
        for table in ("cohort_told", "cohort_page"):
            connection.execute(f"DELETE FROM {table} WHERE session_number IN ({sessions})", [number])  # noqa: S608
        connection.execute("DELETE FROM cohort_session WHERE cohort_number = ?", [number])
        connection.execute("UPDATE cohort_member SET told = 0 WHERE cohort_number = ?", [number])
        connection.execute(
            "UPDATE cohort SET is_whole = 0, completed = NULL, held_since = NULL, is_released = 0 "
            "WHERE cohort_number = ?",
            [number],
        )
    connection.execute(
        "UPDATE cohort SET mode = ?, since = ?, trouble = '' WHERE cohort_number = ? AND mode <> ?",
        [mode, now, number, mode],
    )


def set_segment(connection: Connection, number: int, segment_id: int, *, is_bound: bool) -> None:
    """Let a cohort fill a segment. With another one than before nobody is known to be in it."""
    connection.execute(
        "UPDATE cohort_member SET placed = ? WHERE cohort_number = ? AND EXISTS (SELECT 1 FROM cohort "
        "WHERE cohort.cohort_number = cohort_member.cohort_number AND segment_id <> ?)",
        [NOT_IN, number, segment_id],
    )
    connection.execute(
        "UPDATE cohort SET segment_id = ?, is_bound = ?, counted = NULL, counted_at = NULL WHERE cohort_number = ?",
        [segment_id, int(is_bound), number],
    )


def release_cohort(connection: Connection, number: int) -> None:
    """Say that what it lost is right: it is applied at the next look."""
    connection.execute("UPDATE cohort SET is_released = 1 WHERE cohort_number = ?", [number])


def begin_told_anew(connection: Connection, number: int) -> None:
    """Say that all of a cohort is told anew from now on, by a source that never says so itself."""
    connection.execute("UPDATE cohort SET is_whole = 1 WHERE cohort_number = ?", [number])


def cohort_of_segment(connection: Connection, workspace: str, segment_id: int) -> Cohort | None:
    """The cohort that fills a segment; None where none does."""
    return next((one for one in cohorts_of(connection, workspace) if one.segment_id == segment_id), None)


def note_counted(connection: Connection, number: int, counted: int, now: float) -> None:
    """Note how many Customer.io says are in the segment."""
    connection.execute("UPDATE cohort SET counted = ?, counted_at = ? WHERE cohort_number = ?", [counted, now, number])


def note_trouble(connection: Connection, number: int, trouble: str) -> bool:
    """Note why it could not be applied (empty where it could); whether that is new."""
    return bool(
        connection.execute(
            "UPDATE cohort SET trouble = ? WHERE cohort_number = ? AND trouble <> ?", [trouble, number, trouble]
        ).rowcount
    )


def lease_cohort(connection: Connection, number: int, by: str, now: float, seconds: float) -> bool:
    """Take a cohort for so long, so that no other listener applies it meanwhile; whether nobody else has it."""
    return bool(
        connection.execute(
            "UPDATE cohort SET leased_by = ?, leased_until = ? WHERE cohort_number = ? "
            "AND (leased_by IN ('', ?) OR leased_until < ?)",
            [by, now + seconds, number, by, now],
        ).rowcount
    )


def numbers_of(connection: Connection, number: int) -> CohortNumbers:
    """Its numbers of people."""
    rows = connection.execute(
        "SELECT told, approved, placed, count(*) FROM cohort_member WHERE cohort_number = ? "
        "GROUP BY told, approved, placed",
        [number],
    ).fetchall()

    def total(*, told: int | None = None, approved: int | None = None, placed: Sequence[int] = range(5)) -> int:
        return sum(
            found
            for is_told, is_approved, state, found in rows
            if told in (None, is_told) and approved in (None, is_approved) and state in placed
        )

    return CohortNumbers(
        told=total(told=1),
        undecided=total(told=1, approved=0) + total(told=0, approved=1),
        approved=total(approved=1),
        placed=total(placed=(IN, STUCK)),
        to_add=total(approved=1, placed=(NOT_IN, PERHAPS)),
        to_remove=total(approved=0, placed=(PERHAPS, IN)),
        unknown=total(approved=1, placed=(UNKNOWN,)),
    )
