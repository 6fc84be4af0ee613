"""How long it is kept how runs went: the counts stay for good, the notes on how they came do not all."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.connection import Connection
from storage.file.conversion import stored_instant

RUNS_KEPT = timedelta(days=400)
"""A year and a month: what happened at this time last year can be looked up."""

# What later runs or messages rest on, of each source: the run that a stored day is from, the first that went so far
# back, the newest complete one, the newest with an answer, and the first of those that failed since.
_FORGET = """
WITH run AS (
    SELECT run_id, first_day, started_at, ended_at, outcome,
        max(started_at) FILTER (outcome = 'complete') OVER () AS complete_at,
        max(started_at) FILTER (outcome <> 'failed') OVER () AS answered_at,
        min(first_day) FILTER (outcome <> 'failed') OVER () AS asked_from
    FROM collection WHERE workspace = $workspace AND source = $source
),
told AS (
    SELECT *, min(started_at) FILTER (complete_at IS NULL OR started_at > complete_at) OVER () AS failing_since FROM run
)
DELETE FROM collection WHERE workspace = $workspace AND source = $source AND run_id IN (
    SELECT run_id FROM told
    WHERE ended_at < $before
        AND started_at IS DISTINCT FROM complete_at
        AND started_at IS DISTINCT FROM answered_at
        AND started_at IS DISTINCT FROM failing_since
        AND (outcome = 'failed' OR first_day IS DISTINCT FROM asked_from)
        AND run_id NOT IN (SELECT run_id FROM source_day WHERE workspace = $workspace AND source = $source)
)
"""
_IS_OLD = "SELECT 1 FROM collection WHERE workspace = $workspace AND source = $source AND ended_at < $before LIMIT 1"


def forget_old_runs(connection: Connection, workspace: str, source: str, now: datetime) -> None:
    """Forget the source's runs that ended more than `RUNS_KEPT` before `now`, but for those that something rests on."""
    values = {"workspace": workspace, "source": source, "before": stored_instant(now - RUNS_KEPT)}
    if connection.execute(_IS_OLD, values).fetchone():
        connection.execute(_FORGET, values)
