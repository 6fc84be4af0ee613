"""A digest of all that a judging reads of a workspace: where it is the same, nothing new was stored since."""

from __future__ import annotations

import hashlib

import duckdb

from storage.connection import Connection

# What the judge writes itself, and what it never reads.
_NOT_READ = (
    "verdict", "incident", "incident_change", "restatement", "judge_run", "rename_suspect", "property_change",
    "campaign_plan", "manifest_rename", "announcement", "schema_migration", "publication", "collection",
    "api_triggered_verdict", "newsletter",
)  # fmt: skip
_TABLES = """
    SELECT table_name FROM duckdb_tables()
    WHERE database_name = current_database() AND schema_name = 'main' AND NOT list_contains(?, table_name) ORDER BY 1
"""


def input_digest(connection: Connection, workspace: str) -> str:
    """A digest of everything stored of the workspace but what judging itself writes."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    for (table,) in connection.execute(_TABLES, [list(_NOT_READ)]).fetchall():
        rows = f"SELECT count(*), bit_xor(hash(t)) FROM {table} t WHERE workspace = ?"  # noqa: S608 - a catalog's name
        digest.update(repr((table, connection.execute(rows, [workspace]).fetchall())).encode())
    return digest.hexdigest()
