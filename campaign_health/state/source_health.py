"""How the newest collection of each source went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from storage.connection import Connection
from storage.read.service_numbers import service_numbers
from storage.read.source_runs import source_rows
from storage.records import CORE_SOURCES


@dataclass(frozen=True)
class SourceState:
    """One source. Instants in UTC, days in the workspace's zone; of `failing_*` and `error` None where all is well.

    `answered_at` is the newest run in which it answered at least in part, `complete_at` the newest complete one.
    `failing_since` is the first of the runs up to the newest that were not complete, with the days they were asked for.
    `events` is what counts the events of its workspace.
    """

    workspace: str
    source: str
    outcome: str
    newest_run_at: datetime
    answered_at: datetime | None
    complete_at: datetime | None
    last_day: date | None
    error: str | None
    failing_since: datetime | None
    failing_first_day: date | None
    failing_last_day: date | None
    events: str | None = None

    @property
    def trouble(self) -> str | None:
        """What went wrong in the newest run; None where all is well."""
        return None if self.outcome == "complete" else self.error or f"The newest run was {self.outcome}."

    @property
    def is_core(self) -> bool:
        """Whether nothing can be judged without it."""
        return self.source in CORE_SOURCES


def read_sources(connection: Connection, workspace: str) -> tuple[SourceState, ...]:
    """Every source that was ever asked, by name."""
    names = [column.name for column in fields(SourceState)]
    own = {"workspace": workspace, "events": service_numbers(connection, workspace).event_service}
    rows = ({**own, **row} for row in source_rows(connection, workspace))
    return tuple(SourceState(**{name: row[name] for name in names}) for row in rows)


def core(sources: Iterable[SourceState]) -> Sequence[SourceState]:
    """The sources without which nothing can be judged; all of them where none of those was ever asked."""
    known = list(sources)
    return [one for one in known if one.is_core] or known


def troubled_core(sources: Iterable[SourceState]) -> Sequence[SourceState]:
    """Those whose newest run leaves something unchecked: what the others lack hides no verdict."""
    return [one for one in sources if one.is_core and one.trouble]
