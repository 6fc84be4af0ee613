"""Questions that every page asks: which workspaces there are, and how fresh the data is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from storage.connection import Connection
from storage.records import CORE_SOURCES

_FRESHNESS = """
SELECT source, arg_max(outcome, started_at), max(ended_at), max(CASE WHEN outcome = 'complete' THEN ended_at END),
       arg_max(error, started_at)
FROM collection WHERE workspace = ? GROUP BY source ORDER BY source
"""


@dataclass(frozen=True)
class SourceNow:
    """How the newest run of one source went. Instants in UTC; `last_complete` None where none ever was."""

    source: str
    outcome: str
    last_run: datetime
    last_complete: datetime | None
    error: str | None


@dataclass(frozen=True)
class WorkspaceNow:
    """One workspace: its zone, the newest judged day (None before the first judging) and its sources."""

    workspace: str
    time_zone: str
    judged_day: date | None
    judged_at: datetime | None
    sources: tuple[SourceNow, ...]

    def oldest_core(self) -> datetime | None:
        """When that source was collected which of the needed ones was so longest ago; failed ones are told apart.

        What was collected last says nothing of a source that was last asked long ago.
        """
        instants = [
            source.last_complete
            for source in self.sources
            if source.source in CORE_SOURCES and source.outcome == "complete" and source.last_complete
        ]
        return min(instants, default=None)


def workspaces(connection: Connection) -> tuple[WorkspaceNow, ...]:
    """Every workspace that was ever collected, by name."""
    rows = connection.execute(
        """
        SELECT names.workspace, coalesce(w.time_zone, 'UTC'), j.as_of, j.judged_at
        FROM (SELECT workspace FROM workspace UNION SELECT workspace FROM collection) names
        LEFT JOIN workspace w ON w.workspace = names.workspace
        LEFT JOIN judge_run j ON j.workspace = names.workspace
        ORDER BY names.workspace
        """
    ).fetchall()
    return tuple(
        WorkspaceNow(name, zone, as_of, _utc(judged_at), _sources(connection, name))
        for name, zone, as_of, judged_at in rows
    )


def _sources(connection: Connection, workspace: str) -> tuple[SourceNow, ...]:
    rows = connection.execute(_FRESHNESS, [workspace]).fetchall()
    return tuple(
        SourceNow(source, outcome, ended.replace(tzinfo=UTC), _utc(complete), error if outcome != "complete" else None)
        for source, outcome, ended, complete, error in rows
    )


def _utc(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None
