"""Which workspaces and campaigns there are at all, and what is held of each workspace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import read_instant

# Not a list kept by hand: a table that is added is moved and removed with its workspace from its first day on.
_TABLES = """
    SELECT CASE c.schema_name WHEN 'main' THEN '' ELSE c.schema_name || '.' END || c.table_name
    FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_name, schema_name, table_name)
    WHERE c.database_name = current_database() AND NOT t.internal AND NOT t.temporary AND c.column_name = 'workspace'
    ORDER BY 1
"""
_FACTS = """
    SELECT
        (SELECT count(DISTINCT day) FROM source_day WHERE workspace = $name AND state <> 'not_collected') AS days,
        (SELECT min(day) FROM source_day WHERE workspace = $name AND state <> 'not_collected') AS first_day,
        (SELECT max(day) FROM source_day WHERE workspace = $name AND state <> 'not_collected') AS last_day,
        (SELECT max(ended_at) FROM collection WHERE workspace = $name) AS newest_collection,
        (SELECT count(*) FROM campaign WHERE workspace = $name) AS campaigns,
        (SELECT count(*) FROM incident WHERE workspace = $name AND status = 'open') AS open_incidents,
        (SELECT count(*) FROM decision WHERE workspace = $name) AS decisions
"""


@dataclass(frozen=True)
class WorkspaceHolding:
    """All that is stored of one workspace.

    `rows_of` are the rows by table, of tables with any. `days` have an answer of at least one source, from `first_day`
    to `last_day` (in the workspace's zone, None without any); `newest_collection` is in UTC. `campaigns` are all that
    were ever listed, `open_incidents` those open when it was last judged.
    """

    workspace: str
    rows_of: Mapping[str, int]
    days: int
    first_day: date | None
    last_day: date | None
    newest_collection: datetime | None
    campaigns: int
    open_incidents: int
    decisions: int

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(self.rows_of.values())


def workspaces(connection: Connection) -> list[str]:
    """Every workspace that anything is known of, in alphabetical order."""
    rows = connection.execute(
        "SELECT workspace FROM workspace UNION SELECT workspace FROM collection ORDER BY workspace"
    ).fetchall()
    return [name for (name,) in rows]


def workspace_tables(connection: Connection) -> list[str]:
    """Every table whose rows belong to a workspace, as the open database has them."""
    return [table for (table,) in connection.execute(_TABLES).fetchall()]


def read_holdings(connection: Connection, names: Collection[str] | None = None) -> list[WorkspaceHolding]:
    """What is held of each workspace that any table has a row of (or of those of `names`), in alphabetical order."""
    found: dict[str, dict[str, int]] = {}
    wanted = "" if names is None else "WHERE list_contains(?, workspace)"
    values = [] if names is None else [list(names)]
    for table in workspace_tables(connection):
        counted = f"SELECT workspace, count(*) FROM {table} {wanted} GROUP BY workspace"  # noqa: S608 - catalog's name
        for name, rows in connection.execute(counted, values).fetchall():
            found.setdefault(name, {})[table] = rows
    return [_holding(connection, name, found[name]) for name in sorted(found)]


def listed_campaigns(connection: Connection) -> int:
    """How many campaigns of all workspaces the view `campaign_health` lists."""
    row = connection.execute("SELECT count(*) FROM campaign_health").fetchone()
    return int(row[0]) if row else 0


def _holding(connection: Connection, name: str, rows_of: Mapping[str, int]) -> WorkspaceHolding:
    result = connection.execute(_FACTS, {"name": name})
    columns = [column[0] for column in result.description]
    facts: dict[str, Any] = dict(zip(columns, result.fetchall()[0], strict=True))
    return WorkspaceHolding(name, rows_of, **{**facts, "newest_collection": read_instant(facts["newest_collection"])})
