"""What was told of cohorts, page by page, until all of a session is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from storage.outbox.cohorts.cohort_list import begin_cohort
from storage.outbox.connection.many_rows import insert_rows
from storage.outbox.connection.outbox_connection import Connection

Action = Literal["members", "add", "remove"]
"""All who are in the cohort, or who came into it, or left it."""
OPEN, WHOLE, FOLDED, STALE = "open", "whole", "folded", "stale"
KEPT_SECONDS = 7 * 86_400.0
"""How long it is known that a session was folded: what is repeated later than this would be folded again."""


@dataclass(frozen=True)
class CohortPage:
    """One message of a session: page `page`, from 1 on, of `pages` (None: nobody says how many there are).

    `people` are as Customer.io knows them, `nobody` how many of the page it could not know.
    """

    workspace: str
    source: str
    cohort: str
    name: str
    session: str
    action: Action
    page: int
    pages: int | None
    people: Sequence[str]
    nobody: int = 0


@dataclass(frozen=True)
class Session:
    """A session as it stands: which pages have come, and when the newest of them did (Unix seconds)."""

    number: int
    session: str
    action: str
    pages: int | None
    state: str
    newest: float
    come: tuple[int, ...]


def take_page(connection: Connection, page: CohortPage, now: float) -> str:
    """Keep a page; what became of it: taken, repeated, stale (a newer session was folded), or off.

    A page that comes again takes the place of the first; where there are another number of pages than before, the
    session has begun again from the top.
    """
    begin_cohort(connection, page.workspace, page.source, page.cohort, page.name, now)
    number, mode = connection.execute(
        "UPDATE cohort SET heard = ? WHERE workspace = ? AND source = ? AND cohort = ? RETURNING cohort_number, mode",
        [now, page.workspace, page.source, page.cohort],
    ).fetchone()
    if mode == "off":
        return "off"
    session, state, pages = connection.execute(
        "INSERT INTO cohort_session (cohort_number, session, action, pages, state, newest) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (cohort_number, session, action) DO UPDATE SET newest = excluded.newest "
        "RETURNING session_number, state, pages",
        [number, page.session, page.action, page.pages, OPEN, now],
    ).fetchone()
    if state == STALE:
        return "stale"
    is_known = connection.execute(
        "SELECT 1 FROM cohort_page WHERE session_number = ? AND page = ?", [session, page.page]
    ).fetchone()
    if state != OPEN and (is_known or page.pages is not None):
        return "repeated"
    if state != OPEN and _newer(connection, number, session, page.session):
        return "stale"
    if pages != page.pages:
        drop_pages(connection, session)
    connection.execute("DELETE FROM cohort_told WHERE session_number = ? AND page = ?", [session, page.page])
    ending = "ON CONFLICT DO NOTHING"
    insert_rows(
        connection, "cohort_told", ("session_number", "page", "person"),
        [(session, page.page, person) for person in page.people], ending,
    )  # fmt: skip
    connection.execute(
        "INSERT INTO cohort_page VALUES (?, ?, ?) ON CONFLICT (session_number, page) "
        "DO UPDATE SET nobody = excluded.nobody",
        [session, page.page, page.nobody],
    )
    (come,) = connection.execute(
        "SELECT count(*) FROM cohort_page WHERE session_number = ? AND page <= ?", [session, page.pages or 0]
    ).fetchone()
    state = WHOLE if page.pages is not None and come >= page.pages else OPEN
    connection.execute(
        "UPDATE cohort_session SET pages = ?, state = ? WHERE session_number = ?", [page.pages, state, session]
    )
    return "repeated" if is_known else "taken"


def sessions_of(connection: Connection, number: int) -> list[Session]:
    """A cohort's sessions that are not folded and may be, the oldest first."""
    rows = connection.execute(
        "SELECT session_number, session, action, pages, state, newest FROM cohort_session "
        "WHERE cohort_number = ? AND state IN (?, ?) ORDER BY session_number",
        [number, OPEN, WHOLE],
    ).fetchall()
    return [
        Session(session, name, action, pages, state, newest, _come(connection, session))
        for session, name, action, pages, state, newest in rows
    ]


def close_session(connection: Connection, session: Session) -> bool:
    """Say that all of a session has come; False where a page of it came since it was looked at."""
    return bool(
        connection.execute(
            "UPDATE cohort_session SET state = ? WHERE session_number = ? AND state = ? AND newest = ?",
            [WHOLE, session.number, OPEN, session.newest],
        ).rowcount
    )


def give_up_session(connection: Connection, session: Session) -> None:
    """Let a session be that never became whole: nothing of it is applied."""
    drop_pages(connection, session.number)
    connection.execute("UPDATE cohort_session SET state = ? WHERE session_number = ?", [STALE, session.number])


def forget_old_sessions(connection: Connection, number: int, now: float) -> None:
    """Take out what is known of sessions that do not come again."""
    old = [
        session
        for (session,) in connection.execute(
            "SELECT session_number FROM cohort_session WHERE cohort_number = ? AND newest < ? AND state IN (?, ?)",
            [number, now - KEPT_SECONDS, FOLDED, STALE],
        )
    ]
    for session in old:
        drop_pages(connection, session)
        connection.execute("DELETE FROM cohort_session WHERE session_number = ?", [session])


def _newer(connection: Connection, number: int, session_number: int, session: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM cohort_session WHERE cohort_number = ? AND session_number > ? AND session <> ? AND state = ?",
        [number, session_number, session, FOLDED],
    ).fetchone()
    return row is not None


def _come(connection: Connection, session: int) -> tuple[int, ...]:
    rows = connection.execute("SELECT page FROM cohort_page WHERE session_number = ? ORDER BY page", [session])
    return tuple(page for (page,) in rows)


def drop_pages(connection: Connection, session: int) -> None:
    """Take out what came of a session."""
    for table in ("cohort_told", "cohort_page"):
        connection.execute(f"DELETE FROM {table} WHERE session_number = ?", [session])  # noqa: S608 (our own names)
