"""Cohorts that the route fills by itself: those of the manifest's derived events that are asked for."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from storage.outbox.cohorts.cohort_list import DERIVED, cohorts_of
from storage.outbox.cohorts.cohort_sessions import Action, CohortPage, take_page
from storage.outbox.connection.many_rows import in_parts, marks
from storage.outbox.connection.outbox_connection import Connection


def own_cohorts(connection: Connection, workspace: str) -> dict[str, float]:
    """Since when (Unix seconds) each of them that is not off is what it is."""
    return {
        one.cohort: one.since
        for one in cohorts_of(connection, workspace)
        if one.source == DERIVED and one.mode != "off"
    }


def tell_own_cohort(
    connection: Connection, workspace: str, name: str, action: Action, people: Sequence[str], now: float
) -> None:
    """Tell that people came into a cohort of our own or left it, as others tell it; nothing where nobody asked for it.

    Of those who leave, only those who are in it are told.
    """
    if name not in own_cohorts(connection, workspace):
        return
    if action == "remove":
        people = [one for some in in_parts(people) for one in _in_it(connection, workspace, name, some)]
    session = secrets.token_hex(16)
    if people or action == "add":
        take_page(connection, CohortPage(workspace, DERIVED, name, name, session, action, 1, 1, people), now)


def _in_it(connection: Connection, workspace: str, name: str, people: Sequence[str]) -> list[str]:
    rows = connection.execute(
        "SELECT person FROM cohort_member JOIN cohort USING (cohort_number) WHERE workspace = ? AND source = ? "  # noqa: S608
        f"AND cohort = ? AND person IN ({marks(len(people))})",
        [workspace, DERIVED, name, *people],
    )
    return [person for (person,) in rows]
