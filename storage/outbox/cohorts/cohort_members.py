"""Who is in a cohort, who may be taken for it, and who is in its segment; a thousand people or so at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from storage.outbox.cohorts.cohort_list import IN, NOT_IN, PERHAPS, STUCK, UNKNOWN, Cohort
from storage.outbox.cohorts.cohort_sessions import FOLDED, Session, give_up_session, sessions_of
from storage.outbox.connection.many_rows import in_parts, insert_rows, marks
from storage.outbox.connection.outbox_connection import Connection

AT_ONCE = 2_000
_SOUGHT = STUCK + 1
"""While it is looked who is in the segment: could be taken out by hand only, and may have been."""
Step = Callable[[Connection], int]
"""Does some of it in the transaction of whoever calls it; how many people that was, 0 at the end."""


def fold_some(connection: Connection, cohort: Cohort, session: Session, now: float) -> int:
    """Take some people of a whole session for told; 0 once all are and the session is folded.

    A list of all who are in the cohort takes out those whom it does not name, after all whom it names are in.
    """
    people = [
        person
        for (person,) in connection.execute(
            "SELECT DISTINCT person FROM cohort_told WHERE session_number = ? LIMIT ?", [session.number, AT_ONCE]
        )
    ]
    if people:
        _set_told(connection, cohort.number, session, people)
        for some in in_parts(people):
            connection.execute(
                f"DELETE FROM cohort_told WHERE session_number = ? AND person IN ({marks(len(some))})",  # noqa: S608
                [session.number, *some],
            )
        return len(people)
    if session.action == "members":
        unnamed = _some(connection, cohort.number, "told = 1 AND session_number <> ?", [session.number], AT_ONCE)
        if unnamed:
            _update(connection, cohort.number, unnamed, "told = 0")
            return len(unnamed)
    _end_session(connection, cohort, session, now)
    return 0


def approve_some(connection: Connection, cohort: Cohort) -> int:
    """Let what is told be what is applied, for some people; 0 once it is for all, and nothing is held any more."""
    changed = 0
    for is_in in (1, 0):
        people = _some(connection, cohort.number, "told = ? AND approved = ?", [is_in, 1 - is_in], AT_ONCE)
        _update(connection, cohort.number, people, f"approved = {is_in}")
        changed += len(people)
    if not changed:
        connection.execute(
            "UPDATE cohort SET held_since = NULL, is_released = 0 WHERE cohort_number = ?", [cohort.number]
        )
        connection.execute(
            "DELETE FROM cohort_member WHERE cohort_number = ? AND told = 0 AND approved = 0 AND placed IN (?, ?)",
            [cohort.number, NOT_IN, UNKNOWN],
        )
    return changed


def hold_cohort(connection: Connection, cohort: Cohort, now: float) -> None:
    """Keep back what the cohort lost; since the first time that it was."""
    connection.execute(
        "UPDATE cohort SET held_since = ? WHERE cohort_number = ? AND held_since IS NULL", [now, cohort.number]
    )


def next_to_add(connection: Connection, cohort: Cohort, most: int) -> list[str]:
    """Some who are to be put into the segment."""
    return _some(connection, cohort.number, "approved = 1 AND placed IN (?, ?)", [NOT_IN, PERHAPS], most)


def next_to_remove(connection: Connection, cohort: Cohort, most: int) -> list[str]:
    """Some who are to be taken out of the segment."""
    return _some(connection, cohort.number, "approved = 0 AND placed IN (?, ?)", [PERHAPS, IN], most)


def note_placed(connection: Connection, cohort: Cohort, people: Sequence[str], placed: int) -> None:
    """Note what is known of people and the segment that the cohort had when it was read; nothing where it has another
    one by now. Whoever is of no use any more is forgotten.
    """
    (segment_id,) = connection.execute(
        "SELECT segment_id FROM cohort WHERE cohort_number = ?", [cohort.number]
    ).fetchone()
    if segment_id != cohort.segment_id:
        return
    _update(connection, cohort.number, people, f"placed = {placed}")
    if placed == NOT_IN:
        for some in in_parts(people):
            connection.execute(
                "DELETE FROM cohort_member WHERE cohort_number = ? AND told = 0 AND approved = 0 "  # noqa: S608
                f"AND person IN ({marks(len(some))})",
                [cohort.number, *some],
            )


def compare_members(connection: Connection, cohort: Cohort, people: Sequence[str], lacking: int) -> None:
    """Note that just these people are in the segment, as Customer.io says.

    What is known of those who should be and are not is `lacking` then; who should not be and is, counts as approved
    until it is decided that the cohort may lose them.
    """
    connection.execute(
        "UPDATE cohort_member SET placed = ? WHERE cohort_number = ? AND placed = ?", [_SOUGHT, cohort.number, STUCK]
    )
    connection.execute(
        "UPDATE cohort_member SET placed = CASE WHEN approved = 1 THEN ? ELSE ? END "
        "WHERE cohort_number = ? AND placed = ?",
        [lacking, NOT_IN, cohort.number, IN],
    )
    for some in in_parts(people, 150):
        insert_rows(
            connection,
            "cohort_member",
            ("cohort_number", "person", "told", "approved", "placed", "session_number"),
            [(cohort.number, person, 0, 1, IN, 0) for person in some],
            f"ON CONFLICT (cohort_number, person) DO UPDATE SET placed = CASE WHEN cohort_member.placed = {_SOUGHT} "
            f"THEN {STUCK} ELSE {IN} END",
        )
    connection.execute(
        "UPDATE cohort_member SET placed = ? WHERE cohort_number = ? AND placed = ?", [NOT_IN, cohort.number, _SOUGHT]
    )
    connection.execute("UPDATE cohort SET is_bound = 1 WHERE cohort_number = ?", [cohort.number])


def try_unknown_again(connection: Connection, cohort: Cohort, now: float) -> None:
    """Let those whom Customer.io did not know be sent again: it may know them by now."""
    connection.execute("UPDATE cohort SET tried_at = ? WHERE cohort_number = ?", [now, cohort.number])
    connection.execute(
        "UPDATE cohort_member SET placed = ? WHERE cohort_number = ? AND placed = ?", [NOT_IN, cohort.number, UNKNOWN]
    )


def forget_in_cohorts(connection: Connection, workspace: str, person: str) -> int:
    """Take a person out of all that is kept of a workspace's cohorts; how many rows they had."""
    of = "SELECT cohort_number FROM cohort WHERE workspace = ?"
    sessions = f"SELECT session_number FROM cohort_session WHERE cohort_number IN ({of})"  # noqa: S608
    rows = 0
    for table, which in (
        ("cohort_member", f"cohort_number IN ({of})"),
        ("cohort_told", f"session_number IN ({sessions})"),
    ):
        rows += connection.execute(
            f"DELETE FROM {table} WHERE person = ? AND {which}",  # noqa: S608
            [person, workspace],
        ).rowcount
    return rows


def _set_told(connection: Connection, number: int, session: Session, people: Sequence[str]) -> None:
    if session.action == "remove":
        _update(connection, number, people, "told = 0")
        return
    list_number = session.number if session.action == "members" else 0
    ending = "told = 1" + (f", session_number = {session.number}" if list_number else "")
    insert_rows(
        connection,
        "cohort_member",
        ("cohort_number", "person", "told", "approved", "placed", "session_number"),
        [(number, person, 1, 0, NOT_IN, list_number) for person in people],
        f"ON CONFLICT (cohort_number, person) DO UPDATE SET {ending}",
    )


def _end_session(connection: Connection, cohort: Cohort, session: Session, now: float) -> None:
    connection.execute("UPDATE cohort_session SET state = ? WHERE session_number = ?", [FOLDED, session.number])
    # Of an older session that has not come whole by now, nothing may be applied after this one.
    for one in sessions_of(connection, cohort.number):
        if one.number < session.number and one.session != session.session:
            give_up_session(connection, one)
    connection.execute("UPDATE cohort SET completed = ? WHERE cohort_number = ?", [now, cohort.number])
    if session.action == "members":
        connection.execute(
            "UPDATE cohort SET is_whole = 1, nobody = (SELECT COALESCE(sum(nobody), 0) FROM cohort_page "
            "WHERE session_number = ?) WHERE cohort_number = ?",
            [session.number, cohort.number],
        )


def _some(connection: Connection, number: int, which: str, values: Sequence[object], most: int) -> list[str]:
    rows = connection.execute(
        f"SELECT person FROM cohort_member WHERE cohort_number = ? AND {which} LIMIT ?",  # noqa: S608 (our own words)
        [number, *values, most],
    )
    return [person for (person,) in rows]


def _update(connection: Connection, number: int, people: Sequence[str], what: str) -> None:
    for some in in_parts(people):
        connection.execute(
            f"UPDATE cohort_member SET {what} WHERE cohort_number = ? AND person IN ({marks(len(some))})",  # noqa: S608
            [number, *some],
        )
